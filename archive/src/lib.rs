//! `frameseal`: a member of a call that records it, and an opener of recordings.
//!
//! A library for its own program and for the fuzz targets, and for nobody else.

extern crate alloc;

mod command;
#[cfg(feature = "_internal_fuzz")]
pub mod fuzz;
mod key_file;
mod media;
mod open;
mod record;
mod unix_millis;

pub use command::run;
