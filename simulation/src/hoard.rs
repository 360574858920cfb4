//! Someone who keeps every key that ever came.

use alloc::collections::BTreeMap;

use frameseal_sframe::{Arrival, BaseKey, FrameKind, Header, KeyId, Profile, Receiver, Suites};

/// All keys that one member was ever given, and so all that it can ever open.
///
/// A receiver forgets: it wipes, and follows no ratchet beyond what an honest sender makes. A hoard
/// does neither.
#[derive(Debug)]
pub struct Hoard {
    suites: Suites,
    /// By slot.
    keys: BTreeMap<u16, Vec<(KeyId, Vec<u8>)>>,
}

impl Hoard {
    pub(crate) const fn new(suites: Suites) -> Self {
        Self { suites, keys: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, key_id: KeyId, base_key: &[u8]) {
        self.keys.entry(slot(key_id)).or_default().push((key_id, base_key.to_vec()));
    }

    /// Tells whether there is a key from which, or to which, a few ratchet steps lead from the one
    /// that `body` is sealed under. Whether it is an earlier or a later one decides on what a hoard
    /// of it can open.
    #[must_use]
    pub fn is_near(&self, body: &[u8]) -> bool {
        let of = key_id_of(body);
        let is_near = |key: KeyId| {
            let steps = [of.steps_since(key), key.steps_since(of)];
            steps.iter().flatten().any(|steps| *steps < NEAR)
        };
        self.keys.get(&slot(of)).into_iter().flatten().any(|(key, _)| is_near(*key))
    }

    /// Tells whether one of the keys, or one that follows from it, opens `body`.
    #[must_use]
    pub fn opens(&self, kind: FrameKind, body: &[u8]) -> bool {
        let of = key_id_of(body);
        self.keys.get(&slot(of)).into_iter().flatten().any(|(key_id, base_key)| {
            let steps = of.steps_since(*key_id).unwrap_or(u8::MAX);
            steps < NEAR && {
                let key = (0..steps)
                    .fold(BaseKey::new(base_key.clone()), |key, _| key.ratchet(self.suites.main));
                let mut receiver = Receiver::new(Profile::Frameseal1, self.suites);
                receiver.add(of, key.into_receive_key(), ());
                receiver.open(kind, Arrival::default(), &mut body.to_vec()).is_ok()
            }
        })
    }

    /// Returns the newest key in this slot.
    #[must_use]
    pub fn newest(&self, slot: u16) -> Option<(KeyId, &[u8])> {
        let (key_id, base_key) = self.keys.get(&slot)?.last()?;
        Some((*key_id, base_key))
    }
}

fn key_id_of(body: &[u8]) -> KeyId {
    let (header, _) = Header::decode(body).expect("a sealed frame");
    header.key_id
}

fn slot(key_id: KeyId) -> u16 {
    key_id.slot().expect("a key ID of profile frameseal/1")
}

/// Ratchet steps: as many as a generation has. Frames further away are of another one.
const NEAR: u8 = 8;
