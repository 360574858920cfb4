//! The base keys that this member seals under: one in use, perhaps one that is about to be.

use alloc::vec::Vec;

use frameseal_sframe::{BaseKey, CipherSuite, KeyId, Receiver, SendKey};
use rand_core::Rng;
use zeroize::Zeroizing;

use crate::epoch::Epoch;
use crate::member_set::MemberSet;
use crate::message::WrappedKey;
use frameseal_sframe::Timestamp;

/// The keys of a member that seals.
#[derive(Debug)]
pub(crate) struct OwnKeys {
    pub(crate) current: OwnKey,
    pub(crate) next: Option<NextKey>,
    /// When the newest fresh key was made.
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
    pub(crate) unacked: MemberSet,
}

impl NextKey {
    /// Whether everybody has it.
    pub(crate) fn is_acked(&self) -> bool {
        self.unacked.is_empty()
    }
}

impl OwnKeys {
    pub(crate) const fn new(now: Timestamp, current: OwnKey) -> Self {
        Self { current, next: None, rotated_at: now, ratcheted_at: None }
    }

    /// Returns the newest key's epoch, in use or not.
    pub(crate) fn newest(&self) -> Epoch {
        self.last().epoch
    }

    /// Returns the epoch in which the newest key was fresh: whoever has that one or a later one lacks
    /// nothing.
    pub(crate) fn newest_fresh(&self) -> Epoch {
        self.last().fresh
    }

    fn last(&self) -> &OwnKey {
        self.next.as_ref().map_or(&self.current, |next| &next.key)
    }

    /// Returns copies of all keys from `first` on, to be wrapped.
    pub(crate) fn copies(&self, first: Epoch) -> Vec<WrappedKey> {
        let next = self.next.as_ref().map(|next| &next.key);
        let keys = [Some(&self.current), next];
        keys.into_iter().flatten().filter(|key| key.epoch >= first).map(OwnKey::copy).collect()
    }
}

/// One key. Wiped on drop.
#[derive(Debug)]
pub(crate) struct OwnKey {
    slot: u16,
    pub(crate) epoch: Epoch,
    /// The epoch in which it was made, before it was ratcheted.
    fresh: Epoch,
    base_key: BaseKey,
}

impl OwnKey {
    /// Makes a fresh key.
    pub(crate) fn generate(slot: u16, epoch: Epoch, rng: &mut impl Rng) -> Self {
        let mut base_key = alloc::vec![0; FRESH_LEN];
        rng.fill_bytes(&mut base_key);
        Self { slot, epoch, fresh: epoch, base_key: BaseKey::new(base_key) }
    }

    /// Returns the key one step later; `None` after as many steps as receivers follow.
    pub(crate) fn ratchet(&self, suite: CipherSuite) -> Option<Self> {
        let Self { slot, epoch, fresh, ref base_key } = *self;
        let epoch = epoch.next();
        let is_followed = epoch.since(fresh) <= Receiver::<()>::MAX_STEPS.into();
        is_followed.then(|| Self { slot, epoch, fresh, base_key: base_key.ratchet(suite) })
    }

    pub(crate) fn key_id(&self) -> KeyId {
        self.epoch.key_id(self.slot)
    }

    /// Returns a copy for sealing.
    pub(crate) fn send_key(&self) -> SendKey {
        BaseKey::new(self.base_key.expose_secret().to_vec()).into_send_key()
    }

    fn copy(&self) -> WrappedKey {
        WrappedKey {
            slot: self.slot,
            epoch: self.epoch,
            base_key: Zeroizing::new(self.base_key.expose_secret().to_vec()),
        }
    }
}

/// 256 bits: enough for every suite, as RFC 9605 derives from it whatever is longer.
const FRESH_LEN: usize = 32;
