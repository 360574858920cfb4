//! A session: its keys, its pipelines, and each frame's way through them.

use alloc::collections::VecDeque;
use alloc::rc::Rc;

use frameseal_sframe::{
    BaseKey, CipherSuite, FrameBuffer, FrameKind, KeyId, OpenError, OpenFrameError, Profile,
    Receiver, SealError, SealFrameError, Sender, TRACKS,
};

use crate::message::{Event, Failure, FailureCode, OpenedData, ProblemCode, SessionStats};
use crate::pipeline::{Direction, Drop, Options, Pipeline, Source};
use crate::problems::Culprit;

/// Everything that lives in one worker.
#[derive(Debug)]
pub(crate) struct Session {
    profile: Profile,
    suite: CipherSuite,
    sender: Option<Sender>,
    /// The key that seals, and its ID.
    send_key: Option<(KeyId, Fingerprint)>,
    /// Keys that sealed: once replaced, their counters are gone, so they must not seal again.
    sent: Vec<Fingerprint>,
    /// Keys that opened: they are somebody else's to seal with.
    received: Vec<Fingerprint>,
    receiver: Receiver<Rc<str>>,
    /// By their number, which the main thread counts up from 0.
    pipelines: Vec<Option<Box<Pipeline>>>,
    buffer: FrameBuffer,
    events: VecDeque<Event>,
}

impl Session {
    pub(crate) fn new(profile: Profile, suite: CipherSuite) -> Self {
        Self {
            profile,
            suite,
            sender: None,
            send_key: None,
            sent: Vec::new(),
            received: Vec::new(),
            receiver: Receiver::new(profile, suite),
            pipelines: Vec::new(),
            buffer: FrameBuffer::new(),
            events: VecDeque::new(),
        }
    }

    /// Seals under this key from now on.
    pub(crate) fn set_send_key(&mut self, key_id: u64, key: BaseKey) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        let fingerprint = key.fingerprint();
        if self.send_key == Some((key_id, fingerprint)) {
            return Ok(());
        }
        if self.received.contains(&fingerprint) {
            return Err(Failure::new(FailureCode::KeyReused, "this key opened frames before"));
        }
        if self.sent.contains(&fingerprint) {
            return Err(Failure::new(FailureCode::KeyReused, "this key sealed frames before"));
        }
        remember(&mut self.sent, fingerprint)?;
        self.send_key = Some((key_id, fingerprint));
        self.sender = Some(Sender::new(self.profile, self.suite, key_id, key.into_send_key()));
        Ok(())
    }

    /// Opens frames of this key from now on.
    pub(crate) fn add_receive_key(
        &mut self,
        now: f64,
        key_id: u64,
        key: BaseKey,
        member: &str,
    ) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        let fingerprint = key.fingerprint();
        if self.sent.contains(&fingerprint) {
            return Err(Failure::new(FailureCode::KeyReused, "this key sealed frames before"));
        }
        remember(&mut self.received, fingerprint)?;
        self.receiver.add(key_id, key.into_receive_key(), Rc::from(member));
        self.events.push_back(Event::KeyCame);
        // Whoever lost video for want of this key needs a key frame to begin with.
        let receiving = |pipeline: &&mut Box<Pipeline>| pipeline.direction() == Direction::Receive;
        let wanted = self.pipelines.iter_mut().flatten().filter(receiving);
        self.events.extend(wanted.filter_map(|pipeline| pipeline.want_key_frame(now)));
        Ok(())
    }

    /// Forgets a key.
    pub(crate) fn remove_receive_key(&mut self, key_id: u64) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        if self.receiver.remove(key_id) {
            return Ok(());
        }
        Err(Failure::new(FailureCode::MissingKey, "no key with this ID"))
    }

    /// Adds a pipeline; options that [`Session::retarget`] gave before stand.
    pub(crate) fn add_pipeline(&mut self, options: Options) -> Result<(), Failure> {
        check(&options)?;
        let at = usize::try_from(options.pipeline).unwrap_or(usize::MAX);
        if self.pipelines.len() <= at {
            self.pipelines.resize_with(at.saturating_add(1), || None);
        }
        if let Some(place) = self.pipelines.get_mut(at) {
            place.get_or_insert_with(|| Box::new(Pipeline::new(options)));
        }
        Ok(())
    }

    /// Changes the options of a pipeline, or sets them in advance.
    pub(crate) fn retarget(&mut self, options: Options) -> Result<(), Failure> {
        check(&options)?;
        match find(&mut self.pipelines, options.pipeline) {
            Some(pipeline) => pipeline.retarget(options),
            None => self.add_pipeline(options)?,
        }
        Ok(())
    }

    /// Forgets a pipeline.
    pub(crate) fn release(&mut self, pipeline: u32) {
        let at = usize::try_from(pipeline).unwrap_or(usize::MAX);
        if let Some(place) = self.pipelines.get_mut(at) {
            *place = None;
        }
    }

    /// Takes the codec that the browser names for the frames to come.
    pub(crate) fn set_mime_type(&mut self, pipeline: u32, mime_type: String) {
        if let Some(pipeline) = find(&mut self.pipelines, pipeline) {
            pipeline.set_mime_type(mime_type);
        }
    }

    /// Makes room for a frame of `len` bytes; `None` if that is more than is handled at all.
    pub(crate) fn reserve(&mut self, len: usize) -> Option<&mut [u8]> {
        self.buffer.reserve(len).ok()
    }

    /// Notes a frame that came in.
    pub(crate) fn see(&mut self, pipeline: u32) {
        if let Some(pipeline) = find(&mut self.pipelines, pipeline) {
            pipeline.see();
        }
    }

    /// Seals or opens the frame in the buffer.
    ///
    /// A frame whose key is missing is told to wait, and nothing is counted; with `last` it is
    /// dropped.
    pub(crate) fn process(
        &mut self,
        now: f64,
        pipeline: u32,
        kind: FrameKind,
        last: bool,
    ) -> Verdict<'_> {
        let Some(pipeline) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        let len = self.buffer.frame_len();
        if len == 0 {
            pipeline.pass_empty();
            return Verdict::Pass(&[]);
        }

        let outcome = match pipeline.direction() {
            Direction::Send => seal(pipeline, &mut self.sender, &mut self.buffer, kind),
            Direction::Receive => open(pipeline, &mut self.receiver, &mut self.buffer, kind),
        };
        match outcome {
            Ok(source) => {
                let output = self.buffer.output();
                self.events.extend(source.and_then(|source| pipeline.play(now, source)));
                self.events.extend(pipeline.pass(now, kind, len, output.len()));
                Verdict::Pass(output)
            }
            Err((Drop::Problem(ProblemCode::MissingKey), _))
                if pipeline.direction() == Direction::Receive && !last =>
            {
                Verdict::Wait
            }
            Err((reason, culprit)) => {
                self.events.extend(pipeline.drop(now, reason, culprit));
                Verdict::Drop
            }
        }
    }

    /// Returns the frame that [`Session::process`] made last.
    pub(crate) fn output(&self) -> &[u8] {
        self.buffer.output()
    }

    /// Drops a frame that could not even be read.
    pub(crate) fn refuse(&mut self, now: f64, pipeline: u32) {
        if let Some(pipeline) = find(&mut self.pipelines, pipeline) {
            let reason = Drop::Problem(ProblemCode::MalformedFrame);
            self.events.extend(pipeline.drop(now, reason, Culprit::default()));
        }
    }

    /// Notes how long a frame took.
    pub(crate) fn took(&mut self, pipeline: u32, microseconds: f64) {
        if let Some(pipeline) = find(&mut self.pipelines, pipeline) {
            pipeline.took(microseconds);
        }
    }

    /// Seals application data: same keys, its own track and kind.
    pub(crate) fn seal_data(&mut self, data: &[u8]) -> Result<Vec<u8>, Failure> {
        if data.len() > FrameBuffer::MAX_FRAME_LEN {
            return Err(Failure::invalid_argument("data"));
        }
        let sender = self
            .sender
            .as_mut()
            .ok_or_else(|| Failure::new(FailureCode::MissingKey, "no key to seal with yet"))?;
        sender.seal(DATA_TRACK, FrameKind::Data, data).map_err(|error| match error {
            SealError::KeyExhausted => {
                Failure::new(FailureCode::KeyExhausted, "the key has sealed all that it may")
            }
            _ => Failure::invalid_argument("data"),
        })
    }

    /// Opens application data.
    pub(crate) fn open_data(&mut self, mut data: Vec<u8>) -> Result<OpenedData, Failure> {
        let opened = self.receiver.open(FrameKind::Data, &mut data)?;
        data.truncate(opened.plaintext.end);
        data.drain(..opened.plaintext.start);
        Ok(OpenedData { from: String::from(&*opened.source), data })
    }

    /// Returns what happened since the last call, one at a time.
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn stats(&self, wasm_bytes: u32) -> SessionStats {
        SessionStats {
            pipelines: self.pipelines.iter().flatten().map(|pipeline| pipeline.stats()).collect(),
            send_key_id: self
                .sender
                .as_ref()
                .map(|sender| sender.key_id().get() >> track_bits(self.profile)),
            wasm_bytes,
            generation: None,
            step: None,
            members: Vec::new(),
            longest_slice_microseconds: 0.0,
        }
    }

    /// The KID of an application's key ID: in `frameseal/1` it goes above the track's bits.
    fn key_id(&self, key_id: u64) -> Result<KeyId, Failure> {
        let in_range = match self.profile {
            Profile::Frameseal1 => key_id < MAX_APP_KEY_ID,
            _ => true,
        };
        let bits = in_range.then(|| key_id << track_bits(self.profile));
        bits.map(KeyId::new).ok_or_else(|| Failure::invalid_argument("keyId"))
    }
}

/// What is to become of a frame.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Verdict<'a> {
    /// Send this on in its place.
    Pass(&'a [u8]),
    Drop,
    /// Keep it and try again: its key has not come yet.
    Wait,
}

/// Names a base key without telling it: [`BaseKey::fingerprint`].
type Fingerprint = [u8; 32];

/// Why a frame is dropped, and who sent it as far as is known.
type Refusal = (Drop, Culprit);

fn seal(
    pipeline: &Pipeline,
    sender: &mut Option<Sender>,
    buffer: &mut FrameBuffer,
    kind: FrameKind,
) -> Result<Option<Source>, Refusal> {
    let refuse = |code| (Drop::Problem(code), Culprit::default());
    let codec = pipeline.codec().ok_or_else(|| refuse(ProblemCode::UnsupportedCodec))?;
    let sender = sender.as_mut().ok_or_else(|| refuse(ProblemCode::MissingKey))?;
    match buffer.seal(codec, kind, sender, pipeline.track()) {
        Ok(_) => Ok(None),
        Err(SealFrameError::Seal(SealError::KeyExhausted)) => {
            Err(refuse(ProblemCode::KeyExhausted))
        }
        Err(_) => Err(refuse(ProblemCode::MalformedFrame)),
    }
}

fn open(
    pipeline: &Pipeline,
    receiver: &mut Receiver<Rc<str>>,
    buffer: &mut FrameBuffer,
    kind: FrameKind,
) -> Result<Option<Source>, Refusal> {
    let Some(codec) = pipeline.codec() else {
        return Err((Drop::Problem(ProblemCode::UnsupportedCodec), Culprit::default()));
    };
    let opened = match buffer.open(codec, kind, receiver) {
        Ok(Some(opened)) => opened,
        Ok(None) => return Ok(None),
        Err(error) => return Err(explain(error, receiver)),
    };
    let member = opened.source;
    if !pipeline.accepts(&member) {
        buffer.discard();
        let culprit = Culprit { member: Some(String::from(&*member)), key_id: None };
        return Err((Drop::Problem(ProblemCode::WrongSource), culprit));
    }
    Ok(Some(Source { member, track: opened.track }))
}

fn explain(error: OpenFrameError, receiver: &Receiver<Rc<str>>) -> Refusal {
    let key_id = error.key_id();
    let member = key_id.and_then(|key_id| receiver.source(key_id));
    let culprit = Culprit {
        member: member.map(|member| String::from(&**member)),
        key_id: key_id.map(|key_id| key_id.get() >> track_bits(receiver.profile())),
    };
    let reason = match error {
        OpenFrameError::NotSealed => Drop::Problem(ProblemCode::NotSealed),
        OpenFrameError::Authentication { .. } => Drop::Problem(ProblemCode::AuthenticationFailed),
        OpenFrameError::UnknownKey { .. } => Drop::Problem(ProblemCode::MissingKey),
        OpenFrameError::Duplicate => Drop::Duplicate,
        OpenFrameError::Late => Drop::Late,
        _ => Drop::Problem(ProblemCode::MalformedFrame),
    };
    (reason, culprit)
}

/// Bits of a KID below the application's key ID: see `KeyIdLayout`.
const fn track_bits(profile: Profile) -> u32 {
    match profile {
        Profile::Frameseal1 => TRACKS.trailing_zeros(),
        _ => 0,
    }
}

fn remember(keys: &mut Vec<Fingerprint>, key: Fingerprint) -> Result<(), Failure> {
    if keys.contains(&key) {
        return Ok(());
    }
    if keys.len() >= MAX_KEYS {
        return Err(Failure::new(FailureCode::KeyExhausted, "too many keys in one session"));
    }
    keys.push(key);
    Ok(())
}

fn find(pipelines: &mut [Option<Box<Pipeline>>], number: u32) -> Option<&mut Pipeline> {
    pipelines.get_mut(usize::try_from(number).ok()?)?.as_deref_mut()
}

fn check(options: &Options) -> Result<(), Failure> {
    if usize::from(options.track) >= TRACKS {
        return Err(Failure::invalid_argument("track"));
    }
    if options.pipeline >= MAX_PIPELINES {
        return Err(Failure::invalid_argument("pipeline"));
    }
    Ok(())
}

impl Failure {
    pub(crate) fn new(code: FailureCode, message: &str) -> Self {
        Self { code, message: String::from(message) }
    }

    pub(crate) fn invalid_argument(name: &str) -> Self {
        Self { code: FailureCode::InvalidArgument, message: format!("{name} is out of range") }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let code = match error {
            OpenError::UnknownKey(_) => FailureCode::MissingKey,
            OpenError::Header(_) | OpenError::Truncated => FailureCode::NotSealed,
            _ => FailureCode::AuthenticationFailed,
        };
        Self { code, message: error.to_string() }
    }
}

/// Application data has a track of its own: no counter is shared with media.
const DATA_TRACK: u8 = 0;

/// Application key IDs in profile `frameseal/1`: slot, generation and step, 24 bits.
const MAX_APP_KEY_ID: u64 = 1 << 24;

/// Keys of each direction in one session, 32 bytes each to remember. Project decision: one a second
/// for 18 hours.
const MAX_KEYS: usize = 1 << 16;

/// Pipelines that one session numbers, those that ended included. Project decision: a new
/// connection with ten tracks each minute for a hundred hours, in 256 kB.
const MAX_PIPELINES: u32 = 1 << 16;

#[cfg(test)]
mod tests;
