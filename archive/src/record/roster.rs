//! Who is in the room, as the server tells it.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::time::Instant;

use super::clock::later;
use super::messages::Card;

/// Who came or went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    Joined(Card),
    Left(Card),
}

/// Tells each arrival and departure once.
///
/// A server that was started again knows nobody until they are back, within seconds. Keys would change
/// and connections break for nothing if its first, short list were believed.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    server: Option<String>,
    /// By ID; with the time by which a new server has to name them.
    members: BTreeMap<String, (Card, Option<Instant>)>,
}

impl Roster {
    /// Takes the list that a server gives whom it lets in.
    pub(crate) fn welcome(&mut self, now: Instant, server: &str, present: &[Card]) -> Vec<Change> {
        let is_restarted = self.server.as_deref().is_some_and(|before| before != server);
        self.server = Some(server.to_owned());
        let mut changes = Vec::new();
        for (id, (_, due)) in &mut self.members {
            if present.iter().any(|card| card.id == *id) {
                *due = None;
            } else if is_restarted {
                due.get_or_insert(later(now, GRACE));
            } else {
                due.get_or_insert(now);
            }
        }
        changes.extend(self.expire(now));
        changes.extend(present.iter().cloned().filter_map(|card| self.join(card)));
        changes
    }

    pub(crate) fn join(&mut self, card: Card) -> Option<Change> {
        if let Some((_, due)) = self.members.get_mut(&card.id) {
            *due = None;
            return None;
        }
        self.members.insert(card.id.clone(), (card.clone(), None));
        Some(Change::Joined(card))
    }

    pub(crate) fn leave(&mut self, id: &str) -> Option<Change> {
        let (card, _) = self.members.remove(id)?;
        Some(Change::Left(card))
    }

    /// Tells who did not come back after a restart of the server.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<Change> {
        let is_due = |(_, due): &(Card, Option<Instant>)| due.is_some_and(|due| due <= now);
        let missing: Vec<_> = self
            .members
            .iter()
            .filter(|(_, entry)| is_due(entry))
            .map(|(id, _)| id.clone())
            .collect();
        missing.iter().filter_map(|id| self.leave(id)).collect()
    }

    pub(crate) fn name_of(&self, id: &str) -> Option<&str> {
        self.members.get(id).map(|(card, _)| card.name.as_str())
    }
}

/// Members come back within 2 s of a server that does; slow ones get five times as long.
const GRACE: Duration = Duration::from_secs(10);

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use alloc::collections::BTreeSet;
    use core::time::Duration;

    use proptest::prelude::*;

    use super::{Change, GRACE, Roster};
    use crate::record::clock::Clock;
    use crate::record::messages::Card;

    fn card(id: &str) -> Card {
        Card { id: id.to_owned(), name: id.to_uppercase() }
    }

    #[derive(Clone, Debug)]
    enum Word {
        Welcome { server: u8, present: BTreeSet<u8> },
        Joined(u8),
        Left(u8),
        Wait,
    }

    fn words() -> impl Strategy<Value = Vec<Word>> {
        let present = prop::collection::btree_set(0_u8..4, 0..4);
        prop::collection::vec(
            prop_oneof![
                (0_u8..2, present).prop_map(|(server, present)| Word::Welcome { server, present }),
                (0_u8..4).prop_map(Word::Joined),
                (0_u8..4).prop_map(Word::Left),
                Just(Word::Wait),
            ],
            0..30,
        )
    }

    proptest! {
        #[test]
        fn everybody_comes_before_going_and_goes_before_coming_again(words in words()) {
            let (mut roster, mut now) = (Roster::default(), Clock::start().now());
            let mut here = BTreeSet::new();
            for word in words {
                let changes = match word {
                    Word::Welcome { server, present } => {
                        let present: Vec<_> =
                            present.iter().map(|id| card(&id.to_string())).collect();
                        roster.welcome(now, &server.to_string(), &present)
                    }
                    Word::Joined(id) => roster.join(card(&id.to_string())).into_iter().collect(),
                    Word::Left(id) => roster.leave(&id.to_string()).into_iter().collect(),
                    Word::Wait => {
                        now += Duration::from_secs(6);
                        roster.expire(now)
                    }
                };
                for change in changes {
                    match change {
                        Change::Joined(card) => prop_assert!(here.insert(card.id), "came twice"),
                        Change::Left(card) => prop_assert!(here.remove(&card.id), "went twice"),
                    }
                }
                for id in (0..4).map(|id: u8| id.to_string()) {
                    prop_assert_eq!(roster.name_of(&id).is_some(), here.contains(&id));
                }
            }
        }
    }

    #[test]
    fn after_a_restart_of_the_server_members_have_time_to_come_back() {
        let (mut roster, now) = (Roster::default(), Clock::start().now());
        roster.welcome(now, "first", &[card("ann"), card("ben")]);
        assert_eq!(roster.welcome(now, "second", &[card("ann")]), []);
        assert_eq!(roster.expire(now + GRACE - Duration::from_secs(1)), []);
        assert_eq!(roster.expire(now + GRACE), [Change::Left(card("ben"))]);
        assert_eq!(roster.welcome(now, "second", &[]), [Change::Left(card("ann"))]);
    }
}
