//! When to say again what was not answered.

use core::time::Duration;

use rand_core::Rng;

use frameseal_sframe::Timestamp;

/// Backoff with jitter: 0.5 s, 1 s, then every 1.5 s for a minute, then every 30 s; each a fifth
/// more or less, so that members who lost the same message don't shout together.
#[derive(Debug, Default)]
pub(crate) struct Retry {
    at: Option<Timestamp>,
    attempts: u32,
}

impl Retry {
    /// Sets the next time, later with each attempt; returns it.
    pub(crate) fn arm(&mut self, now: Timestamp, rng: &mut impl Rng) -> Timestamp {
        let interval = match self.attempts {
            0 => FIRST,
            1 => SECOND,
            attempts if attempts < SLOW_AFTER => USUAL,
            _ => SLOW,
        };
        self.attempts = self.attempts.saturating_add(1);
        let at = now.after(jittered(interval, rng.next_u32()));
        self.at = Some(at);
        at
    }

    /// Brings the next time forward to `at`.
    pub(crate) fn hasten(&mut self, at: Timestamp) {
        self.at = Some(self.at.map_or(at, |planned| planned.min(at)));
    }

    /// Begins with short intervals again: the other end is there.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Tells whether it is time, and then forgets it.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> bool {
        let due = self.at.is_some_and(|at| at <= now);
        if due {
            self.at = None;
        }
        due
    }

    pub(crate) fn at(&self) -> Option<Timestamp> {
        self.at
    }
}

/// 80 to 120 % of `interval`.
fn jittered(interval: Duration, random: u32) -> Duration {
    let least = interval.saturating_mul(4).checked_div(5).unwrap_or(interval);
    let spread = interval.as_millis().saturating_mul(2).checked_div(5).unwrap_or(0);
    let more = u128::from(random).saturating_mul(spread) >> u32::BITS;
    least.saturating_add(Duration::from_millis(u64::try_from(more).unwrap_or(0)))
}

/// Two round trips of a slow connection.
const FIRST: Duration = Duration::from_millis(500);

/// So that after the last loss nobody waits longer than 3 s: an interval, a fifth more, and the
/// round trips of whatever was to come after what was lost.
const SECOND: Duration = Duration::from_secs(1);
const USUAL: Duration = Duration::from_millis(1500);

/// About a minute: who has not answered by then has most likely gone without a word.
const SLOW_AFTER: u32 = 41;
const SLOW: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::jittered;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn jitter_is_a_fifth_each_way() {
        let second = Duration::from_secs(1);
        assert_eq!(jittered(second, 0), Duration::from_millis(800));
        assert_eq!(jittered(second, u32::MAX / 2 + 1), second);
        assert_eq!(jittered(second, u32::MAX), Duration::from_millis(1199));
    }
}
