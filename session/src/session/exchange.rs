//! What the key manager wants done, and what it tells.

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_keymgmt::{self as keymgmt, Epoch, Fingerprint, Input, MemberId, Output};
use frameseal_sframe::Timestamp;

use super::{FirstKey, Session, Wake, Work};
use crate::event::{Event, ProblemCode};
use crate::failure::{Failure, FailureCode};
use crate::hint::{cure, severity};
use crate::keys::Keys;
use crate::problems::Culprit;

impl<R: CryptoRng> Session<R> {
    /// Has the first key made as soon as somebody is there to have it: frames are about to come. Made
    /// for all of the roster at once, it is new to nobody, and needs no ratchet.
    ///
    /// # Errors
    ///
    /// `unsupported`: keys are manual.
    pub fn prepare(&mut self) -> Result<(), Failure> {
        self.keys.exchange()?;
        self.first_key = FirstKey::WhenSomebodyIsThere;
        self.work = Work::Wanted;
        Ok(())
    }

    /// Makes a fresh key; returns the epoch that it has, or that of a later one that is on its way.
    ///
    /// # Errors
    ///
    /// `unsupported`: keys are manual.
    pub fn rotate(&mut self, now: Timestamp) -> Result<Epoch, Failure> {
        self.handle(now, Input::Rotate)?;
        let manager = self.keys.exchange()?;
        Ok(manager.rotating_to().or_else(|| manager.sending()).unwrap_or_default())
    }

    /// Returns the fingerprint of this member's own public key.
    ///
    /// # Errors
    ///
    /// `unsupported`: keys are manual.
    pub fn fingerprint(&mut self) -> Result<Fingerprint, Failure> {
        Ok(self.keys.exchange()?.fingerprint())
    }

    /// Sets what the others judge this member by, at most 4 KiB, before the first member joins.
    ///
    /// # Errors
    ///
    /// `invalid-argument`: it is too long, or too late. `unsupported`: keys are manual.
    pub fn set_credential(&mut self, credential: Vec<u8>) -> Result<(), Failure> {
        let set = self.keys.exchange()?.set_credential(credential);
        set.map_err(|error| Failure::refused(&error))
    }

    /// Returns the safety number of this member and another, or of the room: 12 groups of 5 digits.
    ///
    /// # Errors
    ///
    /// `missing-key`: the member is not secured. `unsupported`: keys are manual.
    pub fn safety_number(&mut self, member: Option<&MemberId>) -> Result<String, Failure> {
        let manager = self.keys.exchange()?;
        let number = match member {
            Some(member) => manager.safety_number(member),
            None => Ok(manager.room_safety_number()),
        };
        number
            .map(|number| number.to_string())
            .map_err(|error| Failure::new(FailureCode::MissingKey, &error.to_string()))
    }

    /// Does a piece of the work that waits: at most one agreement of keys, or the wrapping of keys for
    /// one member. Tells when to call again.
    pub fn work(&mut self, now: Timestamp) -> Wake {
        self.expire_lines(now);
        self.miss_connection(now);
        self.prepare_key(now);
        self.run_timers(now);
        let Keys::Manager(manager) = &mut self.keys else {
            self.work = Work::None;
            return self.wake(None);
        };
        match manager.poll() {
            Output::Idle { wake_at } => {
                self.work = Work::None;
                self.wake(wake_at)
            }
            output => {
                self.obey(now, output);
                Wake::Now
            }
        }
    }

    /// When to work next, if the key manager has to at `wake_at`.
    fn wake(&self, wake_at: Option<Timestamp>) -> Wake {
        let lines = self.pipelines.iter().flatten().filter_map(|pipeline| pipeline.line.until());
        lines.chain(wake_at).chain(self.attachment.due_at()).min().map_or(Wake::Never, Wake::At)
    }

    /// Applies the outputs that cost nothing, so that no frame is sealed under an expired key.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.run_timers(now);
        while let Keys::Manager(manager) = &mut self.keys
            && let Some(output) = manager.poll_ready()
        {
            self.obey(now, output);
        }
    }

    fn run_timers(&mut self, now: Timestamp) {
        if let Keys::Manager(manager) = &mut self.keys
            && manager.wake_at().is_some_and(|at| at <= now)
        {
            // A timeout is never refused.
            let _ = manager.handle(now, Input::Timeout);
            self.work = Work::Wanted;
        }
    }

    fn prepare_key(&mut self, now: Timestamp) {
        if self.first_key == FirstKey::WhenSomebodyIsThere
            && let Keys::Manager(manager) = &mut self.keys
            && manager.members().next().is_some()
        {
            self.first_key = FirstKey::WhenNeeded;
            // Sending is never refused.
            let _ = manager.handle(now, Input::Send);
        }
    }

    fn obey(&mut self, now: Timestamp, output: Output) {
        match output {
            Output::Seal { key_id, key } => self.seal_with(key_id, key),
            Output::Open { key_id, key, member } => self.follow(now, key_id, key, member),
            Output::Wipe(wipe) => {
                self.receiver.wipe(&wipe);
                self.forget_web_keys();
            }
            Output::RefreshVideo => {
                let pipelines = self.pipelines.iter_mut().flatten();
                self.events.extend(pipelines.filter_map(|pipeline| pipeline.refresh(now)));
            }
            Output::Transmit { to, message } => {
                self.events.push_back(Event::Message { to, data: message });
            }
            Output::Event(event) => {
                let event = self.tell(now, event);
                self.events.extend(event);
            }
            Output::More | Output::Idle { .. } => {}
        }
    }

    /// Returns what the application is told, if it is to be told now.
    fn tell(&mut self, now: Timestamp, event: keymgmt::Event) -> Option<Event> {
        match event {
            keymgmt::Event::Member { id, state, fingerprint, recorder } => {
                if state == keymgmt::MemberState::Secured {
                    self.attachment.expect(now);
                }
                let recorder = recorder.map(Into::into);
                Some(Event::Member { id, state: state.into(), fingerprint, recorder })
            }
            keymgmt::Event::Verify { id, fingerprint, credential } => {
                Some(Event::Verify { id, fingerprint, credential })
            }
            keymgmt::Event::KeyChange { epoch } => {
                Some(Event::Keychange { generation: generation(epoch), step: epoch.step() })
            }
            keymgmt::Event::SlotConflict { between: [first, second] } => {
                let reason = Some(format!("{first} and {second} use the same slot"));
                let member = Some(second.to_string());
                let (severity, hint) = ProblemCode::SlotConflict.hint();
                let hint = Some((severity, format!("{hint} ({first} and {second})")));
                let culprit = Culprit { member, hint, reason, ..Culprit::default() };
                self.problems.count(now, ProblemCode::SlotConflict, None, culprit)
            }
            keymgmt::Event::Rejected { from, reason } => {
                let told = format!("A key message was of no use: {reason}. {}", cure(reason));
                let culprit = Culprit {
                    member: Some(from.to_string()),
                    hint: Some((severity(reason), told)),
                    reason: Some(reason.to_string()),
                    ..Culprit::default()
                };
                self.problems.count(now, ProblemCode::MessageRejected, None, culprit)
            }
        }
    }
}

/// Generations leave as numbers of 32 bits. Ten a second would take 13 years to get there.
pub(super) fn generation(epoch: Epoch) -> u32 {
    u32::try_from(epoch.generation()).unwrap_or(u32::MAX)
}
