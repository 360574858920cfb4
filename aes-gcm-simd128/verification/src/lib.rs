//! Unpublished: what is verified of `aes-gcm-simd128`, as a WebAssembly module.
//!
//! It has the cipher's calls over buffers in its memory; two that leak, by which the checks prove that they
//! find leaks; and the comparison with crate `aes-gcm`. wasm-bindgen makes the exports, as it does for the
//! module that is shipped: so this module takes the same steps, and this crate too is without unsafe code.

mod buffers;
mod differential;
mod planted;
mod vectors;

use wasm_bindgen::prelude::wasm_bindgen;

use self::buffers::buffers;

/// Returns where the key is, of 16 or 32 bytes.
#[wasm_bindgen]
#[must_use]
pub fn key() -> *const u8 {
    buffers().key.as_ptr()
}

/// Returns where the nonce is, of 12 bytes.
#[wasm_bindgen]
#[must_use]
pub fn nonce() -> *const u8 {
    buffers().nonce.as_ptr()
}

/// Returns where the associated data is.
#[wasm_bindgen]
#[must_use]
pub fn aad() -> *const u8 {
    buffers().aad.as_ptr()
}

/// Returns where the text is, sealed and opened in place.
#[wasm_bindgen]
#[must_use]
pub fn text() -> *const u8 {
    buffers().text.as_ptr()
}

/// Returns where the tag is, of 16 bytes: sealing writes it and opening reads it.
#[wasm_bindgen]
#[must_use]
pub fn tag() -> *const u8 {
    buffers().tag.as_ptr()
}

/// Prepares the key, by its length in bytes. Returns whether there is such a length, as the calls below do.
#[wasm_bindgen]
#[must_use]
pub fn set_key(len: usize) -> bool {
    buffers().set_key(len).is_some()
}

/// Seals the text.
#[wasm_bindgen]
#[must_use]
pub fn seal(aad_len: usize, text_len: usize) -> bool {
    buffers().seal(aad_len, text_len).is_some()
}

/// Prepares the key, seals the text and wipes what was prepared.
#[wasm_bindgen]
#[must_use]
pub fn seal_once(key_len: usize, aad_len: usize, text_len: usize) -> bool {
    buffers().seal_once(key_len, aad_len, text_len).is_some()
}

/// Opens the text; returns whether the tag was right.
#[wasm_bindgen]
#[must_use]
pub fn open(aad_len: usize, text_len: usize) -> bool {
    buffers().open(aad_len, text_len).unwrap_or(false)
}

/// Seals with AES-128 whose S-box is a table in memory: a planted leak.
#[wasm_bindgen]
#[must_use]
pub fn seal_by_table(aad_len: usize, text_len: usize) -> bool {
    buffers().seal_by_table(aad_len, text_len).is_some()
}

/// Seals, and does a little more if the first bit of the key is set: a planted leak.
#[wasm_bindgen]
#[must_use]
pub fn seal_with_branch(aad_len: usize, text_len: usize) -> bool {
    buffers().seal_with_branch(aad_len, text_len).is_some()
}

/// Compares so many cases with crate `aes-gcm`, that of `seed` and those of the seeds behind it.
///
/// # Panics
///
/// Throws an error that tells seed, lengths and bytes of the first case that differs.
#[wasm_bindgen]
pub fn compare(seed: u64, cases: u32) {
    differential::compare(seed, cases);
}

/// Checks NIST's vectors with keys of 16 and 32 bytes, and Wycheproof's that must be refused and that seal.
/// Returns how many of each there were.
///
/// # Panics
///
/// Throws an error at the first vector that is wrong.
#[wasm_bindgen]
#[must_use]
pub fn vectors() -> Vec<u32> {
    vectors::check()
}
