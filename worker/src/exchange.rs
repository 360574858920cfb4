//! Keys that the key manager brings: its time, and what it is to know of frames.

use alloc::rc::Rc;
use core::fmt::Display;

use frameseal_keymgmt::{
    self as keymgmt, Fingerprint, Input, KeyManager, MemberId, MemberStatus, Options, Output,
    Timestamp,
};
use frameseal_sframe::{KeyId, KeyIdLayout};
use getrandom::SysRng;
use rand_core::UnwrapErr;

use crate::message::{Event, Failure, FailureCode, MemberState, MemberStats, ProblemCode};
use crate::problems::{Culprit, Problems};

/// A key manager, driven by a session.
#[derive(Debug)]
pub(crate) struct Exchange {
    manager: KeyManager<UnwrapErr<SysRng>>,
    /// When the manager has something to do of its own accord.
    wake_at: Option<Timestamp>,
    /// Frames are about to come, so a key is due.
    prepares: bool,
    /// Keys that frames open under.
    held: Vec<Held>,
    /// The last key of each slot that a frame opened under.
    opened: Vec<KeyIdLayout>,
    /// Keys that the manager was told to be missing, and when, in ms.
    missing: Vec<(KeyIdLayout, f64)>,
    problems: Problems,
}

/// A key that frames open under, and under its later steps; and whose it is.
#[derive(Debug)]
struct Held {
    key: KeyIdLayout,
    member: Rc<str>,
}

impl Exchange {
    pub(crate) fn new(options: Options) -> Result<Self, Failure> {
        let manager =
            KeyManager::new(options, UnwrapErr(SysRng)).map_err(|error| refusal(&error))?;
        Ok(Self {
            manager,
            wake_at: None,
            prepares: false,
            held: Vec::new(),
            opened: Vec::new(),
            missing: Vec::new(),
            problems: Problems::default(),
        })
    }

    /// Tells the manager something.
    pub(crate) fn handle(&mut self, now: f64, input: Input) -> Result<(), Failure> {
        self.manager.handle(timestamp(now), input).map_err(|error| refusal(&error))
    }

    /// Has a key made once members are here, all of the roster at once: it is new to nobody then,
    /// and needs no ratchet.
    pub(crate) fn prepare(&mut self) {
        self.prepares = true;
    }

    /// Returns the next thing to do.
    pub(crate) fn poll(&mut self, now: f64) -> Output {
        if self.prepares && self.manager.members().next().is_some() {
            self.prepares = false;
            // Sending is never refused.
            let _ = self.handle(now, Input::Send);
        }
        if self.wake_at.take_if(|at| *at <= timestamp(now)).is_some() {
            // A timeout is never refused.
            let _ = self.handle(now, Input::Timeout);
        }
        let output = self.manager.poll();
        if let Output::Idle { wake_at } = &output {
            self.wake_at = *wake_at;
        }
        output
    }

    /// When to poll again, in ms; `Infinity` if there is no need.
    pub(crate) fn wake_at(&self) -> f64 {
        self.wake_at.map_or(f64::INFINITY, millis)
    }

    /// Notes a key that frames open under from now on, and under its later steps.
    pub(crate) fn hold(&mut self, key_id: KeyId, member: Rc<str>) {
        if let Some(key) = KeyIdLayout::from_key_id(key_id) {
            self.held.push(Held { key, member });
        }
    }

    /// Notes that a slot's keys before `before` are wiped; `None`: all.
    pub(crate) fn release(&mut self, slot: u16, before: Option<KeyIdLayout>) {
        match before {
            // The later steps of what is wiped stay: one of the keys goes on as those.
            Some(before) => {
                let mut goes_on = true;
                self.held.retain_mut(|held| {
                    if !held.key.precedes(before) {
                        return true;
                    }
                    held.key = before;
                    core::mem::replace(&mut goes_on, false)
                });
            }
            None => {
                self.held.retain(|held| held.key.slot != slot);
                self.opened.retain(|opened| opened.slot != slot);
            }
        }
    }

    /// Notes a frame that opened; returns whether the manager was told.
    pub(crate) fn opened(&mut self, now: f64, key_id: KeyId) -> bool {
        let Some(key) = without_track(key_id) else {
            return false;
        };
        match self.opened.iter_mut().find(|opened| opened.slot == key.slot) {
            Some(opened) if *opened == key => return false,
            Some(opened) => *opened = key,
            None => self.opened.push(key),
        }
        self.handle(now, Input::Opened(key_id)).is_ok()
    }

    /// Notes a frame whose key is not here; returns whether the manager was told.
    pub(crate) fn missing(&mut self, now: f64, key_id: KeyId) -> bool {
        let Some(key) = without_track(key_id) else {
            return false;
        };
        self.missing.retain(|(_, told)| now - told < MISSING_INTERVAL_MS);
        let told = self.missing.iter().any(|(missing, _)| *missing == key);
        if told || self.missing.len() >= MAX_MISSING {
            return false;
        }
        self.missing.push((key, now));
        self.handle(now, Input::Missing(key_id)).is_ok()
    }

    /// Whether a key that is not here may still come.
    ///
    /// Not if one of the same generation or of a later one has: senders hand out the keys that they
    /// seal under, whose later steps everybody computes, and a newcomer is not to have what was
    /// before. Its first frames are of this kind.
    pub(crate) fn may_come(&self, key_id: KeyId) -> bool {
        let Some(key) = without_track(key_id) else {
            return false;
        };
        let same_slot = |held: &&Held| held.key.slot == key.slot;
        let earlier = |held: &Held| held.key.generation != key.generation && held.key.precedes(key);
        self.held.iter().filter(same_slot).all(earlier)
    }

    /// Makes a fresh key; returns its generation, or that of a later one that is on its way.
    pub(crate) fn rotate(&mut self, now: f64) -> Result<u32, Failure> {
        self.handle(now, Input::Rotate)?;
        let sending = self.manager.sending().map(|(generation, _)| generation);
        Ok(self.manager.rotating_to().or(sending).map_or(0, saturated))
    }

    /// Makes a fresh key, unless one is on its way; returns whether the manager was told.
    pub(crate) fn replace_key(&mut self, now: f64) -> bool {
        self.manager.rotating_to().is_none() && self.handle(now, Input::Rotate).is_ok()
    }

    /// Returns what the application is told, if it is to be told now.
    pub(crate) fn event(&mut self, now: f64, event: keymgmt::Event) -> Option<Event> {
        match event {
            keymgmt::Event::Member { id, state, fingerprint } => Some(Event::Member {
                id: String::from(id.as_str()),
                state: member_state(state),
                fingerprint: fingerprint.map(|fingerprint| fingerprint.to_string()),
            }),
            keymgmt::Event::Verify { id, fingerprint, credential } => Some(Event::Verify {
                id: String::from(id.as_str()),
                fingerprint: fingerprint.to_string(),
                credential,
            }),
            keymgmt::Event::KeyChange { generation, step } => {
                Some(Event::Keychange { generation: saturated(generation), step })
            }
            keymgmt::Event::SlotConflict { with } => {
                let culprit = Culprit { member: Some(with.to_string()), ..Culprit::default() };
                self.problems.count(now, ProblemCode::SlotConflict, None, culprit)
            }
            keymgmt::Event::Rejected { from, reason } => {
                let culprit = Culprit {
                    member: Some(from.to_string()),
                    reason: Some(reason.to_string()),
                    ..Culprit::default()
                };
                self.problems.count(now, ProblemCode::MessageRejected, None, culprit)
            }
        }
    }

    pub(crate) fn fingerprint(&self) -> String {
        self.manager.fingerprint().to_string()
    }

    pub(crate) fn set_credential(&mut self, credential: Vec<u8>) -> Result<(), Failure> {
        self.manager.set_credential(credential).map_err(|error| refusal(&error))
    }

    /// Returns the safety number of this member and another, or of the room.
    pub(crate) fn safety_number(&self, member: Option<&str>) -> Result<String, Failure> {
        let member = member.map(member_id).transpose()?;
        match self.manager.safety_number(member.as_ref()) {
            Ok(number) => Ok(number.to_string()),
            Err(error) => Err(Failure::new(FailureCode::MissingKey, &error.to_string())),
        }
    }

    /// Returns generation and step of the key that frames leave under.
    pub(crate) fn sending(&self) -> Option<(u32, u8)> {
        self.manager.sending().map(|(generation, step)| (saturated(generation), step))
    }

    pub(crate) fn members(&self) -> Vec<MemberStats> {
        self.manager.members().map(|status| self.member_stats(&status)).collect()
    }

    fn member_stats(&self, status: &MemberStatus) -> MemberStats {
        let MemberStatus { id, state, fingerprint, generation, .. } = status;
        let keys = self.held.iter().filter(|held| *held.member == *id.as_str());
        let opened = self
            .opened
            .iter()
            .filter(|opened| keys.clone().any(|held| held.key.slot == opened.slot));
        let newest = keys
            .clone()
            .map(|held| held.key)
            .chain(opened.copied())
            .reduce(|newest, key| if newest.precedes(key) { key } else { newest });
        MemberStats {
            id: String::from(id.as_str()),
            state: member_state(*state),
            fingerprint: fingerprint.map(|fingerprint| fingerprint.to_string()),
            generation: generation.map(saturated),
            step: newest.map(|key| key.step),
        }
    }
}

/// Checks a member's ID.
pub(crate) fn member_id(id: &str) -> Result<MemberId, Failure> {
    MemberId::new(id).map_err(|error| refusal(&error))
}

/// Parses 64 hexadecimal digits.
pub(crate) fn fingerprint(digits: &str) -> Result<Fingerprint, Failure> {
    let mut bytes = [0; 32];
    let mut values = digits.chars().map(|digit| digit.to_digit(16));
    for byte in &mut bytes {
        for _ in 0..2 {
            let value = values.next().flatten().and_then(|value| u8::try_from(value).ok());
            *byte = *byte << 4 | value.ok_or_else(|| Failure::invalid_argument("fingerprint"))?;
        }
    }
    match values.next() {
        None => Ok(Fingerprint::new(bytes)),
        Some(_) => Err(Failure::invalid_argument("fingerprint")),
    }
}

/// What is wrong with an argument, as its own error says.
pub(crate) fn refusal(error: &impl Display) -> Failure {
    Failure::new(FailureCode::InvalidArgument, &error.to_string())
}

fn without_track(key_id: KeyId) -> Option<KeyIdLayout> {
    KeyIdLayout::from_key_id(key_id).map(|key| KeyIdLayout { track: 0, ..key })
}

fn member_state(state: keymgmt::MemberState) -> MemberState {
    match state {
        keymgmt::MemberState::Secured => MemberState::Secured,
        keymgmt::MemberState::Rejected => MemberState::Rejected,
        keymgmt::MemberState::Left => MemberState::Left,
        _ => MemberState::Pending,
    }
}

fn timestamp(now: f64) -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates: what is no time is the nearest"
    )]
    Timestamp::from_millis(now as u64)
}

/// Times leave as JavaScript numbers, exact for 285,000 years.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn millis(at: Timestamp) -> f64 {
    at.as_millis() as f64
}

/// Generations leave as JavaScript numbers. Ten a second would take 13 years to get there.
fn saturated(generation: u64) -> u32 {
    u32::try_from(generation).unwrap_or(u32::MAX)
}

/// Frames of one key come by the hundred a second, and a request takes a round trip.
const MISSING_INTERVAL_MS: f64 = 200.0;

/// Keys that are asked for in that time. Anybody on the way can make up key IDs.
const MAX_MISSING: usize = 64;

#[cfg(test)]
mod tests;
