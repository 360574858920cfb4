//! The key of one key ID, on its own: for archives, which must open one track and nothing else.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use zeroize::Zeroizing;

use crate::header::KeyId;
use crate::key::BaseKey;
use crate::key_schedule;
use crate::suite::{CipherSuite, NONCE_LEN};

/// `sframe_key` and `sframe_salt` of one key ID (RFC 9605 section 4.4.2).
///
/// In profile `frameseal/1` a key ID names one track of one sender in one epoch, so this opens no other
/// track and no later epoch: the base key cannot be computed from it. It can still seal: whoever holds
/// it can make frames that look like the sender's, so what it opens proves nothing about who spoke.
///
/// Wiped on drop; `Debug` prints no key.
///
/// # Examples
///
/// ```
/// use frameseal_sframe::{BaseKey, CipherSuite, DerivedKey, KeyId, OpenContext, SealContext};
///
/// let (suite, key_id) = (CipherSuite::default(), KeyId::new(1));
/// let base_key = BaseKey::new(vec![7; 16]);
/// let derived = base_key.derive(suite, key_id);
/// let stored = (derived.expose_key().to_vec(), derived.expose_salt().to_vec());
///
/// let mut sealer = SealContext::new(suite, key_id, base_key.into_send_key());
/// let body = sealer.seal(b"", b"an encoded frame")?;
///
/// let derived = DerivedKey::new(suite, key_id, &stored.0, &stored.1)?;
/// let mut opener = OpenContext::with_derived_key(&derived);
/// assert_eq!(opener.open(b"", &body)?, b"an encoded frame");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DerivedKey {
    suite: CipherSuite,
    key_id: KeyId,
    key: Zeroizing<Vec<u8>>,
    salt: Zeroizing<[u8; NONCE_LEN]>,
}

impl DerivedKey {
    /// Copies a key that was stored.
    ///
    /// # Errors
    ///
    /// [`DerivedKeyError`]: the suite's keys, or salts, have another length.
    pub fn new(
        suite: CipherSuite,
        key_id: KeyId,
        key: &[u8],
        salt: &[u8],
    ) -> Result<Self, DerivedKeyError> {
        if key.len() != suite.key_len() {
            return Err(DerivedKeyError);
        }
        let salt = Zeroizing::new(salt.try_into().map_err(|_| DerivedKeyError)?);
        Ok(Self { suite, key_id, key: Zeroizing::new(key.to_vec()), salt })
    }

    /// Runs the key schedule.
    pub(crate) fn derive(suite: CipherSuite, key_id: KeyId, base_key: &BaseKey) -> Self {
        let (key, salt) = key_schedule::derive(suite, key_id, base_key);
        Self { suite, key_id, key, salt }
    }

    /// Returns what frames are sealed with.
    #[must_use]
    pub const fn suite(&self) -> CipherSuite {
        self.suite
    }

    /// Returns the key ID that frames under this key name.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Returns the key of the AEAD: the suite's `Nk` bytes.
    #[must_use]
    pub fn expose_key(&self) -> &[u8] {
        &self.key
    }

    pub(crate) fn salt(&self) -> Zeroizing<[u8; NONCE_LEN]> {
        self.salt.clone()
    }

    /// Returns what nonces are made from: the suite's `Nn` bytes, 12.
    #[must_use]
    pub fn expose_salt(&self) -> &[u8] {
        &*self.salt
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { suite, key_id, key: _, salt: _ } = self;
        f.debug_struct("DerivedKey")
            .field("suite", suite)
            .field("key_id", key_id)
            .finish_non_exhaustive()
    }
}

/// A stored key or salt has not its suite's length: it was damaged, or stored for another suite.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DerivedKeyError;

impl fmt::Display for DerivedKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key or salt has another length than those of its cipher suite")
    }
}

impl Error for DerivedKeyError {}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::{DerivedKey, DerivedKeyError};
    use crate::header::KeyId;
    use crate::key::BaseKey;
    use crate::suite::CipherSuite;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const SUITE: CipherSuite = CipherSuite::Aes256GcmSha512_128;

    #[test]
    fn debug_prints_no_key() {
        let key = DerivedKey::new(SUITE, KeyId::new(9), &[0xa5; 32], &[0xa5; 12]).unwrap();
        let text = "DerivedKey { suite: Aes256GcmSha512_128, key_id: KeyId(9), .. }";
        assert_eq!(format!("{key:?}"), text);
    }

    #[test]
    fn other_lengths_than_the_suites_are_refused() {
        for (key, salt) in [(31, 12), (33, 12), (16, 12), (32, 11), (32, 13), (0, 0)] {
            let made = DerivedKey::new(SUITE, KeyId::new(9), &vec![1; key], &vec![2; salt]);
            assert!(matches!(made, Err(DerivedKeyError)), "{key} and {salt} bytes");
        }
    }

    #[test]
    fn it_differs_by_key_id_and_suite() {
        let base_key = BaseKey::new(vec![7; 32]);
        let derived = base_key.derive(SUITE, KeyId::new(9));
        let same = base_key.derive(SUITE, KeyId::new(9));
        let others = [
            base_key.derive(SUITE, KeyId::new(10)),
            base_key.derive(CipherSuite::Aes256CtrHmacSha512_80, KeyId::new(9)),
            base_key.ratchet(SUITE).derive(SUITE, KeyId::new(9)),
        ];
        assert_eq!(derived.expose_key(), same.expose_key());
        assert_eq!(derived.expose_salt(), same.expose_salt());
        for other in others {
            assert_ne!(derived.expose_key(), other.expose_key(), "{other:?}");
            assert_ne!(derived.expose_salt(), other.expose_salt(), "{other:?}");
        }
    }
}
