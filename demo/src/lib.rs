//! The demo server: a page that seals its own calls, and nothing that could open them.

mod page;
mod shutdown;

pub use page::page;
pub use shutdown::shutdown;
