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
