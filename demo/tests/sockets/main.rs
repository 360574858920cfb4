//! The server as clients meet it, over real sockets.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod client;
mod limits;
mod signalling;
