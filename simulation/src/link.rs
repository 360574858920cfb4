//! The way of a key message through the application's signalling.

use core::ops::RangeInclusive;

use fastrand::Rng;

/// How messages fare. Times are in ms, shares in per cent.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests make their own")]
pub struct Link {
    /// Share of messages that do not arrive.
    pub loss: u8,
    /// Share of those that do which arrive twice.
    pub duplicates: u8,
    /// How long the others take. Each takes its own time, so they overtake one another.
    pub delay: RangeInclusive<u64>,
    /// Share of messages that take as long as `late` says instead.
    pub stragglers: u8,
    /// How long those take.
    pub late: RangeInclusive<u64>,
}

impl Link {
    /// Everything arrives after 10 ms, in order.
    #[must_use]
    pub const fn perfect() -> Self {
        Self { loss: 0, duplicates: 0, delay: 10..=10, stragglers: 0, late: 0..=0 }
    }

    /// Everything arrives once, within 100 ms, in any order.
    #[must_use]
    pub const fn healed() -> Self {
        Self { loss: 0, duplicates: 0, delay: 10..=100, stragglers: 0, late: 0..=0 }
    }

    /// `loss` per cent are lost, one in ten comes twice, one in four takes up to 3 s.
    #[must_use]
    pub const fn stormy(loss: u8) -> Self {
        Self { loss, duplicates: 10, delay: 10..=200, stragglers: 25, late: 200..=3000 }
    }

    /// Nothing arrives.
    #[must_use]
    pub const fn cut() -> Self {
        Self { loss: 100, ..Self::perfect() }
    }

    /// The delay of each copy of one message that arrives.
    pub(crate) fn copies(&self, rng: &mut Rng) -> impl Iterator<Item = u64> + use<> {
        let mut chance = |share: u8| rng.u8(..100) < share;
        let copies = match (chance(self.loss), chance(self.duplicates)) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        let mut delay = || {
            let straggles = rng.u8(..100) < self.stragglers;
            rng.u64(if straggles { self.late.clone() } else { self.delay.clone() })
        };
        let delays = [delay(), delay()];
        delays.into_iter().take(copies)
    }
}
