//! The AEADs of the cipher suites, one call for all (RFC 9605 section 4.5).
//!
//! Nothing here chooses a nonce: that a nonce never comes twice is [`SealContext`]'s doing.
//!
//! [`SealContext`]: crate::SealContext

mod ctr_hmac;
#[cfg(all(feature = "aws-lc", not(target_family = "wasm")))]
#[path = "aead/gcm_aws_lc.rs"]
mod gcm;
#[cfg(not(all(feature = "aws-lc", not(target_family = "wasm"))))]
#[path = "aead/gcm_rust_crypto.rs"]
mod gcm;

use alloc::boxed::Box;
use core::fmt;

#[cfg(not(target_family = "wasm"))]
use aes::{Aes128, Aes256};
#[cfg(target_family = "wasm")]
use aes_gcm_simd128::{Aes128, Aes256};
use hmac::Hmac;
use sha2::{Sha256, Sha512};

use self::ctr_hmac::CtrHmac;
use self::gcm::{Aes128Gcm, Aes256Gcm};
use crate::suite::{CipherSuite, NONCE_LEN};

/// A suite's AEAD, with everything computed that depends on the key alone.
pub struct Aead {
    cipher: Cipher,
    tag_len: usize,
}

impl Aead {
    /// Makes the AEAD of `suite`; `None` unless `key` is `suite.key_len()` bytes.
    #[must_use]
    pub fn new(suite: CipherSuite, key: &[u8]) -> Option<Self> {
        if key.len() != suite.key_len() {
            return None;
        }
        let cipher = match suite {
            CipherSuite::Aes128CtrHmacSha256_80
            | CipherSuite::Aes128CtrHmacSha256_64
            | CipherSuite::Aes128CtrHmacSha256_32 => {
                Cipher::Aes128CtrHmac(Box::new(CtrHmac::new(key, suite)?))
            }
            CipherSuite::Aes128GcmSha256_128 => Cipher::Aes128Gcm(Box::new(Aes128Gcm::new(key)?)),
            CipherSuite::Aes256GcmSha512_128 => Cipher::Aes256Gcm(Box::new(Aes256Gcm::new(key)?)),
            CipherSuite::Aes256CtrHmacSha512_80
            | CipherSuite::Aes256CtrHmacSha512_64
            | CipherSuite::Aes256CtrHmacSha512_32 => {
                Cipher::Aes256CtrHmac(Box::new(CtrHmac::new(key, suite)?))
            }
        };
        Some(Self { cipher, tag_len: suite.tag_len() })
    }

    /// Encrypts `text` in place and writes the tag to `tag`, which is the suite's `Nt` bytes.
    ///
    /// # Errors
    ///
    /// [`AeadError`]: `tag` has another length, or the AEAD refused the lengths. `text` is then
    /// unspecified.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), AeadError> {
        if tag.len() != self.tag_len {
            return Err(AeadError);
        }
        match &self.cipher {
            Cipher::Aes128CtrHmac(cipher) => cipher.seal(nonce, aad, text, tag),
            Cipher::Aes128Gcm(cipher) => cipher.seal(nonce, aad, text, tag),
            Cipher::Aes256CtrHmac(cipher) => cipher.seal(nonce, aad, text, tag),
            Cipher::Aes256Gcm(cipher) => cipher.seal(nonce, aad, text, tag),
        }
    }

    /// Decrypts `text` in place if `tag` is right; else leaves it as it was.
    ///
    /// # Errors
    ///
    /// [`AeadError`]: not what [`Aead::seal`] made with this key, nonce and `aad`.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8],
    ) -> Result<(), AeadError> {
        if tag.len() != self.tag_len {
            return Err(AeadError);
        }
        match &self.cipher {
            Cipher::Aes128CtrHmac(cipher) => cipher.open(nonce, aad, text, tag),
            Cipher::Aes128Gcm(cipher) => cipher.open(nonce, aad, text, tag),
            Cipher::Aes256CtrHmac(cipher) => cipher.open(nonce, aad, text, tag),
            Cipher::Aes256Gcm(cipher) => cipher.open(nonce, aad, text, tag),
        }
    }
}

impl fmt::Debug for Aead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cipher: _, tag_len } = self;
        f.debug_struct("Aead").field("tag_len", tag_len).finish_non_exhaustive()
    }
}

/// One opaque error, so that a failure says nothing about its reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AeadError;

/// Boxed: expanded keys are 0.5 to 3 KB.
enum Cipher {
    Aes128CtrHmac(Box<CtrHmac<Aes128, Hmac<Sha256>>>),
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256CtrHmac(Box<CtrHmac<Aes256, Hmac<Sha512>>>),
    Aes256Gcm(Box<Aes256Gcm>),
}
