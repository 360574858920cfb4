//! The only place that asks what time it is.

use core::time::Duration;
use std::time::SystemTime;

use tokio::time::Instant;

/// The time since 1970; it never goes backwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    since_1970: Duration,
}

impl Clock {
    /// Asks the system for the time once; from then on it counts by itself.
    pub(crate) fn start() -> Self {
        let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self { started: Instant::now(), since_1970 }
    }

    /// Returns the time since 1970.
    pub(crate) fn now(&self) -> Duration {
        self.since_1970.saturating_add(self.started.elapsed())
    }
}
