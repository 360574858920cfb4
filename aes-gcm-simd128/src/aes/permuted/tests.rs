use super::*;
use crate::aes::tests::{Example, PLAINTEXT, examples, sbox};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_byte_is_substituted() {
    for (byte, substituted) in (0..=255).zip(sbox()) {
        assert_eq!(sub_bytes(Lanes::splat(byte)).bytes(), [substituted; 16], "{byte:#04x}");
    }
}

#[test]
fn rounds_are_those_of_fips_197() {
    for Example { keys, starts, .. } in examples() {
        let keys = round_keys(keys);
        let (first, middle, _) = keys.split();
        let mut state = into_tower(Lanes::new(PLAINTEXT)) ^ Lanes::load(first);
        let mut starts = starts.iter().map(|start| into_tower(Lanes::load(start)).bytes());
        assert_eq!(Some(state.bytes()), starts.next());
        for (key, start) in middle.iter().zip(starts) {
            state = round(state) ^ Lanes::load(key);
            assert_eq!(state.bytes(), start);
        }
    }
}
