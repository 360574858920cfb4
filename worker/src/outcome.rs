//! What comes of a frame: it is sealed, it is opened as somebody's, or it is refused for a reason.

use alloc::rc::Rc;

use frameseal_sframe::{
    AeadCall, FrameBuffer, FrameKind, KeyId, OpenFrameError, Opened, Receiver, SealError,
    SealFrameError, Sender,
};

use crate::message::ProblemCode;
use crate::pipeline::{Drop, Pipeline, Source};

/// The frame is in the buffer now, with where it came from if it was opened and not empty; or it
/// is not to be sent on.
pub(crate) type Outcome = Result<Option<Origin>, Refusal>;

/// Where a frame came from.
pub(crate) struct Origin {
    pub(crate) key_id: KeyId,
    pub(crate) source: Source,
}

/// Why a frame is dropped, and who sent it as far as is known.
pub(crate) struct Refusal {
    pub(crate) reason: Drop,
    pub(crate) key_id: Option<KeyId>,
    pub(crate) member: Option<String>,
}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Self { reason: Drop::Problem(code), key_id: None, member: None }
    }
}

pub(crate) fn seal(
    pipeline: &Pipeline,
    sender: &mut Option<Sender>,
    buffer: &mut FrameBuffer,
    kind: FrameKind,
) -> Outcome {
    let codec = pipeline.codec().ok_or(ProblemCode::UnsupportedCodec)?;
    let sender = sender.as_mut().ok_or(ProblemCode::MissingKey)?;
    sealed(buffer.seal(codec, kind, sender, pipeline.track()))
}

pub(crate) fn finish_seal(buffer: &mut FrameBuffer, call: AeadCall) -> Outcome {
    sealed(buffer.finish_seal(call))
}

fn sealed(result: Result<&[u8], SealFrameError>) -> Outcome {
    match result {
        Ok(_) => Ok(None),
        Err(SealFrameError::Seal(SealError::KeyExhausted)) => Err(ProblemCode::KeyExhausted.into()),
        Err(_) => Err(ProblemCode::MalformedFrame.into()),
    }
}

pub(crate) fn open(
    pipeline: &Pipeline,
    receiver: &mut Receiver<Rc<str>>,
    buffer: &mut FrameBuffer,
    kind: FrameKind,
) -> Outcome {
    let codec = pipeline.codec().ok_or(ProblemCode::UnsupportedCodec)?;
    match buffer.open(codec, kind, receiver) {
        Ok(Some(opened)) => admit(pipeline, buffer, opened).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(explain(error, receiver)),
    }
}

pub(crate) fn finish_open(
    pipeline: &Pipeline,
    receiver: &mut Receiver<Rc<str>>,
    buffer: &mut FrameBuffer,
    call: AeadCall,
) -> Outcome {
    match buffer.finish_open(call, receiver) {
        Ok(opened) => admit(pipeline, buffer, opened).map(Some),
        Err(error) => Err(explain(error, receiver)),
    }
}

/// Lets an opened frame out if it is from whom the application wants to see here.
fn admit(
    pipeline: &Pipeline,
    buffer: &mut FrameBuffer,
    Opened { key_id, source: member, track, .. }: Opened<Rc<str>>,
) -> Result<Origin, Refusal> {
    if pipeline.accepts(&member) {
        return Ok(Origin { key_id, source: Source { member, track } });
    }
    buffer.discard();
    let member = Some(String::from(&*member));
    Err(Refusal { member, ..ProblemCode::WrongSource.into() })
}

fn explain(error: OpenFrameError, receiver: &Receiver<Rc<str>>) -> Refusal {
    let key_id = error.key_id();
    let member = key_id.and_then(|key_id| receiver.source(key_id));
    let reason = match error {
        OpenFrameError::NotSealed => Drop::Problem(ProblemCode::NotSealed),
        OpenFrameError::Authentication { .. } => Drop::Problem(ProblemCode::AuthenticationFailed),
        OpenFrameError::UnknownKey { .. } => Drop::Problem(ProblemCode::MissingKey),
        OpenFrameError::Duplicate => Drop::Duplicate,
        OpenFrameError::Late => Drop::Late,
        _ => Drop::Problem(ProblemCode::MalformedFrame),
    };
    Refusal { reason, key_id, member: member.map(|member| String::from(&**member)) }
}
