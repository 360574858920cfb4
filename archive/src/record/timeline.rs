//! When frames are to be played: by their sender's clock, held to ours.

use core::time::Duration;
use std::time::Instant;

use str0m::media::MediaTime;

use super::transport::ConnectionId;

/// Times of one file's frames, from its beginning. They never go back.
#[derive(Debug)]
pub(crate) struct Timeline {
    began: Instant,
    anchor: Option<Anchor>,
    last: Option<Duration>,
}

/// A frame whose time is known both ways.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    connection: ConnectionId,
    media: f64,
    at: f64,
}

/// When a frame came, and when its sender says it is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) connection: ConnectionId,
    pub(crate) media: MediaTime,
    pub(crate) came: Instant,
}

impl Timeline {
    /// Begins a file with a frame that came then.
    pub(crate) const fn begin(came: Instant) -> Self {
        Self { began: came, anchor: None, last: None }
    }

    /// When the file begins.
    pub(crate) const fn began(&self) -> Instant {
        self.began
    }

    /// How long it is so far.
    pub(crate) fn length(&self) -> Duration {
        self.last.unwrap_or_default()
    }

    /// Returns when a frame is to be played.
    ///
    /// The sender's clock has no jitter of the network. It is not authenticated, and another connection
    /// has another zero: so what differs much from when frames come is set right.
    pub(crate) fn place(&mut self, stamp: Stamp) -> Duration {
        let came = stamp.came.saturating_duration_since(self.began).as_secs_f64();
        let media = stamp.media.as_seconds();
        let told = self.anchor.filter(|anchor| anchor.connection == stamp.connection);
        let told = told.map(|anchor| anchor.at + (media - anchor.media));
        let at = told.filter(|told| (told - came).abs() <= MAX_DRIFT).unwrap_or_else(|| {
            self.anchor = Some(Anchor { connection: stamp.connection, media, at: came });
            came
        });
        let at = Duration::try_from_secs_f64(at).unwrap_or_default();
        let earliest =
            self.last.map(|last| last.saturating_add(SHORTEST_FRAME)).unwrap_or_default();
        let at = at.max(earliest);
        self.last = Some(at);
        at
    }
}

/// In seconds: more than packets that are sent again take, less than anybody would not notice.
const MAX_DRIFT: f64 = 0.5;

/// Files count in milliseconds, and no two frames may have one time.
const SHORTEST_FRAME: Duration = Duration::from_millis(1);

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use core::time::Duration;

    use proptest::prelude::*;
    use str0m::media::MediaTime;

    use super::{MAX_DRIFT, Stamp, Timeline};
    use crate::record::clock::Clock;
    use crate::record::transport::ConnectionId;

    proptest! {
        #[test]
        fn times_only_grow_and_stay_near_our_clock(
            frames in prop::collection::vec((0_u64..3, any::<u32>(), 0_u64..200), 1..50),
        ) {
            let mut now = Clock::start().now();
            let mut timeline = Timeline::begin(now);
            let mut last = None;
            for (connection, ticks, wait) in frames {
                now += Duration::from_millis(wait);
                let media = MediaTime::from_90khz(u64::from(ticks));
                let stamp = Stamp { connection: ConnectionId(connection), media, came: now };
                let at = timeline.place(stamp);
                prop_assert!(last.is_none_or(|last| at > last));
                let apart = at.as_secs_f64() - (now - timeline.began()).as_secs_f64();
                prop_assert!(apart.abs() <= MAX_DRIFT + 0.06, "{}", apart);
                last = Some(at);
            }
        }
    }

    #[test]
    fn the_networks_jitter_is_not_in_the_file() {
        let start = Clock::start().now();
        let mut timeline = Timeline::begin(start);
        for (number, jitter) in [0_u64, 30, 5, 80, 0].into_iter().enumerate() {
            let at = Duration::from_millis(20 * number as u64);
            let media = MediaTime::from_90khz(7_000_000 + 90 * 20 * number as u64);
            let came = start + at + Duration::from_millis(jitter);
            let placed = timeline.place(Stamp { connection: ConnectionId(1), media, came });
            assert!(placed.abs_diff(at) < Duration::from_millis(1), "{placed:?}");
        }
    }

    #[test]
    fn a_pause_and_a_new_connection_are_as_long_as_they_were() {
        let start = Clock::start().now();
        let mut timeline = Timeline::begin(start);
        let mut place = |connection, ticks, ms| {
            let came = start + Duration::from_millis(ms);
            let media = MediaTime::from_90khz(ticks);
            timeline.place(Stamp { connection: ConnectionId(connection), media, came })
        };
        assert_eq!(place(1, 500_000, 0), Duration::ZERO);
        assert_eq!(place(1, 500_000 + 90_000 * 9, 9000), Duration::from_secs(9));
        assert_eq!(place(2, 3, 12_000), Duration::from_secs(12));
        assert_eq!(place(2, 3 + 9000, 12_100), Duration::from_millis(12_100));
    }
}
