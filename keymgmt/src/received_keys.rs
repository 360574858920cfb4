//! What is believed of another member's keys. Only their owner moves it: what it sent under seal.

use alloc::vec::Vec;

use frameseal_sframe::{KeyId, Receiver};

use crate::epoch::Epoch;
use crate::limits::{ANCHOR_EXPIRY, ASK_AFTER_DEPARTURE, ASK_AGAIN, KEEP_OLD_KEYS, MAX_HELD_KEYS};
use frameseal_sframe::Timestamp;

/// The keys of one key pair of another member, as they came under seal. The newest is the *anchor*.
///
/// What frames are under may be ratcheted from these; that is the receiver's matter, and nothing
/// here changes with it.
#[derive(Debug, Default)]
pub(crate) struct ReceivedKeys {
    /// Oldest first.
    held: Vec<HeldKey>,
    doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Debug)]
struct HeldKey {
    slot: u16,
    epoch: Epoch,
    /// Of a key that a later one replaced.
    wipe_at: Option<Timestamp>,
}

/// A member left that may have the anchor, and the owner has not been heard since.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    anchor: Epoch,
    /// The owner is heard if it has read a message with this sequence number or a later one.
    since: u64,
    ask_at: Timestamp,
    expire_at: Timestamp,
}

/// How a key ID that a frame names stands to the keys that are held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// None is held.
    Keyless,
    /// It is of another slot.
    Elsewhere,
    /// It is held as it came.
    Held,
    /// It comes after one that is held: ratcheted from it, or fresh.
    Ahead,
    /// It came before all that matter: its owner hands it out no more.
    Behind,
}

/// What the time has brought.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Due {
    /// Keys to be wiped.
    pub(crate) wipes: Vec<KeyId>,
    /// The owner should be asked for its keys.
    pub(crate) ask: bool,
}

impl ReceivedKeys {
    /// Returns the newest key's epoch.
    pub(crate) fn anchor(&self) -> Option<Epoch> {
        self.held.last().map(|key| key.epoch)
    }

    /// Returns the newest key's slot.
    pub(crate) fn slot(&self) -> Option<u16> {
        self.held.last().map(|key| key.slot)
    }

    /// Takes a key; returns those to be wiped before it is used, or `None` if it is of no use: it is
    /// here, or outdated.
    pub(crate) fn take(&mut self, now: Timestamp, slot: u16, epoch: Epoch) -> Option<Vec<KeyId>> {
        if !self.wants(epoch) {
            return None;
        }
        let newest = self.anchor().max(Some(epoch));
        let outdated = self.held.partition_point(|key| {
            newest.is_some_and(|newest| newest.since(key.epoch) >= AMBIGUOUS)
        });
        let excess = self.held.len().saturating_sub(MAX_HELD_KEYS.saturating_sub(1));
        let wiped = self.held.drain(..outdated.max(excess)).map(HeldKey::key_id).collect();

        let place = self.held.partition_point(|key| key.epoch < epoch);
        self.held.insert(place, HeldKey { slot, epoch, wipe_at: None });
        let replaced = self.held.len().saturating_sub(1);
        for key in self.held.iter_mut().take(replaced) {
            key.wipe_at.get_or_insert_with(|| now.after(KEEP_OLD_KEYS));
        }
        Some(wiped)
    }

    fn wants(&self, epoch: Epoch) -> bool {
        let is_held = self.held.iter().any(|key| key.epoch == epoch);
        let is_outdated = self.held.first().is_some_and(|oldest| epoch < oldest.epoch)
            || self.anchor().is_some_and(|anchor| anchor.since(epoch) >= AMBIGUOUS);
        // The anchor expired because its owner was not heard; a late message is no word of it.
        let is_expired = self.held.is_empty() && self.doubt.is_some_and(|it| epoch <= it.anchor);
        !is_held && !is_outdated && !is_expired
    }

    /// Notes that a member left that may have these keys: their owner has to be heard, by a message
    /// that shows that it read ours of sequence number `since` or a later one.
    pub(crate) fn doubt(&mut self, now: Timestamp, since: u64) {
        let Some(anchor) = self.anchor() else {
            return;
        };
        let (ask_at, expire_at) = match self.doubt {
            Some(Doubt { ask_at, expire_at, .. }) => (ask_at, expire_at),
            None => (now.after(ASK_AFTER_DEPARTURE), now.after(ANCHOR_EXPIRY)),
        };
        self.doubt = Some(Doubt { anchor, since, ask_at, expire_at });
    }

    /// Notes what the owner said under seal: which of our messages it had read, and whether it gave
    /// the fresh key that a departure makes.
    pub(crate) fn hear(&mut self, read: u64) {
        let fresh = self.anchor().map(Epoch::generation);
        self.doubt.take_if(|doubt| {
            read >= doubt.since || fresh.is_some_and(|fresh| fresh > doubt.anchor.generation())
        });
    }

    /// Tells how a key ID of these parts stands to what is held.
    pub(crate) fn standing(&self, slot: u16, low_bits: u8) -> Standing {
        let Some(anchor) = self.anchor() else {
            return Standing::Keyless;
        };
        let mut of_slot = self.held.iter().filter(|key| key.slot == slot).peekable();
        if of_slot.peek().is_none() {
            return Standing::Elsewhere;
        }
        let steps = |key: &HeldKey| low_bits.wrapping_sub(key.epoch.low_bits());
        let nearest = of_slot.map(steps).min().unwrap_or(u8::MAX);
        let from_anchor = low_bits.wrapping_sub(anchor.low_bits());
        match nearest {
            0 => Standing::Held,
            1..=Receiver::<()>::MAX_STEPS => Standing::Ahead,
            _ if u64::from(from_anchor) < AMBIGUOUS => Standing::Ahead,
            _ => Standing::Behind,
        }
    }

    /// Returns what is due at `now`, once.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Due {
        let is_due = |at: &Timestamp| *at <= now;
        let mut wiped = self.held.partition_point(|key| key.wipe_at.as_ref().is_some_and(is_due));
        let mut ask = false;
        if let Some(doubt) = self.doubt.as_mut().filter(|_| !self.held.is_empty()) {
            ask = is_due(&doubt.ask_at);
            if ask {
                doubt.ask_at = now.after(ASK_AGAIN);
            }
            if is_due(&doubt.expire_at) {
                wiped = self.held.partition_point(|key| key.epoch <= doubt.anchor);
            }
        }
        Due { wipes: self.held.drain(..wiped).map(HeldKey::key_id).collect(), ask }
    }

    /// When something is due next.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        let wipes = self.held.iter().filter_map(|key| key.wipe_at);
        let doubt = self.doubt.filter(|_| !self.held.is_empty());
        wipes.chain(doubt.map(|doubt| doubt.ask_at.min(doubt.expire_at))).min()
    }

    /// Forgets all; tells whether there was any.
    pub(crate) fn forget(&mut self) -> bool {
        let Self { held, .. } = core::mem::take(self);
        !held.is_empty()
    }
}

impl HeldKey {
    fn key_id(self) -> KeyId {
        self.epoch.key_id(self.slot)
    }
}

/// Half of the epochs that key IDs tell apart: what is so far behind is wiped at once, before its
/// name comes again. At the fastest rotation, every 100 ms, that takes 1.6 s.
const AMBIGUOUS: u64 = 128;

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use frameseal_sframe::KeyId;

    use super::{Due, ReceivedKeys, Standing};
    use crate::epoch::Epoch;
    use frameseal_sframe::Timestamp;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SLOT: u16 = 7;

    fn seconds(seconds: u64) -> Timestamp {
        Timestamp::from(Duration::from_secs(seconds))
    }

    fn take(keys: &mut ReceivedKeys, at: u64, epoch: u64) -> Option<Vec<KeyId>> {
        keys.take(seconds(at), SLOT, Epoch::new(epoch))
    }

    fn id(epoch: u64) -> KeyId {
        Epoch::new(epoch).key_id(SLOT)
    }

    use alloc::vec::Vec;

    #[test]
    fn a_replaced_key_is_wiped_ten_seconds_after_its_successor_came() {
        let mut keys = ReceivedKeys::default();
        assert_eq!(take(&mut keys, 0, 8), Some([].into()));
        assert_eq!(keys.due_at(), None, "nothing replaces it");
        assert_eq!(take(&mut keys, 5, 16), Some([].into()));
        assert_eq!(take(&mut keys, 8, 24), Some([].into()));
        assert_eq!(keys.due_at(), Some(seconds(15)));
        assert_eq!(keys.take_due(seconds(14)), Due::default());
        assert_eq!(keys.take_due(seconds(15)).wipes, [id(8)]);
        assert_eq!(keys.take_due(seconds(100)).wipes, [id(16)]);
        assert_eq!((keys.anchor(), keys.due_at()), (Some(Epoch::new(24)), None));
    }

    #[test]
    fn what_is_here_or_outdated_is_of_no_use() {
        let mut keys = ReceivedKeys::default();
        take(&mut keys, 0, 16);
        assert_eq!(take(&mut keys, 1, 16), None);
        assert_eq!(take(&mut keys, 1, 8), None, "older than all");
    }

    #[test]
    fn a_key_id_means_one_key_however_fast_keys_rotate() {
        let mut keys = ReceivedKeys::default();
        for generation in 0..100 {
            let epoch = generation * 8;
            let wiped = take(&mut keys, 0, epoch).expect("it is new");
            assert!(wiped.len() <= 1);
            let oldest = keys.held.first().expect("it was taken").epoch;
            assert!(Epoch::new(epoch).since(oldest) < 128);
        }
        take(&mut keys, 0, 2000);
        assert_eq!(keys.held.len(), 1, "all others are far behind");
    }

    #[test]
    fn frames_stand_ahead_or_behind() {
        let mut keys = ReceivedKeys::default();
        assert_eq!(keys.standing(SLOT, 0), Standing::Keyless);
        take(&mut keys, 0, 8);
        take(&mut keys, 0, 256 + 16);
        assert_eq!(keys.held.len(), 1);
        assert_eq!(keys.standing(SLOT + 1, 16), Standing::Elsewhere);
        for (low_bits, standing) in [
            (16, Standing::Held),
            (17, Standing::Ahead),
            (16 + 127, Standing::Ahead),
            (16 + 128, Standing::Behind),
            (15, Standing::Behind),
        ] {
            assert_eq!(keys.standing(SLOT, low_bits), standing, "{low_bits}");
        }
    }

    #[test]
    fn after_a_departure_a_silent_owner_is_asked_and_its_key_expires() {
        let mut keys = ReceivedKeys::default();
        take(&mut keys, 0, 8);
        keys.doubt(seconds(0), 100);
        assert_eq!(keys.take_due(seconds(1)), Due { wipes: Vec::new(), ask: true });
        keys.hear(99);
        assert_eq!(keys.take_due(seconds(5)), Due::default());
        assert!(keys.take_due(seconds(6)).ask, "the first request may be lost");
        assert_eq!(keys.take_due(seconds(30)).wipes, [id(8)]);
        assert_eq!(take(&mut keys, 31, 8), None, "said before the departure, and held back");
        keys.hear(100);
        assert_eq!(take(&mut keys, 32, 8), Some(Vec::new()), "its owner has no other");
    }

    #[test]
    fn an_owner_that_is_heard_is_believed() {
        for heard in [
            |keys: &mut ReceivedKeys| keys.hear(100),
            |keys: &mut ReceivedKeys| {
                take(keys, 1, 16);
                keys.hear(0);
            },
        ] {
            let mut keys = ReceivedKeys::default();
            take(&mut keys, 0, 8);
            keys.doubt(seconds(0), 100);
            heard(&mut keys);
            let anchor = keys.anchor();
            assert!(!keys.take_due(seconds(100)).ask);
            assert_eq!(keys.anchor(), anchor);
        }
    }
}
