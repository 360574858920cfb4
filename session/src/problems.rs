//! What the application is told about what went wrong: at most one event a second for each code and
//! member.

use core::time::Duration;

use frameseal_sframe::Timestamp;

use crate::blackout::BlackoutState;
use crate::event::{Event, Problem, ProblemCode};
use crate::hint::Severity;

/// Turns a flood of drops into a few events: the first at once, those of the next second with the
/// first drop after it. What comes after the last event is in the counters alone.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    code: ProblemCode,
    /// Whose it is: a member that is turned down all the time must not hide another.
    member: Option<String>,
    /// Of `no-media`: one cause must not hide another.
    state: Option<BlackoutState>,
    pending: u32,
    /// When it was last reported; `None`: never.
    reported: Option<Timestamp>,
}

/// What a dropped frame, or a rejected message, tells about itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Culprit {
    pub(crate) member: Option<String>,
    pub(crate) key_id: Option<u64>,
    pub(crate) reason: Option<String>,
    /// In place of the code's own.
    pub(crate) hint: Option<(Severity, String)>,
    pub(crate) state: Option<BlackoutState>,
}

impl Problems {
    /// Counts a case; returns the event to send, if one is due.
    pub(crate) fn count(
        &mut self,
        now: Timestamp,
        code: ProblemCode,
        pipeline: Option<u32>,
        culprit: Culprit,
    ) -> Option<Event> {
        self.count_many(now, code, 1, pipeline, culprit)
    }

    /// The same for several cases.
    pub(crate) fn count_many(
        &mut self,
        now: Timestamp,
        code: ProblemCode,
        cases: u32,
        pipeline: Option<u32>,
        culprit: Culprit,
    ) -> Option<Event> {
        let problem = self.entry(now, code, culprit.state, culprit.member.as_deref());
        problem.pending = problem.pending.saturating_add(cases);
        if problem.reported.is_some_and(|at| now.since(at) < INTERVAL) {
            return None;
        }

        let count = core::mem::take(&mut problem.pending);
        problem.reported = Some(now);
        let Culprit { key_id, reason, hint, state, .. } = culprit;
        let member = problem.member.clone(); // nobody's, if it is the one of many names
        let (severity, hint) = hint.unwrap_or_else(|| {
            let (severity, hint) = code.hint();
            (severity, hint.into())
        });
        let known =
            Problem { code, severity, hint, state, pipeline, member, key_id, count, reason };
        Some(Event::Problem(known))
    }

    fn entry(
        &mut self,
        now: Timestamp,
        code: ProblemCode,
        state: Option<BlackoutState>,
        member: Option<&str>,
    ) -> &mut Entry {
        let Self(problems) = self;
        problems.retain(|problem| problem.reported.is_some_and(|at| now.since(at) < MEMORY));
        // Nobody gets more events by many names: those beyond the limit share one.
        let named = member.filter(|_| problems.len() < MAX_PROBLEMS);
        let held = problems.iter().position(|problem| problem.is(code, state, member));
        let found =
            held.or_else(|| problems.iter().position(|problem| problem.is(code, state, named)));
        let at = found.unwrap_or_else(|| {
            let member = named.map(String::from);
            problems.push(Entry { code, member, state, pending: 0, reported: None });
            problems.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "found, or pushed just now")]
        &mut problems[at]
    }
}

impl Entry {
    fn is(&self, code: ProblemCode, state: Option<BlackoutState>, member: Option<&str>) -> bool {
        self.code == code && self.state == state && self.member.as_deref() == member
    }
}

/// What `docs/integration.md` promises: at most one event a second per code, track and member.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long what was not told yet waits for the next case.
const MEMORY: Duration = Duration::from_secs(60);

/// Members in trouble at a time that are told apart; a room in which more are has one trouble.
const MAX_PROBLEMS: usize = 64;

#[cfg(test)]
mod tests {
    use frameseal_sframe::Timestamp;

    use super::{Culprit, MAX_PROBLEMS, MEMORY, Problems};
    use crate::blackout::BlackoutState;
    use crate::event::{Event, ProblemCode};

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn first_at_once_then_one_a_second_with_the_sum() {
        let mut problems = Problems::default();
        let mut count = |now| {
            let culprit = Culprit::default();
            problems.count(at(now), ProblemCode::MissingKey, Some(1), culprit).map(|event| {
                let Event::Problem(problem) = event else { panic!("{event:?}") };
                problem.count
            })
        };
        assert_eq!(count(50), Some(1));
        assert_eq!([count(60), count(1049)], [None, None]);
        assert_eq!(count(1050), Some(3));
        assert_eq!(count(9000), Some(1));
    }

    #[test]
    fn codes_do_not_wait_for_each_other() {
        let mut problems = Problems::default();
        for code in [ProblemCode::MissingKey, ProblemCode::NotSealed] {
            assert!(problems.count(at(0), code, None, Culprit::default()).is_some());
        }
    }

    #[test]
    fn members_do_not_wait_for_each_other() {
        let mut problems = Problems::default();
        let mut told = |now, member: &str| rejected(&mut problems, now, member).is_some();
        assert!(told(0, "bob") && told(1, "alice"));
        assert!(!told(2, "bob") && !told(3, "alice"));
        assert!(told(1000, "bob") && told(1001, "alice"));
    }

    #[test]
    fn two_causes_of_a_blackout_are_both_told() {
        let mut problems = Problems::default();
        let mut told = |state| {
            let culprit = Culprit { state: Some(state), ..Culprit::default() };
            problems.count(at(0), ProblemCode::NoMedia, Some(1), culprit).is_some()
        };
        assert!(told(BlackoutState::NotSealed) && told(BlackoutState::UnsupportedCodec));
        assert!(!told(BlackoutState::NotSealed));
    }

    #[test]
    fn many_names_get_few_events() {
        let mut problems = Problems::default();
        let mut events = 0;
        for now in 0..10_000 {
            events += usize::from(rejected(&mut problems, now, &format!("member-{now}")).is_some());
        }
        assert_eq!(events, MAX_PROBLEMS + 10);
        assert!(problems.0.len() <= MAX_PROBLEMS + 1);
    }

    #[test]
    fn what_was_not_told_is_forgotten_in_the_end() {
        let mut problems = Problems::default();
        rejected(&mut problems, 0, "bob");
        rejected(&mut problems, 1, "bob");
        rejected(&mut problems, Timestamp::from(MEMORY).as_millis(), "alice");
        assert_eq!(problems.0.len(), 1);
    }

    fn rejected(problems: &mut Problems, now: u64, member: &str) -> Option<Event> {
        let culprit = Culprit { member: Some(member.into()), ..Culprit::default() };
        problems.count(at(now), ProblemCode::MessageRejected, None, culprit)
    }
}
