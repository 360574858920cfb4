//! Who is measured, and how: what the files in `benches/` share.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "nothing foreign is measured: what goes wrong has to end the run"
)]

pub mod implementation;
pub mod processor_time;
pub mod room;
pub mod subject;
