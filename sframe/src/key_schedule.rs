//! From base key to AEAD key, salt and nonce (RFC 9605 sections 4.4.2, 4.4.3 and 5.1).

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use hkdf::Hkdf;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::aead::{Aead, AeadError};
use crate::header::{Counter, KeyId};
use crate::key::BaseKey;
use crate::suite::{CipherSuite, Hash, NONCE_LEN};

/// What frames are sealed and opened with: derived once per (base key, KID), used for each frame.
///
/// ```text
/// secret = HKDF-Extract("", base_key)
/// key    = HKDF-Expand(secret, "SFrame 1.0 Secret key "  || KID || suite, Nk)
/// salt   = HKDF-Expand(secret, "SFrame 1.0 Secret salt " || KID || suite, Nn)
/// ```
///
/// KID is 8 bytes, suite 2 bytes, both big-endian.
pub(crate) struct FrameKey {
    aead: Aead,
    salt: Zeroizing<[u8; NONCE_LEN]>,
}

impl FrameKey {
    /// Runs the key schedule.
    pub(crate) fn derive(suite: CipherSuite, key_id: KeyId, base_key: &BaseKey) -> Self {
        let (key, salt) = derive(suite, key_id, base_key);
        Self::new(suite, &key, salt)
    }

    /// Takes what the key schedule made: `key` has the suite's length.
    pub(crate) fn new(suite: CipherSuite, key: &[u8], salt: Zeroizing<[u8; NONCE_LEN]>) -> Self {
        #[expect(clippy::expect_used, reason = "callers give keys of the suite's length")]
        let aead = Aead::new(suite, key).expect("key has the suite's length");
        Self { aead, salt }
    }

    /// Encrypts `text` in place under the nonce of `counter`, which must never come twice.
    pub(crate) fn seal(
        &self,
        counter: Counter,
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), AeadError> {
        self.aead.seal(&self.nonce(counter), aad, text, tag)
    }

    /// Decrypts `text` in place, or leaves it as it was.
    pub(crate) fn open(
        &self,
        counter: Counter,
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8],
    ) -> Result<(), AeadError> {
        self.aead.open(&self.nonce(counter), aad, text, tag)
    }

    /// `salt XOR counter`, the counter big-endian and padded on the left (section 4.4.3).
    pub(crate) fn nonce(&self, counter: Counter) -> [u8; NONCE_LEN] {
        let mut nonce = *self.salt;
        for (byte, counter) in nonce.iter_mut().rev().zip(counter.get().to_le_bytes()) {
            *byte ^= counter;
        }
        nonce
    }
}

impl fmt::Debug for FrameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { aead: _, salt: _ } = self;
        f.debug_struct("FrameKey").finish_non_exhaustive()
    }
}

/// Runs the key schedule: the key of the suite's AEAD, and its salt.
pub(crate) fn derive(
    suite: CipherSuite,
    key_id: KeyId,
    base_key: &BaseKey,
) -> (Zeroizing<Vec<u8>>, Zeroizing<[u8; NONCE_LEN]>) {
    let mut key = Zeroizing::new(vec![0; suite.key_len()]);
    let mut salt = Zeroizing::new([0; NONCE_LEN]);
    let key_id = key_id.get().to_be_bytes();
    let number = suite.number().to_be_bytes();
    expand(
        suite.hash(),
        base_key,
        [
            (&[KEY_LABEL, &key_id, &number], &mut *key),
            (&[SALT_LABEL, &key_id, &number], &mut *salt),
        ],
    );
    (key, salt)
}

/// Derives the key of the suite's AEAD alone.
#[cfg(feature = "external-aead")]
pub(crate) fn aead_key(
    suite: CipherSuite,
    key_id: KeyId,
    base_key: &BaseKey,
) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; suite.key_len()]);
    let key_id = key_id.get().to_be_bytes();
    let number = suite.number().to_be_bytes();
    expand(suite.hash(), base_key, [(&[KEY_LABEL, &key_id, &number], &mut *key)]);
    key
}

/// `HKDF-Expand(HKDF-Extract("", base_key), "SFrame 1.0 Ratchet", Nh)` (section 5.1).
pub(crate) fn ratchet(base_key: &BaseKey, suite: CipherSuite) -> BaseKey {
    let mut next = vec![0; suite.hash().len()];
    expand(suite.hash(), base_key, [(&[RATCHET_LABEL], &mut next)]);
    BaseKey::new(next)
}

/// `HKDF-Expand(HKDF-Extract("", base_key), "frameseal/1 fingerprint", 32)` with SHA-256: never sent.
pub(crate) fn fingerprint(base_key: &BaseKey) -> [u8; 32] {
    let mut fingerprint = [0; 32];
    expand(Hash::Sha256, base_key, [(&[FINGERPRINT_LABEL], &mut fingerprint)]);
    fingerprint
}

/// Fills each output with `HKDF-Expand(HKDF-Extract("", base_key), info, output.len())`.
fn expand<const N: usize>(hash: Hash, base_key: &BaseKey, outputs: [(&[&[u8]], &mut [u8]); N]) {
    let base_key = base_key.expose_secret();
    let result = match hash {
        Hash::Sha256 => {
            let secret = Hkdf::<Sha256>::new(None, base_key);
            outputs.into_iter().try_for_each(|(info, out)| secret.expand_multi_info(info, out))
        }
        Hash::Sha512 => {
            let secret = Hkdf::<Sha512>::new(None, base_key);
            outputs.into_iter().try_for_each(|(info, out)| secret.expand_multi_info(info, out))
        }
    };
    #[expect(
        clippy::expect_used,
        reason = "at most 96 bytes are asked for, the limit is 255 * Nh"
    )]
    result.expect("output is short");
}

/// RFC 9605 section 4.4.2; the trailing space is part of it.
const KEY_LABEL: &[u8] = b"SFrame 1.0 Secret key ";

/// RFC 9605 section 4.4.2; the trailing space is part of it.
const SALT_LABEL: &[u8] = b"SFrame 1.0 Secret salt ";

/// RFC 9605 section 5.1.
const RATCHET_LABEL: &[u8] = b"SFrame 1.0 Ratchet";

/// Our own: apart from the RFC's labels, so that a fingerprint is no key.
const FINGERPRINT_LABEL: &[u8] = b"frameseal/1 fingerprint";
