//! The vectors of the tests, for engines other than Node's.

use std::panic;

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "it is a test's, and may panic"
)]
#[path = "../../tests/oracle/vectors.rs"]
mod oracle;

/// Checks all of them; returns how many there were.
pub(crate) fn check() -> Vec<u32> {
    panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
    let nist = [oracle::NIST_128, oracle::NIST_256].map(oracle::check_nist);
    let counts = nist.into_iter().chain(oracle::check_wycheproof());
    counts.filter_map(|count| u32::try_from(count).ok()).collect()
}
