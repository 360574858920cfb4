//! Frames whose AEAD runs elsewhere: in browsers, WebCrypto has the processor's AES instructions.

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_sframe::{CipherSuite, Timestamp};
use zeroize::Zeroizing;

use super::Session;
use super::frames::Verdict;
use super::outcome::{opened, sealed};
use super::pipelines::find;
use crate::away::{AeadInputs, Frame};
use crate::pipeline::{Direction, Format, MediaKind};

impl<R: CryptoRng> Session<R> {
    /// Lets the frame that was written to [`reserve`](Self::reserve)'s place go to an AEAD elsewhere;
    /// returns the number that it has until it [comes back](Self::come_back). `None`: it is for
    /// [`process`](Self::process).
    pub fn send_away(&mut self, now: Timestamp, pipeline: u32) -> Option<usize> {
        let state = find(&mut self.pipelines, pipeline)?;
        let (direction, track) = (state.direction(), state.track());
        let Format::Codec(codec) = state.codec() else {
            return None;
        };
        let suite = match state.kind() {
            MediaKind::Audio => self.suites.audio,
            MediaKind::Video => self.suites.main,
        };
        let may_go = self.buffer.frame_len() > 0 && state.line.is_empty() && self.away.has_room();
        if !may_go || !is_gcm(suite) {
            return None;
        }
        let call = match direction {
            Direction::Send => {
                self.begin_to_send(now);
                self.buffer.begin_seal(self.sender.as_mut()?, track, codec).ok()?
            }
            Direction::Receive => {
                let arrival = state.arrival(now);
                self.buffer.begin_open(&mut self.receiver, arrival, codec)?
            }
        };
        find(&mut self.pipelines, pipeline)?.see();
        let key = self.web_keys.number(call.key());
        let frame = Frame { pipeline, direction, key, call };
        Some(self.away.put(frame, &mut self.buffer))
    }

    /// Returns what the AEAD takes for a frame that is away.
    pub fn aead_inputs(&mut self, number: usize) -> Option<AeadInputs<'_>> {
        self.away.inputs(number)
    }

    /// Returns the key of a frame that is away; `None` if it is gone.
    #[must_use]
    pub fn aead_key(&self, number: usize) -> Option<Zeroizing<Vec<u8>>> {
        let Frame { direction, key, call, .. } = self.away.get(number)?;
        if !self.web_keys.has(*key) {
            return None;
        }
        match direction {
            Direction::Send => call.seal_key(self.sender.as_ref()?),
            Direction::Receive => call.open_key(&self.receiver),
        }
    }

    /// Tells whether what the AEAD makes of a frame is still good, and may be written over it: what
    /// was opened with a key that is no more must not come out.
    #[must_use]
    pub fn is_good(&self, number: usize) -> bool {
        self.away
            .get(number)
            .is_some_and(|frame| frame.direction == Direction::Send || self.web_keys.has(frame.key))
    }

    /// Goes on with a frame that was away. With `done`, what the AEAD made of it
    /// [is good](Self::is_good) and was written; else it is sealed or opened again, here, which also
    /// tells what was wrong with it.
    pub fn come_back(&mut self, now: Timestamp, number: usize, done: bool) -> Verdict<'_> {
        let done = done && self.is_good(number);
        let Some(frame) = self.away.take(number, &mut self.buffer) else {
            return Verdict::Drop;
        };
        let Frame { pipeline, direction, call, .. } = frame;
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return Verdict::Drop;
        };
        let outcome = match direction {
            Direction::Send if done => sealed(self.buffer.finish_seal(call).map(Some)),
            Direction::Receive if done => {
                let arrival = state.arrival(now);
                opened(self.buffer.finish_open(call, &mut self.receiver, arrival).map(Some))
            }
            _ => return self.transform_new(now, pipeline),
        };
        if outcome.is_ok() {
            state.leave_to_web_crypto();
        }
        self.judge_new(now, pipeline, outcome)
    }
}

/// The suites that WebCrypto computes in one call: others need a second one for their HMAC.
fn is_gcm(suite: CipherSuite) -> bool {
    matches!(suite, CipherSuite::Aes128GcmSha256_128 | CipherSuite::Aes256GcmSha512_128)
}
