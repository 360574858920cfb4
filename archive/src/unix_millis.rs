//! Points in time.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub(crate) struct UnixMillis(u64);

impl UnixMillis {
    pub(crate) const fn new(millis: u64) -> Self {
        Self(millis)
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    /// Returns how many milliseconds after `earlier` this is; 0 if it is not.
    pub(crate) const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
