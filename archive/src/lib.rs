//! `frameseal`: a member of a call that records it, and an opener of recordings.
//!
//! A library for its own program and for the fuzz targets, and for nobody else.

#![cfg_attr(not(feature = "record"), expect(dead_code, reason = "the recorder writes keys"))]

extern crate alloc;

mod command;
#[cfg(feature = "_internal_fuzz")]
pub mod fuzz;
mod key_file;
mod media;
mod open;
#[cfg(feature = "record")]
mod record;
mod unix_millis;

pub use command::run;
