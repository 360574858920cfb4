use alloc::vec::Vec;

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Infinite quotients and what is looked up at them, as in the module's documentation.
fn quotient(numerator: u8, n: u8) -> u8 {
    quotients(numerator).get(usize::from(n)).copied().unwrap_or(0)
}

#[test]
fn the_tower_is_a_field() {
    assert_eq!(byte_product(Z, Z) ^ Z, embed(C), "z^2 = z + c");
    assert_eq!(nibble_of(Z), None, "z is outside of the subfield");
    for a in 0..16 {
        for b in 0..16 {
            assert_eq!(embed(nibble_product(a, b)), byte_product(embed(a), embed(b)));
        }
    }
    let mut bytes: Vec<_> = (0..16).flat_map(|i| (0..16).map(move |k| from_tower(i, k))).collect();
    bytes.sort_unstable();
    assert_eq!(bytes, Vec::from_iter(0..=255), "each byte is one pair");
}

#[test]
fn hamburgs_formulas_invert_every_byte() {
    let a = nibble_inverse(C);
    for i in 0..16 {
        for k in 0..16 {
            let j = i ^ k;
            let a_by_k = quotient(a, k);
            let u = quotient(1, quotient(1, quotient(1, i) ^ a_by_k) ^ j);
            let t = quotient(1, quotient(1, quotient(1, j) ^ a_by_k) ^ i);
            let inverse = from_tower(nibble_product(C, u) ^ nibble_product(C, t) ^ t, u ^ t);
            let product = byte_product(from_tower(i, k), inverse);
            assert_eq!(product, u8::from(i != 0 || k != 0), "i = {i}, k = {k}");
        }
    }
}

#[test]
fn products_are_those_of_fips_197() {
    assert_eq!(byte_product(0x57, 0x83), 0xc1, "section 4.2");
    assert_eq!(byte_product(0x57, 0x13), 0xfe, "section 4.2.1");
}
