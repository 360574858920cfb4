//! AES-GCM of suites 4 and 5 behind RustCrypto's traits: theirs, or in WebAssembly ours.

#[cfg(not(target_family = "wasm"))]
use aes_gcm as implementation;
#[cfg(target_family = "wasm")]
use aes_gcm_simd128 as implementation;

use self::implementation::{AeadInOut, KeyInit};
use super::AeadError;
use crate::suite::NONCE_LEN;

pub(super) type Aes128Gcm = Gcm<implementation::Aes128Gcm>;
pub(super) type Aes256Gcm = Gcm<implementation::Aes256Gcm>;

/// AES-GCM with its key expanded. Wiped on drop.
pub(super) struct Gcm<C>(C);

impl<C: AeadInOut + KeyInit> Gcm<C> {
    /// Makes the AEAD; `None` unless `key` has its length.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        C::new_from_slice(key).map(Self).ok()
    }

    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), AeadError> {
        let Self(cipher) = self;
        let nonce = nonce.as_slice().try_into().map_err(|_| AeadError)?;
        let computed = cipher.encrypt_inout_detached(nonce, aad, text.into());
        tag.copy_from_slice(&computed.map_err(|_| AeadError)?);
        Ok(())
    }

    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8],
    ) -> Result<(), AeadError> {
        let Self(cipher) = self;
        let nonce = nonce.as_slice().try_into().map_err(|_| AeadError)?;
        let tag = tag.try_into().map_err(|_| AeadError)?;
        cipher.decrypt_inout_detached(nonce, aad, text.into(), tag).map_err(|_| AeadError)
    }
}
