//! Unpublished: rooms of sessions over a hostile link, on a fake clock.
//!
//! - [`Call`]: members that do what a worker does with its session, a server that says who is
//!   there, a [`Link`], an [`Attacker`] in it where wanted.
//! - [`operation`]: what a fuzzer does to a call.
//! - [`Storm`]: a call with thousands of random joins, leaves, crashes and returns.
//! - Oracles, which panic: a key is used once ([`Call`] checks always), an outsider opens nothing
//!   ([`Hoard`]), everybody opens everybody ([`Call::everyone_opens_everyone`]).
//!
//! Nothing sleeps, and a seed says all that happens.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a simulation panics where a property fails"
)]

extern crate alloc;

pub mod attacker;
mod call;
mod hoard;
mod ledger;
mod link;
mod member;
pub mod operation;
mod outbox;
mod picture;
mod queue;
mod storm;
mod victim;
mod wire;

pub use attacker::{Attacker, Datagram};
pub use call::{Call, Instance, LEAVER_OPENS, Roster, Tally};
pub use hoard::Hoard;
pub use link::Link;
pub use member::{Frame, Member, Traffic};
pub use picture::{PICTURE, body_of};
pub use storm::{Report, Storm};
pub use victim::Victim;
pub use wire::with_credential;
