//! What must not happen twice in a call.

use std::collections::HashSet;

use frameseal_sframe::{CipherSuite, FrameKind, KeyId, Profile, SendKey, Sender};

/// Every key that anyone ever sealed frames under.
///
/// Counters start at 0 where a [`Sender`] is made, and only go up: so no pair of key and counter
/// comes twice if and only if no key is installed twice under one key ID.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    installed: HashSet<(Vec<u8>, KeyId)>,
}

impl Ledger {
    pub(crate) fn install(&mut self, suite: CipherSuite, key_id: KeyId, key: &SendKey) {
        let is_new = self.installed.insert((trace(suite, key), key_id));
        assert!(is_new, "key {key_id:?} was installed twice: its counters begin anew");
    }

    /// How many keys there were.
    pub(crate) fn len(&self) -> usize {
        self.installed.len()
    }
}

/// What only this base key makes: nothing, sealed under its successor, which is of no use here.
fn trace(suite: CipherSuite, key: &SendKey) -> Vec<u8> {
    let successor = key.ratchet(suite);
    let mut sender = Sender::new(Profile::Rfc9605, suite, KeyId::new(0), successor);
    sender.seal(0, FrameKind::Data, &[]).expect("a fresh key")
}
