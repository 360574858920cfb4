//! How fast things are done.

use core::time::Duration;
use std::time::Instant;

/// How much may be said: a second's worth at once, after silence.
#[derive(Debug)]
pub(crate) struct Allowance {
    per_second: f64,
    left: f64,
    at: Option<Instant>,
}

impl Allowance {
    /// Of a limit per second, takes less: two clocks do not cut time at the same places.
    pub(crate) fn new(limit: u32) -> Self {
        let per_second = (f64::from(limit) * SHARE).max(1.0);
        Self { per_second, left: per_second, at: None }
    }

    /// Takes one; or tells how long to wait for it.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        if let Some(at) = self.at.replace(now) {
            let gained = now.saturating_duration_since(at).as_secs_f64() * self.per_second;
            self.left = (self.left + gained).min(self.per_second);
        }
        if self.left < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - self.left) / self.per_second);
            return Err(wait.saturating_add(Duration::from_millis(1)));
        }
        self.left -= 1.0;
        Ok(())
    }
}

/// How long to wait for the next attempt: growing, and by chance, so that a room does not come back to a
/// new server in one instant.
pub(crate) fn backoff(failures: u32) -> Duration {
    let mut byte = [0];
    // Without randomness it is as long as it can be.
    let chance = getrandom::fill(&mut byte).map_or(1.0, |()| f64::from(byte[0]) / 255.0);
    let longest = (SHORTEST * 1.5_f64.powf(f64::from(failures.min(8)) + 1.0)).min(LONGEST);
    Duration::from_secs_f64(SHORTEST + chance * (longest - SHORTEST))
}

const SHARE: f64 = 0.8;

/// In seconds: attempts to connect.
const SHORTEST: f64 = 0.3;
const LONGEST: f64 = 1.5;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use core::time::Duration;

    use proptest::prelude::*;

    use super::{Allowance, backoff};
    use crate::record::clock::Clock;

    proptest! {
        #[test]
        fn nobody_says_more_than_is_allowed(limit in 1_u32..100, waits in prop::collection::vec(0_u64..200, 1..300)) {
            let (mut allowance, start) = (Allowance::new(limit), Clock::start().now());
            let (mut now, mut said) = (start, 0_u32);
            for wait in waits {
                now += Duration::from_millis(wait);
                match allowance.take(now) {
                    Ok(()) => said += 1,
                    Err(wait) => {
                        now += wait;
                        prop_assert!(allowance.take(now).is_ok(), "it was told to come then");
                        said += 1;
                    }
                }
            }
            let seconds = now.duration_since(start).as_secs_f64();
            let most = f64::from(limit).max(1.25) * 0.8 * (seconds + 1.0) + 1.0;
            prop_assert!(f64::from(said) <= most, "{} in {} s", said, seconds);
        }

        #[test]
        fn attempts_are_never_far_apart_nor_a_storm(failures in any::<u32>()) {
            let wait = backoff(failures);
            prop_assert!((Duration::from_millis(299)..=Duration::from_millis(1501)).contains(&wait));
        }
    }
}
