//! How long frames take.

use hdrhistogram::Histogram;

use crate::stats::Percentiles;

/// Distribution of the time per frame. Fixed in size once made, whatever it counts.
#[derive(Debug)]
pub(crate) struct Latency(Option<Histogram<u32>>);

impl Latency {
    pub(crate) fn new() -> Self {
        // `None` would take bounds that are wrong in themselves; counting nothing is better than
        // a panic on the frame path.
        Self(Histogram::new_with_bounds(1, MAX_TICKS, SIGNIFICANT_DIGITS).ok())
    }

    /// Counts one frame.
    pub(crate) fn record(&mut self, microseconds: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` saturates: what is no duration counts as the nearest bound"
        )]
        let ticks = (microseconds * TICKS_PER_MICROSECOND) as u64;
        if let Some(histogram) = &mut self.0 {
            histogram.saturating_record(ticks);
        }
    }

    /// Returns the percentiles so far; zeros before the first frame.
    pub(crate) fn percentiles(&self) -> Percentiles {
        let at = |percentile| {
            let ticks =
                self.0.as_ref().map_or(0, |histogram| histogram.value_at_percentile(percentile));
            u32::try_from(ticks).map_or(0.0, f64::from) / TICKS_PER_MICROSECOND
        };
        Percentiles { p50: at(50.0), p95: at(95.0), p99: at(99.0) }
    }
}

/// Resolution of the histogram: a tenth of a microsecond, finer than any browser's clock.
const TICKS_PER_MICROSECOND: f64 = 10.0;

/// Longest time told apart: 1 s. A frame that takes longer has other worries.
const MAX_TICKS: u64 = 10_000_000;

/// Percentiles are right to 10 %, for 2 kB a pipeline instead of the 50 kB of one digit more.
const SIGNIFICANT_DIGITS: u8 = 1;

#[cfg(test)]
mod tests {
    use super::Latency;
    use crate::stats::Percentiles;

    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let mut latency = Latency::new();
        assert_eq!(latency.percentiles(), Percentiles::default());

        for microseconds in 1..=1000 {
            latency.record(f64::from(microseconds));
        }
        let Percentiles { p50, p95, p99 } = latency.percentiles();
        for (percentile, expected) in [(p50, 500.0), (p95, 950.0), (p99, 990.0)] {
            assert!((percentile / expected - 1.0_f64).abs() < 0.1, "{percentile} for {expected}");
        }
    }

    #[test]
    fn what_is_no_duration_does_no_harm() {
        let mut latency = Latency::new();
        for odd in [f64::NAN, f64::INFINITY, -1.0, f64::MAX] {
            latency.record(odd);
        }
        assert!(latency.percentiles().p99 >= 1_000_000.0);
    }
}
