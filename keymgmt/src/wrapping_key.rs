//! Pairwise wrapping keys: what two members seal base keys for each other with.

use alloc::vec::Vec;
use core::fmt;

#[cfg(not(target_family = "wasm"))]
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
#[cfg(target_family = "wasm")]
use aes_gcm_simd128::{AeadInOut, Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::cbor;
use crate::key_pair::{KeyPair, PublicKey};
use crate::message::Hello;

/// The wrapping keys of two members, one for each direction.
#[derive(Debug)]
pub(crate) struct WrappingKeys {
    /// From us to them.
    pub(crate) ours: WrappingKey,
    /// From them to us.
    pub(crate) theirs: WrappingKey,
}

/// One end of an agreement: what a wrapping key is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Party<'a> {
    pub(crate) id: &'a str,
    pub(crate) hello: &'a Hello,
}

impl WrappingKeys {
    /// Agrees on the keys. Takes one P-256 multiplication: see [`KeyPair::agree`].
    ///
    /// ```text
    /// HKDF-SHA256(salt = the room's, ikm = ECDH(ours, theirs), 32 bytes,
    ///             info = CBOR(["frameseal/1 kek", from ID, to ID, from hello, to hello]))
    /// ```
    ///
    /// Bound to both hellos whole: a changed credential, suite or nonce is a key that nobody has.
    pub(crate) fn agree(
        salt: &[u8],
        key_pair: &KeyPair,
        public_key: &PublicKey,
        us: Party<'_>,
        them: Party<'_>,
    ) -> Self {
        let shared = key_pair.agree(public_key);
        let secret = Hkdf::<Sha256>::new(Some(salt), shared.raw_secret_bytes());
        Self {
            ours: WrappingKey::expand(&secret, us, them),
            theirs: WrappingKey::expand(&secret, them, us),
        }
    }
}

/// Wraps keys in one direction: AES-256-GCM. Wiped on drop.
///
/// Kept as bytes: expanded it is a kilobyte, times two for each of a thousand members.
pub(crate) struct WrappingKey(Zeroizing<[u8; 32]>);

impl WrappingKey {
    #[cfg(test)]
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    fn expand(secret: &Hkdf<Sha256>, from: Party<'_>, to: Party<'_>) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        #[expect(clippy::expect_used, reason = "32 bytes are fewer than 255 * 32")]
        secret.expand(&info(from, to), &mut *key).expect("output is short");
        Self(key)
    }

    /// Encrypts `text` but for its last 16 bytes, which become the tag. No `sequence` may come
    /// twice under one key.
    pub(crate) fn seal(&self, sequence: u64, aad: &[u8], text: &mut [u8]) {
        self.seal_with(nonce(sequence), aad, text);
    }

    fn seal_with(&self, nonce: Nonce, aad: &[u8], text: &mut [u8]) {
        let len = text.len().saturating_sub(TAG_LEN);
        let (text, place) = text.split_at_mut(len);
        let tag = self.aead().encrypt_inout_detached(&nonce.into(), aad, text.into());
        #[expect(clippy::expect_used, reason = "a message is far below GCM's 64 GiB")]
        place.copy_from_slice(&tag.expect("text is short"));
    }

    /// Decrypts `text || tag` where it is, and returns the length of `text`; `None` if it is not
    /// what this key sealed.
    pub(crate) fn open(&self, sequence: u64, aad: &[u8], text: &mut [u8]) -> Option<usize> {
        self.open_with(nonce(sequence), aad, text)
    }

    fn open_with(&self, nonce: Nonce, aad: &[u8], text: &mut [u8]) -> Option<usize> {
        let len = text.len().checked_sub(TAG_LEN)?;
        let (text, tag) = text.split_at_mut_checked(len)?;
        let tag = (&*tag).try_into().ok()?;
        self.aead().decrypt_inout_detached(&nonce.into(), aad, text.into(), tag).ok()?;
        Some(len)
    }

    #[cfg(test)]
    pub(crate) fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }

    fn aead(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }
}

impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.debug_tuple("WrappingKey").finish_non_exhaustive()
    }
}

/// What the wrapping key of one direction is bound to.
pub(crate) fn info(from: Party<'_>, to: Party<'_>) -> Vec<u8> {
    cbor::encode(512, |encoder| {
        encoder.array(5)?.str(LABEL)?.str(from.id)?.str(to.id)?;
        from.hello.encode_to(encoder)?;
        to.hello.encode_to(encoder)
    })
}

/// GCM's own length of nonces.
type Nonce = [u8; 12];

/// The sequence number, 96 bits big-endian.
fn nonce(sequence: u64) -> Nonce {
    let mut nonce = Nonce::default();
    for (place, byte) in nonce.iter_mut().rev().zip(sequence.to_le_bytes()) {
        *place = byte;
    }
    nonce
}

/// AES-GCM's tag, in bytes.
pub(crate) const TAG_LEN: usize = 16;

const LABEL: &str = "frameseal/1 kek";

#[cfg(test)]
mod tests;
