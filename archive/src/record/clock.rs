//! What time it is: for keys, for files and for people.

use core::time::Duration;
use std::time::{Instant, SystemTime};

use frameseal::Timestamp;

use crate::unix_millis::UnixMillis;

/// Tells one moment in the three ways that are needed, which never drift apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
    /// When that was, since 1970.
    start_unix: Duration,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the driver's clock, which this is")]
    pub(crate) fn start() -> Self {
        let start_unix = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self { start: Instant::now(), start_unix }
    }

    #[expect(clippy::disallowed_methods, reason = "the driver's clock, which this is")]
    pub(crate) fn now(&self) -> Instant {
        Instant::now()
    }

    /// The same moment for a session.
    pub(crate) fn timestamp(&self, at: Instant) -> Timestamp {
        Timestamp::from(at.saturating_duration_since(self.start))
    }

    /// The same moment for everybody else.
    pub(crate) fn unix(&self, at: Instant) -> UnixMillis {
        let since = self.start_unix.saturating_add(at.saturating_duration_since(self.start));
        UnixMillis::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    /// When a session's moment is.
    pub(crate) fn instant(&self, at: Timestamp) -> Instant {
        later(self.start, Duration::from_millis(at.as_millis()))
    }
}

/// The moment so much later; the same if there is none.
pub(crate) fn later(at: Instant, wait: Duration) -> Instant {
    at.checked_add(wait).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{Clock, later};

    #[test]
    fn a_moment_is_the_same_in_all_ways() {
        let clock = Clock::start();
        let [first, second] = [1500, 4000].map(|ms| later(clock.now(), Duration::from_millis(ms)));
        let apart = second.duration_since(first);
        let session = clock.timestamp(second).since(clock.timestamp(first));
        let unix = clock.unix(second).since(clock.unix(first));
        assert!(session.abs_diff(apart) <= Duration::from_millis(1), "{session:?}");
        assert!(Duration::from_millis(unix).abs_diff(apart) <= Duration::from_millis(1), "{unix}");
        let back = clock.instant(clock.timestamp(second));
        assert!(second.duration_since(back) <= Duration::from_millis(1));
    }
}
