//! What comes of a frame: it is sealed, it is opened as somebody's, or it is refused for a reason.

use frameseal_keymgmt::MemberId;
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    FrameBuffer, FrameKind, Header, KeyId, OpenFrameError, Opened, Receiver, SealError,
    SealFrameError, Sender, Timestamp,
};

use crate::event::ProblemCode;
use crate::pipeline::{Drop, Format, Pipeline, Source};

/// The frame is in the buffer now; or it is not to be sent on.
pub(super) type Outcome = Result<Passed, Refusal>;

/// A frame that was sealed or opened.
pub(super) struct Passed {
    /// `None`: it is empty.
    pub(super) kind: Option<FrameKind>,
    /// Of a frame that was opened and is not empty.
    pub(super) origin: Option<Origin>,
}

/// Where a frame came from.
pub(super) struct Origin {
    pub(super) source: Source,
    /// Through how many pipelines it has come.
    pub(super) copies: usize,
}

/// Why a frame is not sent on.
pub(super) enum Refusal {
    /// Its key is not here.
    Lacks(Header),
    /// It is dropped for a reason; with the key that it names, if it names one.
    Because(Drop, Option<KeyId>),
}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Self::Because(Drop::Problem(code), None)
    }
}

pub(super) fn seal(
    pipeline: &Pipeline,
    sender: &mut Option<Sender>,
    buffer: &mut FrameBuffer,
) -> Outcome {
    let Format::Codec(codec) = pipeline.codec() else {
        return Err(ProblemCode::UnsupportedCodec.into());
    };
    let sender = sender.as_mut().ok_or(ProblemCode::MissingKey)?;
    sealed(buffer.seal(sender, pipeline.track(), codec))
}

pub(super) fn sealed(result: Result<Option<FrameKind>, SealFrameError>) -> Outcome {
    match result {
        Ok(kind) => Ok(Passed { kind, origin: None }),
        Err(SealFrameError::Seal(SealError::KeyExhausted)) => Err(ProblemCode::KeyExhausted.into()),
        Err(_) => Err(ProblemCode::MalformedFrame.into()),
    }
}

pub(super) fn open(
    now: Timestamp,
    pipeline: &Pipeline,
    receiver: &mut Receiver<MemberId>,
    buffer: &mut FrameBuffer,
) -> Outcome {
    let codec = codec_to_open(pipeline)?;
    opened(buffer.open(receiver, pipeline.arrival(now), codec))
}

pub(super) fn opened(result: Result<Option<Opened<MemberId>>, OpenFrameError>) -> Outcome {
    let opened = result.map_err(explain)?;
    let kind = opened.as_ref().map(|opened| opened.kind);
    Ok(Passed { kind, origin: opened.map(origin) })
}

/// What a frame that came is to be opened as.
pub(super) fn codec_to_open(pipeline: &Pipeline) -> Result<Codec, Refusal> {
    match pipeline.codec() {
        Format::Codec(codec) => Ok(codec),
        Format::Unknown => Err(ProblemCode::UnsupportedCodec.into()),
        Format::NeverSealed => Err(ProblemCode::NotSealed.into()),
    }
}

fn origin(opened: Opened<MemberId>) -> Origin {
    let Opened { source: member, track, copies, .. } = opened;
    Origin { source: Source { member, track }, copies }
}

fn explain(error: OpenFrameError) -> Refusal {
    let reason = match error {
        OpenFrameError::UnknownKey { header } => return Refusal::Lacks(header),
        OpenFrameError::NotSealed => Drop::Problem(ProblemCode::NotSealed),
        OpenFrameError::Authentication { .. } => Drop::Problem(ProblemCode::AuthenticationFailed),
        OpenFrameError::Duplicate => Drop::Duplicate,
        OpenFrameError::Late => Drop::Late,
        _ => Drop::Problem(ProblemCode::MalformedFrame),
    };
    Refusal::Because(reason, error.key_id())
}
