//! What must not happen twice in a call.

use std::collections::HashSet;

use frameseal::KeyId;

/// Every key that anyone ever sealed frames under.
///
/// Counters start at 0 where a key is installed, and only go up: so no pair of key and counter comes
/// twice if and only if no key is installed twice under one key ID.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    installed: HashSet<(Vec<u8>, KeyId)>,
}

impl Ledger {
    pub(crate) fn install(&mut self, key_id: KeyId, base_key: &[u8]) {
        let is_new = self.installed.insert((base_key.to_vec(), key_id));
        assert!(is_new, "key {key_id:?} was installed twice: its counters begin anew");
    }

    /// How many keys there were.
    pub(crate) fn len(&self) -> usize {
        self.installed.len()
    }
}
