use super::*;
use crate::aes::tests::{Example, PLAINTEXT, examples, sbox};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn blocks() -> State {
    let mut random = fastrand::Rng::with_seed(197);
    core::array::from_fn(|_| Lanes::new(core::array::from_fn(|_| random.u8(..))))
}

#[test]
fn registers_hold_a_bit_each() {
    let registers = transpose(blocks());
    for (bit, register) in registers.into_iter().enumerate() {
        for (j, block) in blocks().into_iter().enumerate() {
            for (lane, byte) in register.bytes().into_iter().zip(block.bytes()) {
                assert_eq!(lane >> j & 1, byte >> bit & 1, "bit {bit} of block {j}");
            }
        }
    }
    assert_eq!(transpose(registers).map(Lanes::bytes), blocks().map(Lanes::bytes));
}

#[test]
fn every_byte_is_substituted() {
    for (byte, substituted) in (0..=255).zip(sbox()) {
        let out = transpose(sub_bytes(transpose([Lanes::splat(byte); 8])));
        assert_eq!(out.map(Lanes::bytes), [[substituted ^ 0x63; 16]; 8], "{byte:#04x}");
    }
}

#[test]
fn rounds_are_those_of_fips_197() {
    for Example { keys, starts, .. } in examples() {
        let (first, middle, _) = keys.split();
        let mut blocks = blocks();
        blocks[3] = Lanes::new(PLAINTEXT);
        let mut state = add_round_key(transpose(blocks), first);
        let mut starts = starts.into_iter();
        assert_eq!(Some(transpose(state)[3].bytes()), starts.next());
        for (key, start) in middle.iter().zip(starts) {
            state = add_round_key(mix_columns(sub_bytes(state)), key);
            assert_eq!(transpose(state)[3].bytes(), start);
        }
    }
}
