//! Who is measured, and how: what the files in `benches/` share.

pub mod implementation;
pub mod processor_time;
pub mod room;
pub mod subject;
