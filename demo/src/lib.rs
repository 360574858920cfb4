//! The demo server: rooms whose members find each other, a page that seals its own calls, and
//! nothing that could open them.
//!
//! [`rooms::Rooms`] and what it is made of do no input and output; the rest drives them.

extern crate alloc;

pub mod bus;
mod clock;
mod connection;
mod hub;
pub mod identity;
pub mod limits;
pub mod message;
mod metrics;
mod page;
pub mod refusal;
mod room;
pub mod rooms;
mod seat;
mod server;
mod shutdown;

pub use page::Page;
pub use server::{Running, Settings};
pub use shutdown::shutdown;
