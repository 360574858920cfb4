//! Base keys: the secret input of the key schedule, each for one direction.

use alloc::vec::Vec;
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

#[cfg(feature = "derived-keys")]
use crate::derived_key::DerivedKey;
#[cfg(feature = "derived-keys")]
use crate::header::KeyId;
use crate::key_schedule;
use crate::suite::CipherSuite;

/// Secret input of the key schedule: `base_key`, RFC 9605 section 4.4.2.
///
/// Wiped on drop. No `Clone`, `PartialEq` or serialization, and `Debug` prints nothing, so each
/// copy and each comparison has to be written where a reviewer sees it. Spending the key picks its
/// one direction, which RFC 9605 section 4.4.1 requires:
///
/// ```compile_fail,E0382
/// # use frameseal_sframe::BaseKey;
/// let key = BaseKey::new(vec![7; 32]);
/// let sender = key.into_send_key();
/// let receiver = key.into_receive_key(); // moved: one base key, one direction
/// ```
pub struct BaseKey {
    bytes: Zeroizing<Vec<u8>>,
}

impl BaseKey {
    /// Takes ownership of `bytes`; the caller's copies, if any, are the caller's to wipe.
    ///
    /// Any length is accepted, as in RFC 9605; the key has no more strength than its bytes have
    /// entropy, so give at least the suite's key length of random bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: Zeroizing::new(bytes) }
    }

    /// Commits this key to sealing.
    #[must_use]
    pub fn into_send_key(self) -> SendKey {
        SendKey(self)
    }

    /// Commits this key to opening.
    #[must_use]
    pub fn into_receive_key(self) -> ReceiveKey {
        ReceiveKey(self)
    }

    /// Returns the base key one ratchet step later (RFC 9605 section 5.1).
    ///
    /// One way: who holds the result can't compute `self`.
    #[must_use]
    pub fn ratchet(&self, suite: CipherSuite) -> Self {
        key_schedule::ratchet(self, suite)
    }

    /// Derives the key of one key ID, which opens what was sealed under that and nothing else.
    #[cfg(feature = "derived-keys")]
    #[must_use]
    pub fn derive(&self, suite: CipherSuite, key_id: KeyId) -> DerivedKey {
        DerivedKey::derive(suite, key_id, self)
    }

    /// Returns a name for this key that tells nothing about it.
    ///
    /// For remembering which keys were in use, after they are gone: a base key serves one sender,
    /// in one direction, once.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        key_schedule::fingerprint(self)
    }

    /// Tells in constant time whether `other` has the same bytes.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.expose_secret().ct_eq(other.expose_secret()).into()
    }

    /// Returns the key bytes: for key management, which wraps them for those who may open.
    ///
    /// Whoever has them opens all that is sealed under this key and its ratcheted successors. Grep
    /// for `expose_secret` to audit every use.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        let Self { bytes } = self;
        bytes
    }
}

impl fmt::Debug for BaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes: _ } = self; // a new field must be looked at here
        f.debug_struct("BaseKey").finish_non_exhaustive()
    }
}

/// A base key that seals and never opens.
#[derive(Debug)]
pub struct SendKey(BaseKey);

impl SendKey {
    /// Returns the key bytes: see [`BaseKey::expose_secret`].
    #[cfg(feature = "hazmat")]
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Returns the key one ratchet step later; see [`BaseKey::ratchet`].
    #[must_use]
    pub fn ratchet(&self, suite: CipherSuite) -> Self {
        Self(self.0.ratchet(suite))
    }

    pub(crate) fn base_key(&self) -> &BaseKey {
        &self.0
    }
}

/// A base key that opens and never seals.
#[derive(Debug)]
pub struct ReceiveKey(BaseKey);

impl ReceiveKey {
    /// Returns the key bytes: see [`BaseKey::expose_secret`].
    #[cfg(feature = "hazmat")]
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Returns the key one ratchet step later; see [`BaseKey::ratchet`].
    #[must_use]
    pub fn ratchet(&self, suite: CipherSuite) -> Self {
        Self(self.0.ratchet(suite))
    }

    pub(crate) fn base_key(&self) -> &BaseKey {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::BaseKey;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn debug_never_prints_key_bytes() {
        let key = BaseKey::new(vec![0xa5; 32]);
        assert_eq!(format!("{key:?}"), "BaseKey { .. }");
        assert_eq!(format!("{:?}", key.into_send_key()), "SendKey(BaseKey { .. })");

        let key = BaseKey::new(vec![0xa5; 32]).into_receive_key();
        assert_eq!(format!("{key:?}"), "ReceiveKey(BaseKey { .. })");
    }
}
