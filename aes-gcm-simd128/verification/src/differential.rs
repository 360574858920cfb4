//! Seeded cases, each the same with crate `aes-gcm`.

use std::panic;

use fastrand::Rng;

use self::oracle::Case;

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "it is a test's, and may panic"
)]
#[path = "../../tests/oracle/mod.rs"]
mod oracle;

/// Five batches of the cipher, with every rest.
const LONGEST_TEXT: usize = 16 * 8 * 5;

/// Compares so many cases, the first one of `seed`.
pub(crate) fn compare(seed: u64, cases: u32) {
    for seed in (seed..).take(cases as usize) {
        // Without a hook a panic is a trap that says nothing.
        panic::set_hook(Box::new(move |panic| {
            wasm_bindgen::throw_str(&format!("seed {seed}: {panic}"))
        }));
        let mut random = Rng::with_seed(seed);
        let case = Case {
            text_len: random.usize(..=LONGEST_TEXT),
            aad_len: random.usize(..=200),
            offset: random.usize(..16),
        };
        case.check(&mut random);
    }
}
