//! GCM (SP 800-38D, section 7) with nonces of 96 bits.
//!
//! Its counter blocks are `nonce || counter`: the one with counter 1 masks the tag, those from 2 on encrypt the
//! text. All come in batches, the mask in the first one.

use core::array;
use core::fmt;
use core::marker::PhantomData;

use aead::{AeadCore, AeadInOut, Error, Nonce, Tag, TagPosition};
use cipher::array::Array;
use cipher::consts::{U12, U16};
use cipher::inout::InOutBuf;
use cipher::{Key, KeyInit, KeySizeUser};
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::aes::{Aes, Aes128, Aes256, BATCH};
use crate::ghash::Powers;
use crate::lanes::{Block, Lanes};

/// AES-GCM with a 128-bit key, 96-bit nonces and 128-bit tags.
pub type Aes128Gcm = AesGcm<Aes128>;

/// AES-GCM with a 256-bit key, 96-bit nonces and 128-bit tags.
pub type Aes256Gcm = AesGcm<Aes256>;

/// AES-GCM with `C`'s key size: [`Aes128Gcm`] or [`Aes256Gcm`]. Wiped on drop.
///
/// Errors are one opaque [`Error`]: the tag is wrong, and then no byte of the text was written; or the text is
/// longer than 2^36 - 32 bytes, or the associated data than 2^61 - 1.
#[derive(Clone)]
pub struct AesGcm<C> {
    gcm: Gcm,
    cipher: PhantomData<C>,
}

impl<C: KeySizeUser> KeySizeUser for AesGcm<C> {
    type KeySize = C::KeySize;
}

impl KeyInit for AesGcm<Aes128> {
    fn new(key: &Key<Self>) -> Self {
        Self { gcm: Gcm::new(Aes::new_128(&key.0)), cipher: PhantomData }
    }
}

impl KeyInit for AesGcm<Aes256> {
    fn new(key: &Key<Self>) -> Self {
        Self { gcm: Gcm::new(Aes::new_256(&key.0)), cipher: PhantomData }
    }
}

impl<C> AeadCore for AesGcm<C> {
    type NonceSize = U12;
    type TagSize = U16;

    const TAG_POSITION: TagPosition = TagPosition::Postfix;
}

impl<C> AeadInOut for AesGcm<C> {
    fn encrypt_inout_detached(
        &self,
        nonce: &Nonce<Self>,
        associated_data: &[u8],
        buffer: InOutBuf<'_, '_, u8>,
    ) -> Result<Tag<Self>, Error> {
        check_lengths(associated_data, &buffer)?;
        Ok(self.gcm.encrypt(&nonce.0, associated_data, buffer).into())
    }

    fn decrypt_inout_detached(
        &self,
        nonce: &Nonce<Self>,
        associated_data: &[u8],
        buffer: InOutBuf<'_, '_, u8>,
        tag: &Tag<Self>,
    ) -> Result<(), Error> {
        check_lengths(associated_data, &buffer)?;
        self.gcm.decrypt(&nonce.0, associated_data, buffer, &tag.0)
    }
}

impl<C> fmt::Debug for AesGcm<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AesGcm").finish_non_exhaustive()
    }
}

impl<C> ZeroizeOnDrop for AesGcm<C> {}

/// SP 800-38D, section 5.2.1.1.
fn check_lengths(aad: &[u8], text: &InOutBuf<'_, '_, u8>) -> Result<(), Error> {
    let fit = text.len() as u64 <= (1 << 36) - 32 && (aad.len() as u64) < 1 << 61;
    if fit { Ok(()) } else { Err(Error) }
}

#[derive(Clone)]
struct Gcm {
    aes: Aes,
    powers: Powers,
}

impl Gcm {
    fn new(aes: Aes) -> Self {
        let mut blocks = [Lanes::ZERO; BATCH];
        aes.encrypt(&mut blocks, 1);
        let [h, ..] = blocks;
        Self { powers: Powers::new(&Zeroizing::new(h.bytes())), aes }
    }

    /// Returns the tag.
    fn encrypt(&self, nonce: &[u8; 12], aad: &[u8], mut text: InOutBuf<'_, '_, u8>) -> Block {
        let (mask, keystream) = Keystream::begin(&self.aes, nonce, text.len());
        keystream.apply(text.reborrow());
        (self.powers.hash(aad, text.get_out()) ^ mask).bytes()
    }

    /// Writes the text only if the tag is right.
    fn decrypt(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        text: InOutBuf<'_, '_, u8>,
        tag: &Block,
    ) -> Result<(), Error> {
        let (mask, keystream) = Keystream::begin(&self.aes, nonce, text.len());
        let expected = (self.powers.hash(aad, text.get_in()) ^ mask).bytes();
        if !bool::from(expected.ct_eq(tag)) {
            return Err(Error);
        }
        keystream.apply(text);
        Ok(())
    }
}

/// The encrypted counter blocks from 2 on.
struct Keystream<'a> {
    aes: &'a Aes,
    nonce: Lanes,
    /// Of the next batch's first block.
    counter: u32,
    /// What the first batch has besides the mask.
    first: [Lanes; BATCH - 1],
}

impl<'a> Keystream<'a> {
    /// Begins one for a text of `len` bytes; returns the mask of its tag too.
    #[inline(always)]
    fn begin(aes: &'a Aes, nonce: &[u8; 12], len: usize) -> (Lanes, Self) {
        let mut block = [0; 16];
        if let Some(front) = block.first_chunk_mut() {
            *front = *nonce;
        }
        let mut keystream =
            Self { aes, nonce: Lanes::load(&block), counter: 1, first: [Lanes::ZERO; BATCH - 1] };
        let [mask, first @ ..] = keystream.batch(len.saturating_add(16));
        keystream.first = first;
        (mask, keystream)
    }

    /// Adds the keystream to `text`.
    #[inline(always)]
    fn apply(mut self, text: InOutBuf<'_, '_, u8>) {
        let (head, mut rest) = split(text, 16 * (BATCH - 1));
        add(head, &self.first);
        while !rest.is_empty() {
            let batch = self.batch(rest.len());
            let (head, behind) = split(rest, 16 * BATCH);
            add(head, &batch);
            rest = behind;
        }
    }

    /// Returns the next batch, as much of it as `len` bytes take.
    #[inline(always)]
    fn batch(&mut self, len: usize) -> [Lanes; BATCH] {
        let mut blocks = array::from_fn(|_| {
            let block = self.nonce.with_counter(self.counter);
            self.counter = self.counter.wrapping_add(1);
            block
        });
        self.aes.encrypt(&mut blocks, len.div_ceil(16).min(BATCH));
        blocks
    }
}

/// Splits at `len` bytes, or behind the last one.
fn split<'i, 'o>(
    text: InOutBuf<'i, 'o, u8>,
    len: usize,
) -> (InOutBuf<'i, 'o, u8>, InOutBuf<'i, 'o, u8>) {
    let len = len.min(text.len());
    text.split_at(len)
}

/// Adds the keystream to `text`, which is not longer.
#[inline(always)]
fn add(text: InOutBuf<'_, '_, u8>, keystream: &[Lanes]) {
    let (blocks, tail) = text.into_chunks::<U16>();
    let last = keystream.get(blocks.len()).copied();
    for (mut block, key) in blocks.into_iter().zip(keystream) {
        *block.get_out() = Array((Lanes::load(&block.get_in().0) ^ *key).bytes());
    }
    if let Some(last) = last {
        for (mut byte, key) in tail.into_iter().zip(last.bytes()) {
            *byte.get_out() = *byte.get_in() ^ key;
        }
    }
}

#[cfg(test)]
mod tests;
