//! The WebAssembly half of Frameseal's worker: conversions between JavaScript and crate `frameseal`.
//!
//! The other half is TypeScript (`worker/js/src/worker`): it runs the read/write loop, and it is
//! what stays alive if this module traps. See `docs/decisions/` for why the loop is there.

extern crate alloc;

mod argument;
mod constants;
mod request;
mod session;
mod ticket;

pub use session::Session;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Returns WebAssembly memory.
#[wasm_bindgen(unchecked_return_type = "WebAssembly.Memory")]
#[must_use]
pub fn wasm_memory() -> JsValue {
    wasm_bindgen::memory()
}
