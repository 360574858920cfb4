//! The server as clients meet it, over real sockets.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod bus;
mod client;
mod limits;
mod operation;
mod process;
mod sfu;
mod signalling;
