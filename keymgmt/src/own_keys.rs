//! The base keys that this member seals under: one in use, perhaps one that is about to be.

use alloc::vec::Vec;

use frameseal_sframe::{BaseKey, CipherSuite, GENERATIONS, KeyId, KeyIdLayout, STEPS, SendKey};
use rand_core::Rng;
use zeroize::Zeroizing;

use crate::message::WrappedKey;
use crate::timestamp::Timestamp;

/// How far a sender's keys have come. A step is a ratchet step; a fresh key begins a generation,
/// and so does the step after the eighth.
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

    /// The key one ratchet step later.
    const fn next(self) -> Self {
        if self.step < STEPS.saturating_sub(1) {
            Self { step: self.step.saturating_add(1), ..self }
        } else {
            Self::fresh(self.generation.saturating_add(1))
        }
    }

    /// Returns the fields of a key ID of this epoch, with track 0.
    pub(crate) const fn layout(self, slot: u16) -> KeyIdLayout {
        let [.., generation] = self.generation.to_be_bytes();
        KeyIdLayout { slot, generation: generation % GENERATIONS, step: self.step, track: 0 }
    }

    /// How many steps from here to a key that a key ID names, 0 to 255: key IDs tell no more.
    pub(crate) const fn steps_to(self, layout: KeyIdLayout) -> u8 {
        let from = self.layout(layout.slot);
        let generations = layout.generation.wrapping_sub(from.generation);
        generations.wrapping_mul(STEPS).wrapping_add(layout.step).wrapping_sub(from.step)
    }

    /// Returns the epoch so many steps later.
    pub(crate) const fn after(self, steps: u8) -> Self {
        let mut epoch = self;
        let mut left = steps;
        while left > 0 {
            epoch = epoch.next();
            left = left.saturating_sub(1);
        }
        epoch
    }
}

/// The keys of a member that seals.
#[derive(Debug)]
pub(crate) struct OwnKeys {
    pub(crate) current: OwnKey,
    pub(crate) next: Option<NextKey>,
    /// When the newest generation was made.
    pub(crate) rotated_at: Timestamp,
    /// When a key was ratcheted last.
    pub(crate) ratcheted_at: Option<Timestamp>,
}

/// A key that the others get before it is used.
#[derive(Debug)]
pub(crate) struct NextKey {
    pub(crate) key: OwnKey,
    /// The first key that was made since the current one came into use: this, or one that this
    /// superseded. Its name is taken, too.
    pub(crate) first: Epoch,
    /// When it is used, whoever has it.
    pub(crate) deadline: Timestamp,
    /// Members that have not said that they have it.
    pub(crate) unacked: usize,
}

impl OwnKeys {
    pub(crate) fn new(now: Timestamp, current: OwnKey) -> Self {
        Self { current, next: None, rotated_at: now, ratcheted_at: None }
    }

    /// Returns the newest generation, in use or not.
    pub(crate) fn newest(&self) -> u64 {
        self.last().epoch.generation
    }

    /// Returns the generation that the newest key was fresh in: who has that one or a later one
    /// lacks nothing.
    pub(crate) fn newest_fresh(&self) -> u64 {
        self.last().fresh
    }

    fn last(&self) -> &OwnKey {
        self.next.as_ref().map_or(&self.current, |next| &next.key)
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
    /// The generation in which it was made, before it was ratcheted.
    fresh: u64,
    base_key: BaseKey,
}

impl OwnKey {
    /// Makes a fresh key.
    pub(crate) fn generate(slot: u16, generation: u64, rng: &mut impl Rng) -> Self {
        let mut base_key = alloc::vec![0; FRESH_LEN];
        rng.fill_bytes(&mut base_key);
        let base_key = BaseKey::new(base_key);
        Self { slot, epoch: Epoch::fresh(generation), fresh: generation, base_key }
    }

    /// Returns the key one step later.
    pub(crate) fn ratchet(&self, suite: CipherSuite) -> Self {
        let Self { slot, epoch, fresh, ref base_key } = *self;
        Self { slot, epoch: epoch.next(), fresh, base_key: base_key.ratchet(suite) }
    }

    pub(crate) fn key_id(&self) -> KeyId {
        self.epoch.layout(self.slot).to_key_id()
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

/// 256 bits: enough for every suite, as RFC 9605 derives from it whatever is longer.
const FRESH_LEN: usize = 32;
