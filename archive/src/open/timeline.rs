//! When frames are shown: RTP's timestamps (RFC 3550 section 5.1), counted on.

use core::time::Duration;

use super::Since;

/// The clock of one stream.
#[derive(Debug)]
pub(super) struct Timeline {
    /// Ticks of a second.
    rate: u32,
    last: Option<Moment>,
}

#[derive(Clone, Copy, Debug)]
struct Moment {
    timestamp: u32,
    at: Duration,
    recorded: Option<Since>,
}

impl Timeline {
    pub(super) const fn new(rate: u32) -> Self {
        Self { rate, last: None }
    }

    /// Returns how long after the stream's first frame a frame is shown.
    ///
    /// Where timestamps jump and the clock of the recording does not, the sender began anew, and
    /// the recording's clock is believed.
    pub(super) fn at(&mut self, timestamp: u32, recorded: Option<Since>) -> Duration {
        let at = self.last.map_or(Duration::ZERO, |last| {
            let ticks = timestamp.wrapping_sub(last.timestamp).cast_signed();
            let step = self.duration(ticks.unsigned_abs());
            let at =
                if ticks < 0 { last.at.saturating_sub(step) } else { last.at.saturating_add(step) };
            let passed = recorded.zip(last.recorded);
            let passed = passed.map(|(now, then)| now.0.saturating_sub(then.0));
            match passed {
                Some(passed) if step.abs_diff(passed) > MAX_DRIFT => last.at.saturating_add(passed),
                _ => at,
            }
        });
        self.last = Some(Moment { timestamp, at, recorded });
        at
    }

    fn duration(&self, ticks: u32) -> Duration {
        let nanos = u64::from(ticks).saturating_mul(1_000_000_000);
        Duration::from_nanos(nanos.checked_div(self.rate.into()).unwrap_or(0))
    }
}

/// How much later than another a frame may be recorded. Senders that were asleep, and repetitions,
/// take less.
const MAX_DRIFT: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_counted_on() {
        let mut timeline = Timeline::new(90_000);
        let millis = |at: Duration| at.as_millis();
        assert_eq!(millis(timeline.at(u32::MAX - 44_999, None)), 0);
        assert_eq!(millis(timeline.at(0, None)), 500);
        assert_eq!(millis(timeline.at(45_000, None)), 1000);
        assert_eq!(millis(timeline.at(0, None)), 500, "an earlier one");
        assert_eq!(timeline.at(u32::MAX / 2, None).as_secs(), 23_861, "six hours of silence");
    }

    #[test]
    fn where_timestamps_begin_anew_the_recordings_clock_is_believed() {
        let at = |secs| Some(Since(Duration::from_secs(secs)));
        let mut timeline = Timeline::new(48_000);
        assert_eq!(timeline.at(48_000, at(100)).as_secs(), 0);
        assert_eq!(timeline.at(96_000, at(101)).as_secs(), 1);
        assert_eq!(timeline.at(3_000_000_000, at(103)).as_secs(), 3);
        assert_eq!(timeline.at(3_000_048_000, at(104)).as_secs(), 4);
        assert_eq!(timeline.at(3_000_096_000, at(109)).as_secs(), 5, "it came late");
    }
}
