//! Someone who keeps every key that ever came.

use alloc::collections::BTreeMap;

use frameseal_sframe::{
    CipherSuite, FrameKind, Header, KeyId, KeyIdLayout, Profile, ReceiveKey, Receiver, STEPS,
};

/// All keys that one member was ever given, and so all that it can ever open.
///
/// A receiver forgets: it wipes, and a key ID that comes again after 32 generations replaces the
/// first. A hoard does neither.
#[derive(Debug)]
pub struct Hoard {
    suite: CipherSuite,
    /// A receiver for each key, by slot.
    keys: BTreeMap<u16, Vec<(KeyIdLayout, Receiver<()>)>>,
}

impl Hoard {
    pub(crate) const fn new(suite: CipherSuite) -> Self {
        Self { suite, keys: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, key_id: KeyId, key: ReceiveKey) {
        let mut receiver = Receiver::new(Profile::Frameseal1, self.suite);
        receiver.add(key_id, key, ());
        let of = layout(key_id);
        self.keys.entry(of.slot).or_default().push((of, receiver));
    }

    /// Tells whether there is a key from which, or to which, a few ratchet steps lead from the one
    /// that `body` is sealed under. Whether it is an earlier or a later one decides on what a hoard
    /// of it can open.
    #[must_use]
    pub fn is_near(&self, body: &[u8]) -> bool {
        let of = layout_of(body);
        let keys = self.keys.get(&of.slot).into_iter().flatten();
        keys.into_iter().any(|(key, _)| steps(*key, of) < STEPS || steps(of, *key) < STEPS)
    }

    /// Tells whether one of the keys, or one that follows from it, opens `body`.
    #[must_use]
    pub fn opens(&mut self, kind: FrameKind, body: &[u8]) -> bool {
        let of = layout_of(body);
        let keys = self.keys.get_mut(&of.slot).into_iter().flatten();
        let mut near = keys.filter(|(key, _)| steps(*key, of) < STEPS);
        near.any(|(_, receiver)| receiver.open(kind, &mut body.to_vec()).is_ok())
    }
}

/// How many ratchet steps lead from one key ID to another, of the 256 that there are.
const fn steps(from: KeyIdLayout, to: KeyIdLayout) -> u8 {
    let [from, to] = [from.generation * STEPS + from.step, to.generation * STEPS + to.step];
    to.wrapping_sub(from)
}

fn layout_of(body: &[u8]) -> KeyIdLayout {
    let (header, _) = Header::decode(body).expect("a sealed frame");
    layout(header.key_id)
}

fn layout(key_id: KeyId) -> KeyIdLayout {
    KeyIdLayout::from_key_id(key_id).expect("a key ID of profile frameseal/1")
}
