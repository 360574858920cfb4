use alloc::vec::Vec;

use ghash::universal_hash::UniversalHash as _;
use hex_literal::hex;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// A product in GCM's field, bit by bit: SP 800-38D, section 6.3, algorithm 1.
fn product(x: u128, y: u128) -> u128 {
    let mut z = 0;
    let mut v = y;
    for bit in (0..128).rev() {
        if x >> bit & 1 == 1 {
            z ^= v;
        }
        v = if v & 1 == 0 { v >> 1 } else { v >> 1 ^ 0xe1 << 120 };
    }
    z
}

fn numbers() -> impl Iterator<Item = u128> {
    let bits = (0..128).map(|bit| 1 << bit);
    let mut random = fastrand::Rng::with_seed(9605);
    bits.chain([0, u128::MAX]).chain((0..50).map(move |_| random.u128(..)))
}

#[test]
fn each_place_of_a_group_is_multiplied_by_its_power() {
    let h = 0x66e9_4bd4_ef8a_2c3b_884c_fa59_ca34_2b2e_u128;
    let powers = Powers::new(&h.to_be_bytes());
    for number in numbers() {
        let mut expected = number;
        for place in (0..GROUP).rev() {
            expected = product(expected, h);
            let mut group = [Lanes::ZERO; GROUP];
            group[place] = Lanes::load(&number.to_be_bytes());
            let sum = u128::from_be_bytes(powers.multiply(group).bytes());
            assert_eq!(sum, expected, "{number:032x} in place {place}");
        }
    }
}

#[test]
fn every_subkey_multiplies() {
    let x = 0x0388_dace_60b6_a392_f328_c2b9_71b2_fe78_u128;
    for h in numbers() {
        let powers = Powers::new(&h.to_be_bytes());
        let [zero, last] = [Lanes::ZERO, Lanes::load(&x.to_be_bytes())];
        let sum = powers.multiply([zero, zero, zero, last]).bytes();
        assert_eq!(u128::from_be_bytes(sum), product(x, h), "{h:032x}");
    }
}

/// `McGrew` and Viega's GCM specification, appendix B, test case 4.
#[test]
fn the_published_hash_comes_out() {
    let h = hex!("b83b533708bf535d0aa6e52980d53b78");
    let aad = hex!("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let text = hex!(
        "42831ec2217774244b7221b784d0d49c e3aa212f2c02a4e035c17e2329aca12e"
        "21d514b25466931c7d8f6a5aac84aa05 1ba30b396a0aac973d58e091"
    );
    assert_eq!(Powers::new(&h).hash(&aad, &text).bytes(), hex!("698e57f70e6ecc7fd9463b7260a9ae5f"));
}

/// Each number of blocks, through the trait, is what crate `ghash` makes.
#[test]
fn hashes_are_those_of_another_implementation() {
    let h = hex!("25629347589242761d31f826ba4b757b");
    for len in 0..200_usize {
        let bytes: Vec<_> = (0..=255).cycle().skip(3).take(len).collect();
        let (mut ours, mut theirs) = (GHash::new(&h.into()), ghash::GHash::new(&h.into()));
        ours.update_padded(&bytes);
        theirs.update_padded(&bytes);
        assert_eq!(ours.finalize(), theirs.finalize(), "{len} bytes");
    }
}
