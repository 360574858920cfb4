#![doc = include_str!("../README.md")]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    reason = "nothing foreign decides on anything: what goes wrong ends the run, and says why"
)]

extern crate alloc;

pub mod frame;
pub mod key_frame_rules;
mod reader;
pub mod report;
pub mod software;
pub mod stream;
