//! NIST's and Wycheproof's vectors.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[path = "oracle/vectors.rs"]
mod vectors;

#[test]
fn nist() {
    assert_eq!(vectors::check_nist(vectors::NIST_128), 375);
    assert_eq!(vectors::check_nist(vectors::NIST_256), 240);
}

#[test]
fn wycheproof() {
    assert_eq!(vectors::check_wycheproof(), [54, 79], "refused and sealed");
}
