//! The base keys that this member seals under: one in use, perhaps one that is about to be.

use alloc::vec::Vec;

use frameseal_sframe::{BaseKey, CipherSuite, KeyId, KeyIdLayout, STEPS, SendKey};
use rand_core::Rng;
use zeroize::Zeroizing;

use crate::message::WrappedKey;
use crate::timestamp::Timestamp;

/// How far a sender's keys have come: generations are fresh, steps are ratcheted.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Epoch {
    pub(crate) generation: u64,
    pub(crate) step: u8,
}

impl Epoch {
    /// The first key of a generation.
    pub(crate) const fn fresh(generation: u64) -> Self {
        Self { generation, step: 0 }
    }
}

/// The keys of a member that seals.
#[derive(Debug)]
pub(crate) struct OwnKeys {
    pub(crate) current: OwnKey,
    pub(crate) next: Option<NextKey>,
    /// When the newest generation was made.
    pub(crate) rotated_at: Timestamp,
    /// When the current key was ratcheted last, or came into use.
    pub(crate) ratcheted_at: Timestamp,
}

/// A key that the others get before it is used.
#[derive(Debug)]
pub(crate) struct NextKey {
    pub(crate) key: OwnKey,
    /// When it is used, whoever has it.
    pub(crate) deadline: Timestamp,
    /// Members that have not said that they have it.
    pub(crate) unacked: usize,
}

impl OwnKeys {
    pub(crate) fn new(now: Timestamp, current: OwnKey) -> Self {
        Self { current, next: None, rotated_at: now, ratcheted_at: now }
    }

    /// Returns the newest generation, in use or not.
    pub(crate) fn newest(&self) -> u64 {
        let newest = self.next.as_ref().map_or(&self.current, |next| &next.key);
        newest.epoch.generation
    }

    /// Returns copies of all keys from `entitled` on, to be wrapped.
    pub(crate) fn copies(&self, entitled: Epoch) -> Vec<WrappedKey> {
        let next = self.next.as_ref().map(|next| &next.key);
        let keys = [Some(&self.current), next];
        keys.into_iter().flatten().filter(|key| key.epoch >= entitled).map(OwnKey::copy).collect()
    }
}

/// One key. Wiped on drop.
#[derive(Debug)]
pub(crate) struct OwnKey {
    slot: u16,
    pub(crate) epoch: Epoch,
    base_key: BaseKey,
}

impl OwnKey {
    /// Makes a fresh key.
    pub(crate) fn generate(slot: u16, generation: u64, rng: &mut impl Rng) -> Self {
        let mut base_key = alloc::vec![0; FRESH_LEN];
        rng.fill_bytes(&mut base_key);
        Self { slot, epoch: Epoch::fresh(generation), base_key: BaseKey::new(base_key) }
    }

    /// Returns the key one step later, `None` after the last: a step that comes again within its
    /// generation would be a key ID that comes again.
    pub(crate) fn ratchet(&self, suite: CipherSuite) -> Option<Self> {
        let Epoch { generation, step } = self.epoch;
        let step = step.checked_add(1).filter(|step| *step < STEPS)?;
        let base_key = self.base_key.ratchet(suite);
        Some(Self { slot: self.slot, epoch: Epoch { generation, step }, base_key })
    }

    pub(crate) fn key_id(&self) -> KeyId {
        key_id(self.slot, self.epoch)
    }

    /// Returns a copy for sealing.
    pub(crate) fn send_key(&self) -> SendKey {
        BaseKey::new(self.base_key.expose_secret().to_vec()).into_send_key()
    }

    fn copy(&self) -> WrappedKey {
        WrappedKey {
            slot: self.slot,
            generation: self.epoch.generation,
            step: self.epoch.step,
            base_key: Zeroizing::new(self.base_key.expose_secret().to_vec()),
        }
    }
}

/// Returns the key ID that frames of a sender's key carry, with track 0.
pub(crate) fn key_id(slot: u16, Epoch { generation, step }: Epoch) -> KeyId {
    KeyIdLayout { slot, generation: wire_generation(generation), step, track: 0 }.to_key_id()
}

/// A generation as key IDs carry it: modulo 32.
pub(crate) fn wire_generation(generation: u64) -> u8 {
    let [.., low] = generation.to_be_bytes();
    low % frameseal_sframe::GENERATIONS
}

/// 256 bits: enough for every suite, as RFC 9605 derives from it whatever is longer.
const FRESH_LEN: usize = 32;
