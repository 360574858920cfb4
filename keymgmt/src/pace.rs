//! How often something may happen that others can cause.

use core::time::Duration;

use frameseal_sframe::Timestamp;

/// Lets something happen once in a while.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    again_at: Timestamp,
}

impl Pace {
    /// Tells whether it may happen now; then it may again after `interval`.
    pub(crate) fn allows(&mut self, now: Timestamp, interval: Duration) -> bool {
        let may = self.is_over(now);
        if may {
            self.start(now, interval);
        }
        may
    }

    /// When it may happen again.
    pub(crate) const fn again_at(self) -> Timestamp {
        self.again_at
    }

    /// Tells whether it may happen now.
    pub(crate) fn is_over(self, now: Timestamp) -> bool {
        now >= self.again_at
    }

    /// Lets it happen again after `interval`.
    pub(crate) fn start(&mut self, now: Timestamp, interval: Duration) {
        self.again_at = now.after(interval);
    }

    /// Lets it happen at once.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}
