//! The server as clients meet it, over real sockets.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

extern crate alloc;

mod bus;
mod client;
mod limits;
mod operation;
mod process;
mod sfu;
mod signalling;
#[cfg(target_os = "linux")] // which has all of 127.0.0.0/8
mod storm;
