//! The replay window: no frame twice, none that is too old (RFC 9605 section 9.3).

use alloc::boxed::Box;
use alloc::vec;

use crate::header::Counter;

/// Remembers which of the last so many counters were seen.
///
/// A look and a commit, apart: [`check`](Self::check) before the frame is opened, to save the work;
/// [`commit`](Self::commit) after it authenticated, so that a forged counter moves nothing.
#[derive(Clone, Debug)]
pub(crate) struct ReplayWindow {
    /// The highest counter committed.
    highest: Option<u64>,
    /// Bit `counter % len` tells whether `counter` was seen, for the last `len` counters.
    seen: Box<[u64]>,
}

impl ReplayWindow {
    /// Counters of media below the highest one that may still come. Project decision: at 50 audio or
    /// 90 video frames a second, 20 and 11 s of reordering, in 128 bytes.
    pub(crate) const MEDIA_LEN: u64 = 1024;

    /// The same for application data, in 2 KiB: a message may wait while 256 MiB of a file pass it
    /// in pieces of 16 KiB.
    pub(crate) const DATA_LEN: u64 = 16 * 1024;

    /// Makes a window of the last `len` counters, a multiple of 64.
    pub(crate) fn new(len: u64) -> Self {
        let words = usize::try_from(len.div_ceil(WORD_BITS)).unwrap_or(1);
        Self { highest: None, seen: vec![0; words].into_boxed_slice() }
    }

    /// Tells whether a frame with this counter may be opened.
    pub(crate) fn check(&self, counter: Counter) -> Result<(), Replay> {
        let counter = counter.get();
        let Some(behind) = self.highest.and_then(|highest| highest.checked_sub(counter)) else {
            return Ok(());
        };
        if behind >= self.len() {
            return Err(Replay::Late);
        }
        if self.is_set(counter) { Err(Replay::Duplicate) } else { Ok(()) }
    }

    /// Records a counter whose frame authenticated. It must have passed [`check`](Self::check).
    pub(crate) fn commit(&mut self, counter: Counter) {
        let counter = counter.get();
        let in_window = counter.saturating_sub(self.len().saturating_sub(1));
        let unseen = self.highest.map_or(0, |highest| highest.saturating_add(1));
        for skipped in in_window.max(unseen)..counter {
            self.set(skipped, false);
        }
        self.set(counter, true);
        self.highest = self.highest.max(Some(counter));
    }

    /// Tells whether this counter was committed, and not so long ago that it is forgotten.
    pub(crate) fn has_seen(&self, counter: Counter) -> bool {
        self.check(counter) == Err(Replay::Duplicate)
    }

    fn len(&self) -> u64 {
        (self.seen.len() as u64).saturating_mul(WORD_BITS)
    }

    fn is_set(&self, counter: u64) -> bool {
        let (word, bit) = self.place(counter);
        self.seen.get(word).is_some_and(|word| word & bit != 0)
    }

    fn set(&mut self, counter: u64, seen: bool) {
        let (word, bit) = self.place(counter);
        if let Some(word) = self.seen.get_mut(word) {
            *word = if seen { *word | bit } else { *word & !bit };
        }
    }

    /// Word and bit of `counter` in [`seen`](Self::seen).
    fn place(&self, counter: u64) -> (usize, u64) {
        let word = (counter / WORD_BITS).checked_rem(self.seen.len() as u64).unwrap_or(0);
        (usize::try_from(word).unwrap_or(0), 1 << (counter % WORD_BITS))
    }
}

/// Why a counter may not be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Replay {
    /// Seen already.
    Duplicate,
    /// Below the window.
    Late,
}

const WORD_BITS: u64 = 64;

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Replay, ReplayWindow};
    use crate::header::Counter;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn offer(window: &mut ReplayWindow, counter: u64) -> Result<(), Replay> {
        window.check(Counter::new(counter))?;
        window.commit(Counter::new(counter));
        Ok(())
    }

    #[test]
    fn takes_each_counter_of_the_window_once() {
        let mut window = ReplayWindow::new(1024);
        assert_eq!(offer(&mut window, 5000), Ok(()));
        assert_eq!(offer(&mut window, 5000), Err(Replay::Duplicate));
        assert_eq!(offer(&mut window, 5000 - 1023), Ok(()));
        assert_eq!(offer(&mut window, 5000 - 1023), Err(Replay::Duplicate));
        assert_eq!(offer(&mut window, 5000 - 1024), Err(Replay::Late));
    }

    #[test]
    fn works_at_the_end_of_the_counter_space() {
        let mut window = ReplayWindow::new(1024);
        for last in [u64::MAX - 1, u64::MAX] {
            assert_eq!(offer(&mut window, last), Ok(()));
            assert_eq!(offer(&mut window, last), Err(Replay::Duplicate));
        }
        assert_eq!(offer(&mut window, 0), Err(Replay::Late));
    }

    proptest! {
        /// Against the obvious implementation: a set of all that was seen.
        #[test]
        fn behaves_like_a_set(
            steps in proptest::collection::vec(prop_oneof![-1500_i64..1500, -4_i64..4], 1..400),
        ) {
            let (mut window, mut seen, mut at) = (ReplayWindow::new(1024), BTreeSet::new(), 0_u64);
            for step in steps {
                at = at.saturating_add_signed(step);
                let highest: Option<u64> = seen.last().copied();
                let expected = match highest {
                    Some(highest) if highest >= at.saturating_add(1024) => Err(Replay::Late),
                    _ if seen.contains(&at) => Err(Replay::Duplicate),
                    _ => Ok(()),
                };
                prop_assert_eq!(offer(&mut window, at), expected);
                if expected.is_ok() {
                    seen.insert(at);
                }
            }
        }
    }
}
