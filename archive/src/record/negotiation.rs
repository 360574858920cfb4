//! Who may offer next: docs/decisions, number 16. This member never asks for its turn, because it has
//! nothing to change after the first offer; but it hands the turn on and takes it back.

use super::messages::Turn;

/// The turns of one connection.
#[derive(Debug)]
pub(crate) struct Turns {
    /// Of the two ends, this one offers first.
    is_first: bool,
    whose: Whose,
    /// The other end has asked for its turn.
    is_wanted: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Whose {
    Ours,
    /// Our offer has not been answered.
    Offered,
    Theirs,
}

impl Turns {
    pub(crate) const fn new(is_first: bool) -> Self {
        let whose = if is_first { Whose::Ours } else { Whose::Theirs };
        Self { is_first, whose, is_wanted: false }
    }

    /// We have offered.
    pub(crate) const fn offered(&mut self) {
        self.whose = Whose::Offered;
    }

    /// Whether an offer of the other end may be answered now.
    pub(crate) fn may_answer(&self) -> bool {
        self.whose == Whose::Theirs
    }

    /// An offer was answered, whoever made it; returns what to say.
    pub(crate) fn settled(&mut self) -> Option<Turn> {
        self.whose = if self.is_first { Whose::Ours } else { Whose::Theirs };
        self.hand_over()
    }

    /// Takes what the other end says about turns; returns what to answer.
    pub(crate) fn take(&mut self, turn: Turn) -> Option<Turn> {
        match turn {
            Turn::Wanted => {
                self.is_wanted = true;
                self.hand_over()
            }
            Turn::Yours if !self.is_first => Some(Turn::Unneeded),
            Turn::Unneeded if self.is_first && self.whose == Whose::Theirs => self.settled(),
            Turn::Yours | Turn::Unneeded => None,
        }
    }

    fn hand_over(&mut self) -> Option<Turn> {
        if !self.is_wanted || self.whose != Whose::Ours {
            return None;
        }
        (self.is_wanted, self.whose) = (false, Whose::Theirs);
        Some(Turn::Yours)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Turns;
    use crate::record::messages::Turn;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Offer,
        Settle,
        Take(Turn),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let turn = prop::sample::select(vec![Turn::Wanted, Turn::Yours, Turn::Unneeded]);
        let step = prop_oneof![Just(Step::Offer), Just(Step::Settle), turn.prop_map(Step::Take)];
        prop::collection::vec(step, 0..40)
    }

    proptest! {
        #[test]
        fn the_turn_is_never_handed_on_while_our_offer_is_out(steps in steps()) {
            let mut turns = Turns::new(true);
            let mut is_out = false;
            for step in steps {
                let said = match step {
                    Step::Offer if turns.may_answer() => None, // it is not our turn
                    Step::Offer => {
                        turns.offered();
                        is_out = true;
                        None
                    }
                    Step::Settle => {
                        is_out = false;
                        turns.settled()
                    }
                    Step::Take(turn) => turns.take(turn),
                };
                prop_assert!(!(is_out && said == Some(Turn::Yours)));
                prop_assert!(!(is_out && turns.may_answer()), "offers would cross");
            }
        }
    }

    #[test]
    fn the_other_end_gets_its_turn_after_our_offer() {
        let mut turns = Turns::new(true);
        turns.offered();
        assert_eq!(turns.take(Turn::Wanted), None);
        assert_eq!(turns.settled(), Some(Turn::Yours));
        assert!(turns.may_answer());
        assert_eq!(turns.settled(), None);
        assert!(!turns.may_answer());
    }

    #[test]
    fn a_turn_that_is_not_needed_is_given_back() {
        assert_eq!(Turns::new(false).take(Turn::Yours), Some(Turn::Unneeded));
        let mut turns = Turns::new(true);
        assert_eq!(turns.take(Turn::Wanted), Some(Turn::Yours));
        assert_eq!(turns.take(Turn::Unneeded), None);
        assert!(!turns.may_answer());
    }
}
