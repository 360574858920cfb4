//! What the application is told about what went wrong: at most one event a second for each code and
//! member.

use crate::message::{Event, ProblemCode};

/// Turns a flood of drops into a few events: the first at once, those of the next second with the
/// first drop after it. What comes after the last event is in the counters alone.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

#[derive(Debug)]
struct Problem {
    code: ProblemCode,
    /// Whose it is: a member that is turned down all the time must not hide another.
    member: Option<String>,
    pending: u32,
    /// When it was last reported, in ms.
    reported: f64,
}

/// What a dropped frame, or a rejected message, tells about itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Culprit {
    pub(crate) member: Option<String>,
    pub(crate) key_id: Option<u64>,
    pub(crate) reason: Option<String>,
}

impl Problems {
    /// Counts a case at `now` (ms); returns the event to send, if one is due.
    pub(crate) fn count(
        &mut self,
        now: f64,
        code: ProblemCode,
        pipeline: Option<u32>,
        culprit: Culprit,
    ) -> Option<Event> {
        let problem = self.entry(now, code, culprit.member.as_deref());
        problem.pending = problem.pending.saturating_add(1);
        if now - problem.reported < INTERVAL_MS {
            return None;
        }

        let count = core::mem::take(&mut problem.pending);
        problem.reported = now;
        let Culprit { key_id, reason, .. } = culprit;
        let member = problem.member.clone(); // nobody's, if it is the one of many names
        Some(Event::Problem { code, pipeline, member, key_id, count, reason })
    }

    fn entry(&mut self, now: f64, code: ProblemCode, member: Option<&str>) -> &mut Problem {
        let Self(problems) = self;
        problems.retain(|problem| now - problem.reported < MEMORY_MS);
        // Nobody gets more events by many names: those beyond the limit share one.
        let named = member.filter(|_| problems.len() < MAX_PROBLEMS);
        let held = problems.iter().position(|problem| problem.is(code, member));
        let found = held.or_else(|| problems.iter().position(|problem| problem.is(code, named)));
        let at = found.unwrap_or_else(|| {
            let member = named.map(String::from);
            problems.push(Problem { code, member, pending: 0, reported: f64::NEG_INFINITY });
            problems.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "found, or pushed just now")]
        &mut problems[at]
    }
}

impl Problem {
    fn is(&self, code: ProblemCode, member: Option<&str>) -> bool {
        self.code == code && self.member.as_deref() == member
    }
}

/// What `docs/integration.md` promises: at most one event a second per code, track and member.
const INTERVAL_MS: f64 = 1000.0;

/// How long what was not told yet waits for the next case.
const MEMORY_MS: f64 = 60_000.0;

/// Members in trouble at a time that are told apart; a room in which more are has one trouble.
const MAX_PROBLEMS: usize = 64;

#[cfg(test)]
mod tests {
    use super::{Culprit, MAX_PROBLEMS, MEMORY_MS, Problems};
    use crate::message::{Event, ProblemCode};

    #[test]
    fn first_at_once_then_one_a_second_with_the_sum() {
        let mut problems = Problems::default();
        let mut count = |now| {
            problems.count(now, ProblemCode::MissingKey, Some(1), Culprit::default()).map(|event| {
                let Event::Problem { count, .. } = event else { panic!("{event:?}") };
                count
            })
        };
        assert_eq!(count(50.0), Some(1));
        assert_eq!([count(60.0), count(1049.0)], [None, None]);
        assert_eq!(count(1050.0), Some(3));
        assert_eq!(count(9000.0), Some(1));
    }

    #[test]
    fn codes_do_not_wait_for_each_other() {
        let mut problems = Problems::default();
        for code in [ProblemCode::MissingKey, ProblemCode::NotSealed] {
            assert!(problems.count(0.0, code, None, Culprit::default()).is_some());
        }
    }

    #[test]
    fn members_do_not_wait_for_each_other() {
        let mut problems = Problems::default();
        let mut told = |now, member: &str| rejected(&mut problems, now, member).is_some();
        assert!(told(0.0, "bob") && told(1.0, "alice"));
        assert!(!told(2.0, "bob") && !told(3.0, "alice"));
        assert!(told(1000.0, "bob") && told(1001.0, "alice"));
    }

    #[test]
    fn many_names_get_few_events() {
        let mut problems = Problems::default();
        let mut events = 0;
        for name in 0..10_000_u32 {
            let now = f64::from(name); // 10 s
            events +=
                usize::from(rejected(&mut problems, now, &format!("member-{name}")).is_some());
        }
        assert_eq!(events, MAX_PROBLEMS + 10);
        assert!(problems.0.len() <= MAX_PROBLEMS + 1);
    }

    #[test]
    fn what_was_not_told_is_forgotten_in_the_end() {
        let mut problems = Problems::default();
        rejected(&mut problems, 0.0, "bob");
        rejected(&mut problems, 1.0, "bob");
        rejected(&mut problems, MEMORY_MS, "alice");
        assert_eq!(problems.0.len(), 1);
    }

    fn rejected(problems: &mut Problems, now: f64, member: &str) -> Option<Event> {
        let culprit = Culprit { member: Some(member.into()), ..Culprit::default() };
        problems.count(now, ProblemCode::MessageRejected, None, culprit)
    }
}
