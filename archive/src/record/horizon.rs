//! How many ratchet steps of a key to keep: docs/protocol.md, "Joining".
//!
//! A sender steps its key for newcomers, once for all of them that come within 100 ms, and tells nobody
//! but them. Whoever keeps keys cannot know how many steps were made; not more than there were newcomers.

/// Of one key, as its owner sent it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Horizon {
    /// Members that came since the key did.
    joins: u32,
}

impl Horizon {
    /// Somebody came.
    pub(crate) const fn join(&mut self) {
        self.joins = self.joins.saturating_add(1);
    }

    /// Returns the last step that is kept: those that there may have been, and some ahead of their time,
    /// because a sender may hear of a newcomer before us.
    pub(crate) fn last_step(self) -> u8 {
        let steps = self.joins.saturating_add(AHEAD);
        u8::try_from(steps).map_or(MAX_STEPS, |steps| steps.min(MAX_STEPS))
    }
}

/// Steps beyond those that newcomers explain. Project decision: more than come at once to a room of eight;
/// each is 12 keys in the file, which open what is said under them.
const AHEAD: u32 = 8;

/// After so many a sender makes a fresh key.
const MAX_STEPS: u8 = frameseal_sframe::Receiver::<()>::MAX_STEPS;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::{Horizon, MAX_STEPS};

    proptest! {
        #[test]
        fn it_is_always_ahead_and_never_goes_back(joins in 0_u32..200) {
            let mut horizon = Horizon::default();
            let mut last = horizon.last_step();
            prop_assert_eq!(last, 8);
            for made in 1..=joins {
                horizon.join();
                prop_assert!(horizon.last_step() >= last);
                last = horizon.last_step();
                prop_assert!(u32::from(last) >= (made + 8).min(64));
            }
            prop_assert!(last <= MAX_STEPS);
        }
    }
}
