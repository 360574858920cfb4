//! What the calls read and write. Their host fills it, and gives an origin to each part.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aes_gcm_simd128::aead::{AeadInOut, KeyInit};
use aes_gcm_simd128::cipher::consts::{U12, U16};
use aes_gcm_simd128::{Aes128Gcm, Aes256Gcm};

use crate::planted::GcmByTable;

pub(crate) struct Buffers {
    pub(crate) key: [u8; 32],
    pub(crate) nonce: [u8; 12],
    pub(crate) aad: [u8; 256],
    pub(crate) text: [u8; 1024],
    pub(crate) tag: [u8; 16],
    context: Option<Context>,
}

/// A key, prepared.
enum Context {
    Aes128(Aes128Gcm),
    Aes256(Aes256Gcm),
}

impl Context {
    /// Returns `None` if there is no key of that length.
    fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128Gcm::new_from_slice(key).ok().map(Self::Aes128),
            32 => Aes256Gcm::new_from_slice(key).ok().map(Self::Aes256),
            _ => None,
        }
    }

    fn seal(&self, nonce: &[u8; 12], aad: &[u8], text: &mut [u8]) -> Option<[u8; 16]> {
        match self {
            Self::Aes128(gcm) => seal_with(gcm, nonce, aad, text),
            Self::Aes256(gcm) => seal_with(gcm, nonce, aad, text),
        }
    }

    fn open(&self, nonce: &[u8; 12], aad: &[u8], text: &mut [u8], tag: &[u8; 16]) -> bool {
        match self {
            Self::Aes128(gcm) => open_with(gcm, nonce, aad, text, tag),
            Self::Aes256(gcm) => open_with(gcm, nonce, aad, text, tag),
        }
    }
}

static BUFFERS: Mutex<Buffers> = Mutex::new(Buffers {
    key: [0; 32],
    nonce: [0; 12],
    aad: [0; 256],
    text: [0; 1024],
    tag: [0; 16],
    context: None,
});

pub(crate) fn buffers() -> MutexGuard<'static, Buffers> {
    BUFFERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Buffers {
    pub(crate) fn set_key(&mut self, len: usize) -> Option<()> {
        self.context = Some(Context::new(self.key.get(..len)?)?);
        Some(())
    }

    pub(crate) fn seal(&mut self, aad_len: usize, text_len: usize) -> Option<()> {
        let Self { context, nonce, aad, text, tag, .. } = self;
        let (aad, text) = (aad.get(..aad_len)?, text.get_mut(..text_len)?);
        *tag = context.as_ref()?.seal(nonce, aad, text)?;
        Some(())
    }

    /// Leaves the prepared key where it is made: to move it is not the cipher's work.
    pub(crate) fn seal_once(
        &mut self,
        key_len: usize,
        aad_len: usize,
        text_len: usize,
    ) -> Option<()> {
        let Self { key, nonce, aad, text, tag, .. } = self;
        let (aad, text) = (aad.get(..aad_len)?, text.get_mut(..text_len)?);
        *tag = match key_len {
            16 => seal_with(&Aes128Gcm::new(key.first_chunk::<16>()?.into()), nonce, aad, text)?,
            32 => seal_with(&Aes256Gcm::new((&*key).into()), nonce, aad, text)?,
            _ => return None,
        };
        Some(())
    }

    /// Returns whether the tag was right.
    pub(crate) fn open(&mut self, aad_len: usize, text_len: usize) -> Option<bool> {
        let Self { context, nonce, aad, text, tag, .. } = self;
        let (aad, text) = (aad.get(..aad_len)?, text.get_mut(..text_len)?);
        Some(context.as_ref()?.open(nonce, aad, text, tag))
    }

    pub(crate) fn seal_by_table(&mut self, aad_len: usize, text_len: usize) -> Option<()> {
        let Self { key, nonce, aad, text, tag, .. } = self;
        let (aad, text) = (aad.get(..aad_len)?, text.get_mut(..text_len)?);
        let gcm = GcmByTable::new_from_slice(key.get(..16)?).ok()?;
        *tag = seal_with(&gcm, nonce, aad, text)?;
        Some(())
    }

    pub(crate) fn seal_with_branch(&mut self, aad_len: usize, text_len: usize) -> Option<()> {
        if self.key[0] & 1 == 1 {
            self.seal(0, 0)?;
        }
        self.seal(aad_len, text_len)
    }
}

fn seal_with(
    gcm: &impl AeadInOut<NonceSize = U12, TagSize = U16>,
    nonce: &[u8; 12],
    aad: &[u8],
    text: &mut [u8],
) -> Option<[u8; 16]> {
    gcm.encrypt_inout_detached(nonce.into(), aad, text.into()).ok().map(Into::into)
}

fn open_with(
    gcm: &impl AeadInOut<NonceSize = U12, TagSize = U16>,
    nonce: &[u8; 12],
    aad: &[u8],
    text: &mut [u8],
    tag: &[u8; 16],
) -> bool {
    gcm.decrypt_inout_detached(nonce.into(), aad, text.into(), tag.into()).is_ok()
}
