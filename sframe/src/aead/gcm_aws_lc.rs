//! AES-GCM of suites 4 and 5 by AWS-LC.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use smallvec::SmallVec;

use super::AeadError;
use crate::suite::NONCE_LEN;

pub(super) type Aes128Gcm = Gcm;
pub(super) type Aes256Gcm = Gcm;

/// AES-GCM with its key expanded, in memory that AWS-LC wipes before it frees it.
pub(super) struct Gcm(LessSafeKey);

impl Gcm {
    /// Makes the AEAD; `None` unless `key` is 16 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        let algorithm = match key.len() {
            16 => &AES_128_GCM,
            32 => &AES_256_GCM,
            _ => return None,
        };
        UnboundKey::new(algorithm, key).map(LessSafeKey::new).map(Self).ok()
    }

    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), AeadError> {
        let Self(key) = self;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let computed = key
            .seal_in_place_separate_tag(nonce, Aad::from(aad), text)
            .map_err(|Unspecified| AeadError)?;
        tag.copy_from_slice(computed.as_ref());
        Ok(())
    }

    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        text: &mut [u8],
        tag: &[u8],
    ) -> Result<(), AeadError> {
        let Self(key) = self;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let kept = SmallVec::<[u8; STACK]>::from_slice(text); // as AWS-LC zeroes what it refuses
        if let Err(Unspecified) = key.open_in_place_separate_tag(nonce, Aad::from(aad), tag, text) {
            text.copy_from_slice(&kept);
            return Err(AeadError);
        }
        Ok(())
    }
}

/// Frames of up to so many bytes are kept without allocating: most, if they are not key frames.
const STACK: usize = 8 << 10;
