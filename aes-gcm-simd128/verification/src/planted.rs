//! AES-128 as nobody should write it: its S-box is a table in memory, and secret bytes are its index.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "an index is a byte, or below 16"
)]

use core::array;

use aes_gcm::AesGcm;
use aes_gcm_simd128::cipher::consts::{U1, U12, U16};
use aes_gcm_simd128::cipher::inout::InOut;
use aes_gcm_simd128::cipher::{
    Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, Key,
    KeyInit, KeySizeUser, ParBlocksSizeUser,
};

/// AES-GCM with [`AesByTable`].
pub(crate) type GcmByTable = AesGcm<AesByTable, U12>;

pub(crate) struct AesByTable {
    keys: [[u8; 16]; 11],
}

impl AesByTable {
    /// FIPS 197's `KeyExpansion()`.
    fn expand(key: [u8; 16]) -> Self {
        let mut keys = [key; 11];
        let mut constant = 1;
        for round in 1..11 {
            let mut key = keys[round - 1];
            for n in 0..4 {
                key[n] ^= sbox(key[12 + (n + 1) % 4]);
            }
            key[0] ^= constant;
            for n in 4..16 {
                key[n] ^= key[n - 4];
            }
            keys[round] = key;
            constant = doubled(constant);
        }
        Self { keys }
    }

    /// FIPS 197's `Cipher()`.
    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut state = sum(block, self.keys[0]);
        for key in &self.keys[1..10] {
            state = sum(mix_columns(shift_rows(state.map(sbox))), *key);
        }
        sum(shift_rows(state.map(sbox)), self.keys[10])
    }
}

/// The leak.
fn sbox(byte: u8) -> u8 {
    SBOX[usize::from(byte)]
}

fn sum(a: [u8; 16], b: [u8; 16]) -> [u8; 16] {
    array::from_fn(|n| a[n] ^ b[n])
}

fn shift_rows(state: [u8; 16]) -> [u8; 16] {
    array::from_fn(|n| state[n * 5 % 16])
}

fn mix_columns(state: [u8; 16]) -> [u8; 16] {
    array::from_fn(|n| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|row| state[n / 4 * 4 + (n + row) % 4]);
        doubled(a ^ b) ^ b ^ c ^ d
    })
}

const fn doubled(byte: u8) -> u8 {
    (byte << 1) ^ ((byte >> 7) * 0x1b)
}

/// FIPS 197, section 5.1.1, by powers of the generator 3 and its inverse.
static SBOX: [u8; 256] = {
    let mut sbox = [0x63; 256];
    let (mut power, mut inverse) = (1_u8, 1_u8);
    let mut n = 0;
    while n < 255 {
        let [b1, b2] = [inverse.rotate_left(1), inverse.rotate_left(2)];
        let [b3, b4] = [inverse.rotate_left(3), inverse.rotate_left(4)];
        sbox[power as usize] = inverse ^ b1 ^ b2 ^ b3 ^ b4 ^ 0x63;
        power ^= doubled(power);
        inverse = third(inverse);
        n += 1;
    }
    sbox
};

/// A third of it: 0xf6 times it, as 3 times 0xf6 is 1.
const fn third(byte: u8) -> u8 {
    let (mut third, mut power) = (0, byte);
    let mut bit = 0;
    while bit < 8 {
        if 0xf6 >> bit & 1 == 1 {
            third ^= power;
        }
        power = doubled(power);
        bit += 1;
    }
    third
}

impl KeySizeUser for AesByTable {
    type KeySize = U16;
}

impl KeyInit for AesByTable {
    fn new(key: &Key<Self>) -> Self {
        Self::expand(key.0)
    }
}

impl BlockSizeUser for AesByTable {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for AesByTable {
    type ParBlocksSize = U1;
}

impl BlockCipherEncBackend for AesByTable {
    fn encrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let encrypted = self.encrypt(block.get_in().0);
        *block.get_out() = encrypted.into();
    }
}

impl BlockCipherEncrypt for AesByTable {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}
