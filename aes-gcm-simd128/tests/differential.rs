//! Against crate `aes-gcm`: every length, every place in memory, random keys, nonces and bytes.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use self::oracle::Case;

mod oracle;

#[test]
fn every_length_of_text() {
    let mut random = fastrand::Rng::with_seed(1);
    for text_len in 0..=300 {
        for offset in 0..16 {
            Case { text_len, aad_len: random.usize(..40), offset }.check(&mut random);
        }
    }
}

#[test]
fn every_length_of_associated_data() {
    let mut random = fastrand::Rng::with_seed(2);
    for aad_len in 0..=200 {
        for offset in 0..16 {
            Case { text_len: random.usize(..40), aad_len, offset }.check(&mut random);
        }
    }
}

#[test]
fn every_length_with_every_rest_of_a_group() {
    let mut random = fastrand::Rng::with_seed(3);
    for text_len in 0..=300 {
        for aad_len in (0..=200).step_by(16) {
            Case { text_len, aad_len, offset: 0 }.check(&mut random);
        }
    }
}

#[test]
fn large_frames() {
    let mut random = fastrand::Rng::with_seed(4);
    for text_len in [1200, 4095, 4096, 4097, 65_535, 200_000] {
        Case { text_len, aad_len: 19, offset: 1 }.check(&mut random);
    }
}
