//! What the application is told about what went wrong: at most one event a second for each code.

use crate::message::{Event, ProblemCode};

/// Turns a flood of drops into a few events: the first at once, those of the next second with the
/// first drop after it. What comes after the last event is in the counters alone.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

#[derive(Debug)]
struct Problem {
    code: ProblemCode,
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
        let problem = self.entry(code);
        problem.pending = problem.pending.saturating_add(1);
        if now - problem.reported < INTERVAL_MS {
            return None;
        }

        let count = core::mem::take(&mut problem.pending);
        problem.reported = now;
        let Culprit { member, key_id, reason } = culprit;
        Some(Event::Problem { code, pipeline, member, key_id, count, reason })
    }

    fn entry(&mut self, code: ProblemCode) -> &mut Problem {
        let found = self.0.iter().position(|problem| problem.code == code);
        let at = found.unwrap_or_else(|| {
            self.0.push(Problem { code, pending: 0, reported: f64::NEG_INFINITY });
            self.0.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "found, or pushed just now")]
        &mut self.0[at]
    }
}

/// What `docs/integration.md` promises: at most one event per code and track a second.
const INTERVAL_MS: f64 = 1000.0;

#[cfg(test)]
mod tests {
    use super::{Culprit, Problems};
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
}
