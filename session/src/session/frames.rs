//! A frame's way through a session.

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_keymgmt::{Fate, Input, MemberId};
use frameseal_sframe::{FrameBuffer, Header, KeyId, Receiver, Timestamp};

use super::outcome::{Origin, Outcome, Passed, Refusal, open, seal};
use super::pipelines::find;
use super::{Session, Wake};
use crate::event::ProblemCode;
use crate::failure::{Failure, FailureCode};
use crate::keys::Keys;
use crate::pipeline::{Direction, Drop, MediaKind};
use crate::problems::Culprit;
use crate::waiting::{MAX_SOUND_DELAY, Patience, Turn};

/// What is to become of a frame.
#[derive(Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a driver has to do one of these")]
pub enum Verdict<'a> {
    /// Send this on in its place.
    Pass(&'a [u8]),
    /// Send nothing.
    Drop,
    /// Keep the frame, in the order of its pipeline, until [`Event::Retry`](crate::Event::Retry).
    Wait,
}

/// Whether a frame is new or has waited for its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Presence {
    New,
    Waited(Turn),
}

impl<R: CryptoRng> Session<R> {
    /// Seals a frame of a sending pipeline.
    ///
    /// # Errors
    ///
    /// `invalid-argument`: the frame is over 16 MiB, or the pipeline is of the other direction.
    pub fn seal(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        frame: &[u8],
    ) -> Result<Verdict<'_>, Failure> {
        self.load(now, pipeline, Direction::Send, frame)?;
        Ok(self.process(now, pipeline))
    }

    /// Opens a frame of a receiving pipeline.
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal).
    pub fn open(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        frame: &[u8],
    ) -> Result<Verdict<'_>, Failure> {
        self.load(now, pipeline, Direction::Receive, frame)?;
        Ok(self.process(now, pipeline))
    }

    /// Tries the first frame of a pipeline that waits; at [`Verdict::Wait`] it goes on to wait.
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal).
    pub fn retry(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        frame: &[u8],
    ) -> Result<Verdict<'_>, Failure> {
        self.load(now, pipeline, Direction::Receive, frame)?;
        Ok(self.process_again(now, pipeline))
    }

    fn load(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        direction: Direction,
        frame: &[u8],
    ) -> Result<(), Failure> {
        let state = find(&mut self.pipelines, pipeline);
        if state.is_some_and(|state| state.direction() != direction) {
            let message = match direction {
                Direction::Send => "this pipeline receives: open its frames",
                Direction::Receive => "this pipeline sends: seal its frames",
            };
            return Err(Failure::new(FailureCode::InvalidArgument, message));
        }
        match self.reserve(now, pipeline, frame.len()) {
            Some(place) => place.copy_from_slice(frame),
            None => return Err(Failure::invalid_argument("frame")),
        }
        Ok(())
    }

    /// Makes room for a frame of `len` bytes, to be written there before [`process`](Self::process).
    /// `None` if it is over 16 MiB: then it is counted, and must be dropped.
    pub fn reserve(&mut self, now: Timestamp, pipeline: u32, len: usize) -> Option<&mut [u8]> {
        if len > FrameBuffer::MAX_FRAME_LEN
            && let Some(pipeline) = find(&mut self.pipelines, pipeline)
        {
            pipeline.see();
            let reason = Drop::Problem(ProblemCode::MalformedFrame);
            self.events.extend(pipeline.drop(now, reason, Culprit::default()));
        }
        self.buffer.prepare(len).ok()
    }

    /// Seals or opens the frame that was written to [`reserve`](Self::reserve)'s place.
    pub fn process(&mut self, now: Timestamp, pipeline: u32) -> Verdict<'_> {
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        state.see();
        if !state.line.is_empty() {
            let len = self.buffer.frame_len();
            self.wait(now, pipeline, len);
            return Verdict::Wait;
        }
        self.transform(now, pipeline, Presence::New)
    }

    /// The same for the first frame that waits.
    pub fn process_again(&mut self, now: Timestamp, pipeline: u32) -> Verdict<'_> {
        let state = find(&mut self.pipelines, pipeline);
        match state.and_then(|state| state.line.turn()) {
            Some(turn) => self.transform(now, pipeline, Presence::Waited(turn)),
            None => Verdict::Drop,
        }
    }

    /// Returns what the last frame became; nothing if it was not to be sent on.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        self.buffer.output()
    }

    fn transform(&mut self, now: Timestamp, pipeline: u32, presence: Presence) -> Verdict<'_> {
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
            state.line.pop();
            return Verdict::Pass(&[]);
        }
        let outcome = match state.direction() {
            Direction::Send => seal(state, &mut self.sender, &mut self.buffer),
            Direction::Receive => open(now, state, &mut self.receiver, &mut self.buffer),
        };
        self.judge(now, pipeline, outcome, presence)
    }

    /// Sees to it that there is a key to seal with, and that it is one whose time is not over: we may
    /// have been asleep.
    pub(super) fn begin_to_send(&mut self, now: Timestamp) {
        self.settle(now);
        if self.sender.is_some() || !matches!(self.keys, Keys::Manager(_)) {
            return;
        }
        // The key comes before whatever takes time. Sending is never refused.
        let _ = self.handle(now, Input::Send);
        while self.sender.is_none() && self.work(now) == Wake::Now {}
        self.work = super::Work::Wanted;
    }

    /// As [`judge`](Self::judge), for a frame whose AEAD ran elsewhere.
    #[cfg(feature = "external-aead")]
    pub(super) fn judge_new(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        outcome: Outcome,
    ) -> Verdict<'_> {
        self.judge(now, pipeline, outcome, Presence::New)
    }

    /// Takes a frame that came back without a result as one that is new.
    #[cfg(feature = "external-aead")]
    pub(super) fn transform_new(&mut self, now: Timestamp, pipeline: u32) -> Verdict<'_> {
        self.transform(now, pipeline, Presence::New)
    }

    /// Takes note of what came of a frame, and tells what is to become of it.
    fn judge(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        outcome: Outcome,
        presence: Presence,
    ) -> Verdict<'_> {
        let refusal = match outcome {
            Ok(passed) => return self.pass(now, pipeline, passed, presence),
            Err(refusal) => refusal,
        };
        let (reason, key_id) = match refusal {
            Refusal::Because(reason, key_id) => (reason, key_id),
            Refusal::Lacks(header) => {
                let (fate, is_anothers) = self.fate(now, pipeline, header.key_id);
                if fate == Fate::Wait && presence == Presence::New {
                    let len = self.buffer.frame_len();
                    self.wait(now, pipeline, len);
                    return Verdict::Wait;
                }
                if fate == Fate::Wait && presence.may_wait() {
                    return Verdict::Wait;
                }
                (self.reason(pipeline, header, is_anothers), Some(header.key_id))
            }
        };
        self.drop_frame(now, pipeline, reason, key_id);
        Verdict::Drop
    }

    /// Decides on a frame whose key is not here; tells whether it is that of another member than the one
    /// who is expected.
    fn fate(&mut self, now: Timestamp, pipeline: u32, key_id: KeyId) -> (Fate, bool) {
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return (Fate::Drop, false);
        };
        let from = state.from();
        let is_anothers = from.is_some_and(|from| is_anothers(&self.receiver, key_id, from));
        let fate = self.keys.lacks(now, key_id, from, is_anothers);
        self.work = super::Work::Wanted;
        (fate, is_anothers)
    }

    /// Tells why a frame is dropped whose key is not here.
    fn reason(&mut self, pipeline: u32, header: Header, is_anothers: bool) -> Drop {
        match find(&mut self.pipelines, pipeline) {
            Some(state) if !is_anothers => state.lacks(header),
            _ => Drop::Problem(ProblemCode::WrongSource),
        }
    }

    fn pass(
        &mut self,
        now: Timestamp,
        pipeline: u32,
        Passed { kind, origin }: Passed,
        presence: Presence,
    ) -> Verdict<'_> {
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        if let Presence::Waited(turn) = presence {
            state.line.pop();
            if state.kind() == MediaKind::Audio && now.since(turn.came) > MAX_SOUND_DELAY {
                self.buffer.discard();
                state.lift();
                self.events.extend(state.drop(now, Drop::Stale, Culprit::default()));
                return Verdict::Drop;
            }
        }
        if let Some(Origin { source, copies }) = origin {
            if copies > MAX_COPIES {
                let member = Some(source.member.to_string());
                let culprit = Culprit { member, ..Culprit::default() };
                self.events.extend(state.report(now, ProblemCode::RepeatedFrames, culprit));
            }
            self.events.extend(state.play(now, source));
        }
        let (len, output) = (self.buffer.frame_len(), self.buffer.output());
        self.events.extend(state.pass(now, kind, len, output.len()));
        Verdict::Pass(output)
    }

    fn drop_frame(&mut self, now: Timestamp, pipeline: u32, reason: Drop, key_id: Option<KeyId>) {
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return;
        };
        state.line.pop();
        if reason == Drop::Problem(ProblemCode::KeyExhausted) {
            self.keys.replace(now);
            self.work = super::Work::Wanted;
        }
        let sources = key_id.map(|key_id| self.receiver.sources(key_id)).unwrap_or_default();
        let member = sources.first().map(ToString::to_string);
        let key_id = key_id.map(|key_id| self.profile.key_number(key_id));
        let culprit = Culprit { member, key_id, ..Culprit::default() };
        self.events.extend(state.drop(now, reason, culprit));
        if state.is_darkened_by(reason) && state.darkness.deepen(now) {
            self.tell_blackout(now, pipeline);
        }
    }
}

/// Tells whether the key is here but belongs to another member than expected.
pub(super) fn is_anothers(receiver: &Receiver<MemberId>, key_id: KeyId, from: &MemberId) -> bool {
    let sources = receiver.sources(key_id);
    !sources.is_empty() && !sources.contains(&from)
}

impl Presence {
    fn may_wait(self) -> bool {
        matches!(self, Self::Waited(turn) if turn.patience == Patience::Left)
    }
}

/// Pipelines that one frame comes through, beyond which the application is told. Project decision: a
/// thumbnail, a stage, and both again while connections are replaced.
const MAX_COPIES: usize = 4;
