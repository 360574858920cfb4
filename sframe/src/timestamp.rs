//! Time, as the caller tells it.

use core::time::Duration;

/// A moment, in milliseconds since any fixed moment of the caller's choice.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Wraps a number of milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Returns the number of milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns the moment `duration` later; what is below a millisecond is cut off.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let Self(since) = Self::from(duration);
        Self(self.0.saturating_add(since))
    }

    /// Returns how much later this is than `earlier`; zero if it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// The time since the caller's fixed moment, as `start.elapsed()` tells it.
impl From<Duration> for Timestamp {
    fn from(since: Duration) -> Self {
        Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
