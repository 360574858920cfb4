use alloc::format;
use alloc::vec::Vec;
use core::array;

use ::aes as rustcrypto;
use cipher::KeyInit;
use fastrand::Rng;
use hex_literal::hex;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::lanes::Block;

/// FIPS 197, section 5.1.1, from its definition: the inverse, then an affine map.
pub(super) fn sbox() -> [u8; 256] {
    ascending().map(|byte| {
        let inverse = ascending::<256>().into_iter().find(|b| product(byte, *b) == 1).unwrap_or(0);
        let rotated = [1, 2, 3, 4].map(|places| inverse.rotate_left(places));
        rotated.into_iter().fold(inverse ^ 0x63, |sum, rotated| sum ^ rotated)
    })
}

/// The bytes 0, 1, and so on.
fn ascending<const N: usize>() -> [u8; N] {
    let mut bytes = 0..=u8::MAX;
    array::from_fn(|_| bytes.next().unwrap())
}

/// In GF(2^8), bit by bit.
fn product(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0, |sum, bit| {
        let doubled = (sum << 1) ^ if sum & 0x80 == 0 { 0 } else { 0x1b };
        doubled ^ if b >> bit & 1 == 0 { 0 } else { a }
    })
}

/// An example of FIPS 197's appendix C: the state at the start of each round.
pub(super) struct Example {
    pub(super) keys: RoundKeys,
    pub(super) starts: Vec<Block>,
    ciphertext: Block,
}

/// Appendix C's plaintext.
pub(super) const PLAINTEXT: Block = hex!("00112233445566778899aabbccddeeff");

pub(super) fn examples() -> [Example; 2] {
    let starts_128 = hex!(
        "00102030405060708090a0b0c0d0e0f0 89d810e8855ace682d1843d8cb128fe4"
        "4915598f55e5d7a0daca94fa1f0a63f7 fa636a2825b339c940668a3157244d17"
        "247240236966b3fa6ed2753288425b6c c81677bc9b7ac93b25027992b0261996"
        "c62fe109f75eedc3cc79395d84f9cf5d d1876c0f79c4300ab45594add66ff41f"
        "fde3bad205e5d0d73547964ef1fe37f1 bd6e7c3df2b5779e0b61216e8b10b689"
    );
    let starts_256 = hex!(
        "00102030405060708090a0b0c0d0e0f0 4f63760643e0aa85efa7213201a4e705"
        "1859fbc28a1c00a078ed8aadc42f6109 975c66c1cb9f3fa8a93a28df8ee10f63"
        "1c05f271a417e04ff921c5c104701554 c357aae11b45b7b0a2c7bd28a8dc99fa"
        "7f074143cb4e243ec10c815d8375d54c d653a4696ca0bc0f5acaab5db96c5e7d"
        "5aa858395fd28d7d05e1a38868f3b9c5 4a824851c57e7e47643de50c2af3e8c9"
        "c14907f6ca3b3aa070e9aa313b52b5ec 5f9c6abfbac634aa50409fa766677653"
        "516604954353950314fb86e401922521 627bceb9999d5aaac945ecf423f56da5"
    );
    [
        Example {
            keys: RoundKeys::of_aes_128(&ascending()),
            starts: starts_128.as_chunks().0.to_vec(),
            ciphertext: hex!("69c4e0d86a7b0430d8cdb78070b4c55a"),
        },
        Example {
            keys: RoundKeys::of_aes_256(&ascending()),
            starts: starts_256.as_chunks().0.to_vec(),
            ciphertext: hex!("8ea2b7ca516745bfeafc49904b496089"),
        },
    ]
}

#[test]
fn the_sbox_is_that_of_fips_197() {
    let sbox = sbox();
    assert_eq!([0x00, 0x53, 0xff].map(|byte: usize| sbox[byte]), [0x63, 0xed, 0x16]);
}

#[test]
fn the_examples_of_fips_197_are_encrypted() {
    for Example { keys, ciphertext, .. } in examples() {
        let aes = Aes::with(keys);
        for len in 1..=BATCH {
            let mut blocks = [Lanes::new(PLAINTEXT); BATCH];
            aes.encrypt(&mut blocks, len);
            for block in &blocks[..len] {
                assert_eq!(block.bytes(), ciphertext, "{len} blocks");
            }
        }
    }
}

/// Each number of blocks, through the trait, is what crate `aes` makes.
#[test]
fn blocks_are_those_of_another_implementation() {
    fn compare<Ours, Theirs>()
    where
        Ours: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
        Theirs: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
    {
        let mut random = Rng::with_seed(38);
        let key: Vec<_> = (0..Ours::key_size()).map(|_| random.u8(..)).collect();
        let (ours, theirs) =
            (Ours::new_from_slice(&key).unwrap(), Theirs::new_from_slice(&key).unwrap());
        for len in 0..=20 {
            let blocks: Vec<_> =
                (0..len).map(|_| Array(array::from_fn(|_| random.u8(..)))).collect();
            let (mut a, mut b) = (blocks.clone(), blocks);
            ours.encrypt_blocks(&mut a);
            theirs.encrypt_blocks(&mut b);
            assert_eq!(a, b, "{len} blocks");
        }
        let (mut a, mut b) = (Array([9; 16]), Array([9; 16]));
        ours.encrypt_block(&mut a);
        theirs.encrypt_block(&mut b);
        assert_eq!(a, b);
    }
    compare::<Aes128, rustcrypto::Aes128>();
    compare::<Aes256, rustcrypto::Aes256>();
}

#[test]
fn nothing_of_a_key_is_printed() {
    let aes = Aes256::new(&Array([0xab; 32]));
    assert_eq!(format!("{aes:?}"), "Aes256 { .. }");
}
