//! AES-CTR with HMAC: the AEAD of suites 1-3 and 6-8 (RFC 9605 section 4.5.1).

use ctr::cipher::consts::U16;
use ctr::cipher::{
    BlockCipherEncrypt, BlockSizeUser, InnerIvInit, StreamCipherCore, StreamCipherError,
};
use hmac::{KeyInit, Mac};
use subtle::ConstantTimeEq;

use super::AeadError;
use crate::suite::{CipherSuite, NONCE_LEN};

/// ```text
/// key = enc_key (Nka bytes) || auth_key (Nh bytes)
/// tag = HMAC(auth_key, len(aad) || len(ciphertext) || Nt || nonce || aad || ciphertext)[..Nt]
/// ```
///
/// Each length is 8 bytes, big-endian. `M` is a keyed HMAC, cloned for each frame, so that its key
/// is hashed once.
pub(super) struct CtrHmac<C, M> {
    cipher: C,
    mac: M,
}

impl<C, M> CtrHmac<C, M>
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
    M: Mac + KeyInit + Clone,
{
    /// Makes the AEAD; `None` unless `key` has the suite's length.
    pub(super) fn new(key: &[u8], suite: CipherSuite) -> Option<Self> {
        if key.len() != suite.key_len() {
            return None;
        }
        let (enc_key, auth_key) = key.split_at_checked(C::key_size())?;
        Some(Self {
            cipher: C::new_from_slice(enc_key).ok()?,
            mac: <M as KeyInit>::new_from_slice(auth_key).ok()?,
        })
    }

    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), AeadError> {
        self.apply_keystream(nonce, text)?;
        let full_tag = self.full_tag(nonce, aad, text, tag.len()).finalize().into_bytes();
        tag.copy_from_slice(full_tag.get(..tag.len()).ok_or(AeadError)?);
        Ok(())
    }

    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8],
    ) -> Result<(), AeadError> {
        let full_tag = self.full_tag(nonce, aad, text, tag.len()).finalize().into_bytes();
        let expected = full_tag.get(..tag.len()).ok_or(AeadError)?;
        if !bool::from(expected.ct_eq(tag)) {
            return Err(AeadError);
        }
        self.apply_keystream(nonce, text)
    }

    fn full_tag(&self, nonce: &[u8; NONCE_LEN], aad: &[u8], text: &[u8], tag_len: usize) -> M {
        let mut mac = self.mac.clone();
        for len in [aad.len(), text.len(), tag_len] {
            mac.update(&(len as u64).to_be_bytes());
        }
        mac.update(nonce);
        mac.update(aad);
        mac.update(text);
        mac
    }

    /// Encrypts or decrypts `text`: the initial counter block is `nonce || 0^32`.
    fn apply_keystream(&self, nonce: &[u8; NONCE_LEN], text: &mut [u8]) -> Result<(), AeadError> {
        let mut block = [0; 16];
        if let Some(front) = block.first_chunk_mut() {
            *front = *nonce;
        }
        ctr::CtrCore::<&C, ctr::flavors::Ctr32BE>::inner_iv_init(&self.cipher, &block.into())
            .try_apply_keystream_partial(text.into())
            .map_err(|StreamCipherError| AeadError)
    }
}
