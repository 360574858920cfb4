//! AES (FIPS 197), encryption alone: counter modes need no other.

mod bitsliced;
mod key_schedule;
mod permuted;

use core::fmt;

use cipher::array::Array;
use cipher::consts::{U8, U16, U32};
use cipher::inout::{InOut, InOutBuf};
use cipher::{
    AlgorithmName, Block as CipherBlock, BlockCipherEncBackend, BlockCipherEncClosure,
    BlockCipherEncrypt, BlockSizeUser, Key, KeyInit, KeySizeUser, ParBlocks, ParBlocksSizeUser,
};
use zeroize::ZeroizeOnDrop;

use self::key_schedule::RoundKeys;
use crate::lanes::Lanes;

/// AES of either key size, with its key expanded. Wiped on drop.
#[derive(Clone)]
pub(crate) struct Aes {
    plain: RoundKeys,
    permuted: RoundKeys,
}

/// Blocks of one batch.
pub(crate) const BATCH: usize = 8;

impl Aes {
    pub(crate) fn new_128(key: &[u8; 16]) -> Self {
        Self::with(RoundKeys::of_aes_128(key))
    }

    pub(crate) fn new_256(key: &[u8; 32]) -> Self {
        Self::with(RoundKeys::of_aes_256(key))
    }

    fn with(plain: RoundKeys) -> Self {
        let permuted = permuted::round_keys(plain.clone());
        Self { plain, permuted }
    }

    /// Encrypts the first `len` blocks; the others are unspecified.
    ///
    /// A pair takes some half of the time of eight: so it is for rests of one or two, and single blocks.
    #[inline(always)]
    pub(crate) fn encrypt(&self, blocks: &mut [Lanes; BATCH], len: usize) {
        let [a, b, ..] = blocks;
        if len > 2 {
            *blocks = bitsliced::encrypt(&self.plain, *blocks);
        } else {
            [*a, *b] = self.encrypt_pair([*a, *b]);
        }
    }

    #[inline(never)]
    fn encrypt_pair(&self, pair: [Lanes; 2]) -> [Lanes; 2] {
        permuted::encrypt(&self.permuted, pair)
    }
}

/// `ShiftRows`: row `r` of the columns moves by `r` places.
#[inline(always)]
fn shift_rows(block: Lanes) -> Lanes {
    Lanes::shuffle::<0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11>(block, block)
}

impl BlockSizeUser for Aes {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for Aes {
    type ParBlocksSize = U8;
}

impl BlockCipherEncBackend for Aes {
    #[inline]
    fn encrypt_block(&self, mut block: InOut<'_, '_, CipherBlock<Self>>) {
        let [out, _] = self.encrypt_pair([Lanes::load(&block.get_in().0), Lanes::ZERO]);
        *block.get_out() = Array(out.bytes());
    }

    #[inline]
    fn encrypt_par_blocks(&self, mut blocks: InOut<'_, '_, ParBlocks<Self>>) {
        let mut batch = blocks.get_in().0.each_ref().map(|block| Lanes::load(&block.0));
        self.encrypt(&mut batch, BATCH);
        *blocks.get_out() = Array(batch.map(|block| Array(block.bytes())));
    }

    #[inline]
    fn encrypt_tail_blocks(&self, mut blocks: InOutBuf<'_, '_, CipherBlock<Self>>) {
        let mut batch = [Lanes::ZERO; BATCH];
        for (place, block) in batch.iter_mut().zip(blocks.get_in()) {
            *place = Lanes::load(&block.0);
        }
        self.encrypt(&mut batch, blocks.len());
        for (block, out) in blocks.get_out().iter_mut().zip(batch) {
            *block = Array(out.bytes());
        }
    }
}

macro_rules! block_cipher {
    ($name:ident, $text:literal, $key_size:ty, $new:ident) => {
        #[doc = concat!($text, " (FIPS 197) behind RustCrypto's trait, encryption alone. Wiped on drop.")]
        #[derive(Clone)]
        pub struct $name(pub(crate) Aes);

        impl KeySizeUser for $name {
            type KeySize = $key_size;
        }

        impl KeyInit for $name {
            fn new(key: &Key<Self>) -> Self {
                Self(Aes::$new(&key.0))
            }
        }

        impl BlockSizeUser for $name {
            type BlockSize = U16;
        }

        impl BlockCipherEncrypt for $name {
            #[inline]
            fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
                f.call(&self.0);
            }
        }

        impl AlgorithmName for $name {
            fn write_alg_name(f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl ZeroizeOnDrop for $name {}
    };
}

block_cipher!(Aes128, "AES-128", U16, new_128);
block_cipher!(Aes256, "AES-256", U32, new_256);

#[cfg(test)]
mod tests;
