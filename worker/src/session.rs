//! A session: its keys, its pipelines, and each frame's way through them.

use alloc::collections::VecDeque;
use alloc::rc::Rc;

use frameseal_keymgmt::{self as keymgmt, Input, Output};
use frameseal_sframe::{
    BaseKey, CipherSuite, FrameBuffer, FrameKind, KeyId, KeyIdLayout, OpenError, Opened, Profile,
    ReceiveKey, Receiver, SealError, SendKey, Sender, TRACKS,
};
use zeroize::Zeroizing;

use crate::away::{Away, Frame, Inputs, KeyNumber, WebKeys};
use crate::exchange::Exchange;
use crate::keys::Keys;
use crate::manual::ManualKeys;
use crate::message::{Event, Failure, FailureCode, OpenedData, ProblemCode, SessionStats};
use crate::outcome::{Origin, Outcome, Refusal, finish_open, finish_seal, open, seal};
use crate::pipeline::{Direction, Drop, Options, Pipeline};
use crate::problems::Culprit;

/// Everything that lives in one worker.
#[derive(Debug)]
pub(crate) struct Session {
    profile: Profile,
    suite: CipherSuite,
    keys: Keys,
    sender: Option<Sender>,
    receiver: Receiver<Rc<str>>,
    /// By their number, which the main thread counts up from 0.
    pipelines: Vec<Option<Box<Pipeline>>>,
    buffer: FrameBuffer,
    away: Away,
    web_keys: WebKeys,
    events: VecDeque<Event>,
}

impl Session {
    /// Makes a session whose keys the application brings.
    pub(crate) fn with_manual_keys(profile: Profile, suite: CipherSuite) -> Self {
        Self::new(profile, suite, Keys::Application(ManualKeys::default()))
    }

    /// Makes a session that exchanges keys with others.
    pub(crate) fn with_exchange(options: keymgmt::Options) -> Result<Self, Failure> {
        let suite = options.suite;
        let exchange = Exchange::new(options)?;
        Ok(Self::new(Profile::Frameseal1, suite, Keys::Manager(Box::new(exchange))))
    }

    fn new(profile: Profile, suite: CipherSuite, keys: Keys) -> Self {
        Self {
            profile,
            suite,
            keys,
            sender: None,
            receiver: Receiver::new(profile, suite),
            pipelines: Vec::new(),
            buffer: FrameBuffer::new(),
            away: Away::default(),
            web_keys: WebKeys::default(),
            events: VecDeque::new(),
        }
    }

    /// Seals under this key from now on.
    pub(crate) fn set_send_key(&mut self, key_id: u64, key: BaseKey) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        if self.keys.manual()?.send(key_id, key.fingerprint())? {
            self.seal_with(key_id, key.into_send_key());
        }
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
        self.keys.manual()?.receive(key.fingerprint())?;
        self.open_with(now, key_id, key.into_receive_key(), Rc::from(member));
        Ok(())
    }

    /// Forgets a key.
    pub(crate) fn remove_receive_key(&mut self, key_id: u64) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        self.keys.manual()?;
        if self.receiver.remove(key_id) {
            self.forget_web_keys();
            return Ok(());
        }
        Err(Failure::new(FailureCode::MissingKey, "no key with this ID"))
    }

    /// Tells the key manager something.
    pub(crate) fn handle(&mut self, now: f64, input: Input) -> Result<(), Failure> {
        self.keys.exchange()?.handle(now, input)
    }

    /// Has the first key made as soon as somebody is there to have it.
    pub(crate) fn prepare(&mut self) -> Result<(), Failure> {
        self.keys.exchange()?.prepare();
        Ok(())
    }

    /// Does a piece of the key manager's work; returns when to go on, in ms: `now` or before means
    /// at once.
    pub(crate) fn work(&mut self, now: f64) -> f64 {
        let Keys::Manager(exchange) = &mut self.keys else {
            return f64::INFINITY;
        };
        match exchange.poll(now) {
            Output::Idle { .. } => return exchange.wake_at(),
            Output::Seal { key_id, key } => {
                self.seal_with(key_id, key);
            }
            Output::Open { key_id, key, member } => {
                let member = Rc::<str>::from(member.as_str());
                exchange.hold(key_id, Rc::clone(&member));
                self.open_with(now, key_id, key, member);
            }
            Output::Wipe { slot, before } => {
                let before = before.and_then(KeyIdLayout::from_key_id);
                exchange.release(slot, before);
                self.receiver.retain(|key_id| !is_wiped(key_id, slot, before));
                self.forget_web_keys();
            }
            Output::RefreshVideo => {
                let pipelines = self.pipelines.iter_mut().flatten();
                self.events.extend(pipelines.filter_map(|pipeline| pipeline.refresh(now)));
            }
            Output::Transmit { to, message } => {
                let to = to.map(|to| String::from(to.as_str()));
                self.events.push_back(Event::Message { to, data: message });
            }
            Output::Event(event) => self.events.extend(exchange.event(now, event)),
        }
        now
    }

    /// Makes a fresh key; returns its generation.
    pub(crate) fn rotate(&mut self, now: f64) -> Result<u32, Failure> {
        self.keys.exchange()?.rotate(now)
    }

    /// Returns the fingerprint of this member's own public key.
    pub(crate) fn fingerprint(&mut self) -> Result<String, Failure> {
        Ok(self.keys.exchange()?.fingerprint())
    }

    /// Takes what the others judge this member by.
    pub(crate) fn set_credential(&mut self, credential: Vec<u8>) -> Result<(), Failure> {
        self.keys.exchange()?.set_credential(credential)
    }

    /// Returns the safety number of this member and another, or of the room.
    pub(crate) fn safety_number(&mut self, member: Option<&str>) -> Result<String, Failure> {
        self.keys.exchange()?.safety_number(member)
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
        let is_empty = self.buffer.frame_len() == 0;
        let direction = find(&mut self.pipelines, pipeline).map(|pipeline| pipeline.direction());
        if direction == Some(Direction::Send) && !is_empty {
            self.begin_to_send(now);
        }
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        if is_empty {
            state.pass_empty();
            return Verdict::Pass(&[]);
        }

        let outcome = match state.direction() {
            Direction::Send => seal(state, &mut self.sender, &mut self.buffer, kind),
            Direction::Receive => open(state, &mut self.receiver, &mut self.buffer, kind),
        };
        self.judge(now, pipeline, kind, outcome, last)
    }

    /// Lets the frame in the buffer go to WebCrypto; returns the number that it has until it
    /// [comes back](Self::come_back). `None`: it is for [`process`](Self::process).
    pub(crate) fn send_away(&mut self, now: f64, pipeline: u32, kind: FrameKind) -> Option<usize> {
        let has_web_crypto = matches!(
            self.suite,
            CipherSuite::Aes128GcmSha256_128 | CipherSuite::Aes256GcmSha512_128
        );
        if !has_web_crypto || self.buffer.frame_len() == 0 || !self.away.has_room() {
            return None;
        }
        let state = find(&mut self.pipelines, pipeline)?;
        let (direction, track, codec) = (state.direction(), state.track(), state.codec()?);
        let call = match direction {
            Direction::Send => {
                self.begin_to_send(now);
                self.buffer.begin_seal(codec, kind, self.sender.as_mut()?, track).ok()?
            }
            Direction::Receive => self.buffer.begin_open(codec, kind, &mut self.receiver)?,
        };
        let key = self.web_keys.number(direction, call.key_id());
        let frame = Frame { pipeline, direction, kind, key, call };
        Some(self.away.put(frame, &mut self.buffer))
    }

    /// Returns what WebCrypto takes for a frame that is away.
    pub(crate) fn inputs(&mut self, number: usize) -> Option<Inputs<'_>> {
        self.away.inputs(number)
    }

    /// Returns a key of WebCrypto's: the AEAD's, for one track.
    pub(crate) fn web_key(&self, number: KeyNumber) -> Option<Zeroizing<Vec<u8>>> {
        match self.web_keys.find(number)? {
            (Direction::Send, key_id) => self.sender.as_ref()?.aead_key(key_id),
            (Direction::Receive, key_id) => self.receiver.aead_key(key_id),
        }
    }

    /// Tells whether what WebCrypto makes of a frame is still good, and may be written over it: what
    /// was opened with a key that is no more must not come out.
    pub(crate) fn is_good(&self, number: usize) -> bool {
        self.away.get(number).is_some_and(|frame| {
            frame.direction == Direction::Send || self.web_keys.find(frame.key).is_some()
        })
    }

    /// Goes on with a frame that was away. With `done`, what WebCrypto made of it
    /// [is good](Self::is_good) and was written; else it is sealed or opened again, here, which also
    /// tells what was wrong with it.
    pub(crate) fn come_back(
        &mut self,
        now: f64,
        number: usize,
        done: bool,
        last: bool,
    ) -> Verdict<'_> {
        let done = done && self.is_good(number);
        let Some(frame) = self.away.take(number, &mut self.buffer) else {
            return Verdict::Drop;
        };
        let Frame { pipeline, direction, kind, key: _, call } = frame;
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        let outcome = match direction {
            Direction::Send if done => finish_seal(&mut self.buffer, call),
            Direction::Receive if done => {
                finish_open(state, &mut self.receiver, &mut self.buffer, call)
            }
            _ => return self.process(now, pipeline, kind, last),
        };
        if outcome.is_ok() {
            state.leave_to_web_crypto();
        }
        self.judge(now, pipeline, kind, outcome, last)
    }

    /// Takes note of what came of a frame, and tells what is to become of it.
    fn judge(
        &mut self,
        now: f64,
        pipeline: u32,
        kind: FrameKind,
        outcome: Outcome,
        last: bool,
    ) -> Verdict<'_> {
        let Some(pipeline) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        match outcome {
            Ok(origin) => {
                let len = self.buffer.frame_len();
                let output = self.buffer.output();
                if let Some(Origin { key_id, source }) = origin {
                    self.events.extend(pipeline.play(now, source));
                    self.events.extend(self.keys.opened(now, key_id));
                }
                self.events.extend(pipeline.pass(now, kind, len, output.len()));
                Verdict::Pass(output)
            }
            Err(Refusal { reason, key_id, member }) => {
                if let (Drop::Problem(ProblemCode::MissingKey), Some(key_id)) = (reason, key_id)
                    && self.keys.may_come(key_id)
                {
                    self.events.extend(self.keys.missing(now, key_id));
                    if !last {
                        return Verdict::Wait;
                    }
                }
                if reason == Drop::Problem(ProblemCode::KeyExhausted) {
                    self.events.extend(self.keys.exhausted(now));
                }
                let key_id = key_id.map(|key_id| key_id.get() >> track_bits(self.profile));
                let culprit = Culprit { member, key_id, reason: None };
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
    pub(crate) fn seal_data(&mut self, now: f64, data: &[u8]) -> Result<Vec<u8>, Failure> {
        if data.len() > FrameBuffer::MAX_FRAME_LEN {
            return Err(Failure::invalid_argument("data"));
        }
        self.begin_to_send(now);
        let sender = self
            .sender
            .as_mut()
            .ok_or_else(|| Failure::new(FailureCode::MissingKey, "no key to seal with yet"))?;
        sender.seal(DATA_TRACK, FrameKind::Data, data).map_err(|error| match error {
            SealError::KeyExhausted => {
                self.events.extend(self.keys.exhausted(now));
                Failure::new(FailureCode::KeyExhausted, "the key has sealed all that it may")
            }
            _ => Failure::invalid_argument("data"),
        })
    }

    /// Opens application data.
    pub(crate) fn open_data(&mut self, now: f64, mut data: Vec<u8>) -> Result<OpenedData, Failure> {
        let opened = self.receiver.open(FrameKind::Data, &mut data);
        self.events.extend(match &opened {
            Ok(Opened { key_id, .. }) => self.keys.opened(now, *key_id),
            Err(OpenError::UnknownKey(key_id)) if self.keys.may_come(*key_id) => {
                self.keys.missing(now, *key_id)
            }
            Err(_) => None,
        });
        let Opened { plaintext, source, .. } = opened?;
        data.truncate(plaintext.end);
        data.drain(..plaintext.start);
        Ok(OpenedData { from: String::from(&*source), data })
    }

    /// Returns what happened since the last call, one at a time.
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn stats(
        &self,
        wasm_bytes: u32,
        longest_slice: f64,
        crossover: Option<u32>,
    ) -> SessionStats {
        let exchange = self.keys.manager();
        let sending = exchange.and_then(Exchange::sending);
        SessionStats {
            pipelines: self.pipelines.iter().flatten().map(|pipeline| pipeline.stats()).collect(),
            wasm_bytes,
            send_key_id: self
                .sender
                .as_ref()
                .map(|sender| sender.key_id().get() >> track_bits(self.profile)),
            generation: sending.map(|(generation, _)| generation),
            step: sending.map(|(_, step)| step),
            members: exchange.map(Exchange::members).unwrap_or_default(),
            longest_slice_microseconds: longest_slice,
            crossover_bytes: crossover,
        }
    }

    /// Sees to it that there is a key to seal with, if keys are ours to make.
    fn begin_to_send(&mut self, now: f64) {
        if self.sender.is_some() || self.handle(now, Input::Send).is_err() {
            return;
        }
        // The key comes before whatever takes time.
        while self.sender.is_none() && self.work(now) <= now {}
        self.events.push_back(Event::Work);
    }

    fn seal_with(&mut self, key_id: KeyId, key: SendKey) {
        self.sender = Some(Sender::new(self.profile, self.suite, key_id, key));
        self.forget_web_keys();
    }

    fn open_with(&mut self, now: f64, key_id: KeyId, key: ReceiveKey, member: Rc<str>) {
        self.receiver.add(key_id, key, member);
        self.forget_web_keys();
        self.events.push_back(Event::KeyCame);
        // Whoever lost video for want of this key needs a key frame to begin with.
        let receiving = |pipeline: &&mut Box<Pipeline>| pipeline.direction() == Direction::Receive;
        let wanted = self.pipelines.iter_mut().flatten().filter(receiving);
        self.events.extend(wanted.filter_map(|pipeline| pipeline.want_key_frame(now)));
    }

    /// Has WebCrypto forget its keys, whichever of them has changed.
    fn forget_web_keys(&mut self) {
        if self.web_keys.clear() {
            self.events.push_back(Event::KeysChanged);
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

/// Whether a key is one of a slot that come before `before`; `None`: whether it is of the slot.
fn is_wiped(key_id: KeyId, slot: u16, before: Option<KeyIdLayout>) -> bool {
    KeyIdLayout::from_key_id(key_id)
        .is_some_and(|key| key.slot == slot && before.is_none_or(|before| key.precedes(before)))
}

/// Bits of a KID below the application's key ID: see `KeyIdLayout`.
const fn track_bits(profile: Profile) -> u32 {
    match profile {
        Profile::Frameseal1 => TRACKS.trailing_zeros(),
        _ => 0,
    }
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

/// Application data has a track of its own: no counter is shared with media.
const DATA_TRACK: u8 = 0;

/// Application key IDs in profile `frameseal/1`: slot, generation and step, 24 bits.
const MAX_APP_KEY_ID: u64 = 1 << 24;

/// Pipelines that one session numbers, those that ended included. Project decision: a new
/// connection with ten tracks each minute for a hundred hours, in 256 kB.
const MAX_PIPELINES: u32 = 1 << 16;

#[cfg(test)]
mod tests;
