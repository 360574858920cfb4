//! The demo server: rooms whose members find each other, a page that seals its own calls, and
//! nothing that could open them.
//!
//! [`rooms::Rooms`] and what it is made of do no input and output; the rest drives them.

extern crate alloc;

mod address;
pub mod bus;
mod bus_queue;
mod clock;
mod connection;
mod door;
mod hub;
mod ice;
pub mod identity;
pub mod limits;
pub mod message;
mod metrics;
mod nats;
mod network;
pub mod open_files;
mod origin;
mod outbox;
mod page;
mod places;
pub mod refusal;
mod room;
pub mod rooms;
mod seat;
mod server;
mod sfu;
mod shutdown;
mod tls;
mod turn;
mod visit;

pub use address::addresses;
pub use ice::IceServers;
pub use network::{Network, TrustedProxies};
pub use origin::Origin;
pub use page::Page;
pub use server::{Running, Settings};
pub use sfu::Sfu;
pub use shutdown::shutdown;
pub use tls::{Certificate, Tls};
pub use turn::Turn;
