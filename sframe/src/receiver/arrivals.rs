//! Which frames of one key and track came through which pipelines.

use alloc::vec::Vec;
use core::time::Duration;

use crate::header::Counter;
use crate::replay::{Replay, ReplayWindow};
use crate::timestamp::Timestamp;

/// How a frame came. `S` names senders.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever opens frames knows all of it")]
pub struct Arrival<'a, S> {
    /// The time; it must not run backwards.
    pub now: Timestamp,
    /// Which receiving pipeline it came through: a frame opens once in each.
    pub pipeline: u32,
    /// The only sender whose keys are tried; `None`: everybody's.
    pub from: Option<&'a S>,
}

impl<S> Clone for Arrival<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Arrival<'_, S> {}

/// From everybody, through one pipeline, at time 0: for those who have but one, and keep its frames.
impl<S> Default for Arrival<'_, S> {
    fn default() -> Self {
        Self { now: Timestamp::default(), pipeline: 0, from: None }
    }
}

/// Replay windows of one key and track, one for each pipeline.
///
/// The same track may be played twice, as a thumbnail and on a stage, and each pipeline gets all of
/// its frames. A media server that opens another pipeline must not play with it what a member said
/// long ago. So no window takes a counter at or below one that another passed [`REPLAY_LAG`] ago.
#[derive(Debug)]
pub(super) struct Arrivals<S> {
    windows: Vec<(Through, ReplayWindow)>,
    passed: Vec<(Option<S>, Passed)>,
}

/// What a frame came through.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Through {
    Pipeline(u32),
    /// Application data has one window, whichever way it came.
    Data,
}

impl<S: Clone + Eq> Arrivals<S> {
    pub(super) const fn new() -> Self {
        Self { windows: Vec::new(), passed: Vec::new() }
    }

    /// Tells whether a frame of media may be opened.
    pub(super) fn check(
        &mut self,
        arrival: Arrival<'_, S>,
        counter: Counter,
    ) -> Result<(), Replay> {
        if let Some(window) = self.window(Through::Pipeline(arrival.pipeline)) {
            window.check(counter)?;
        }
        match self.floor(arrival) {
            Some(floor) if counter.get() <= floor => Err(Replay::Late),
            _ => Ok(()),
        }
    }

    /// Records a frame of media; returns through how many pipelines it has come now.
    pub(super) fn commit(&mut self, arrival: Arrival<'_, S>, counter: Counter) -> usize {
        let from = arrival.from;
        let known = self.passed.iter_mut().find(|(of, _)| of.as_ref() == from);
        match known {
            Some((_, passed)) => passed.pass(arrival.now, counter),
            None => {
                let mut passed = Passed::default();
                passed.pass(arrival.now, counter);
                self.passed.push((from.cloned(), passed));
            }
        }
        let through = Through::Pipeline(arrival.pipeline);
        self.commit_to(through, ReplayWindow::MEDIA_LEN, counter);
        self.windows.iter().filter(|(_, window)| window.has_seen(counter)).count()
    }

    /// Tells whether application data may be opened, which comes through one window alone, at any
    /// time.
    pub(super) fn check_data(&self, counter: Counter) -> Result<(), Replay> {
        let window = self.windows.iter().find(|(through, _)| *through == Through::Data);
        window.map_or(Ok(()), |(_, window)| window.check(counter))
    }

    /// Records application data.
    pub(super) fn commit_data(&mut self, counter: Counter) {
        self.commit_to(Through::Data, ReplayWindow::DATA_LEN, counter);
    }

    /// Forgets a pipeline that has ended; what it passed stays passed.
    pub(super) fn release(&mut self, pipeline: u32) {
        self.windows.retain(|(through, _)| *through != Through::Pipeline(pipeline));
    }

    fn commit_to(&mut self, through: Through, len: u64, counter: Counter) {
        match self.window(through) {
            Some(window) => window.commit(counter),
            None => {
                let mut window = ReplayWindow::new(len);
                window.commit(counter);
                self.windows.push((through, window));
            }
        }
    }

    fn window(&mut self, through: Through) -> Option<&mut ReplayWindow> {
        self.windows.iter_mut().find(|(of, _)| *of == through).map(|(_, window)| window)
    }

    /// The highest counter that was passed long ago: by pipelines that expect the same sender; or by
    /// any, where any sender may come.
    fn floor(&mut self, Arrival { now, from, .. }: Arrival<'_, S>) -> Option<u64> {
        let counts = |of: &Option<S>| from.is_none() || of.as_ref() == from;
        let passed = self.passed.iter_mut().filter(|(of, _)| counts(of));
        passed.filter_map(|(_, passed)| passed.long_ago(now)).max()
    }
}

/// The highest counters that were passed, and when.
#[derive(Debug, Default)]
struct Passed {
    /// Highest counter of each [`GRAIN`], with the time of its last frame; oldest first.
    recent: Vec<(Timestamp, Timestamp, u64)>,
    long_ago: Option<u64>,
}

impl Passed {
    fn pass(&mut self, now: Timestamp, counter: Counter) {
        let counter = counter.get();
        match self.recent.last_mut() {
            Some((since, until, highest)) if now < since.after(GRAIN) => {
                *until = now;
                *highest = counter.max(*highest);
            }
            _ => {
                self.recent.push((now, now, counter));
                self.long_ago(now); // so that they do not become more and more
            }
        }
    }

    fn long_ago(&mut self, now: Timestamp) -> Option<u64> {
        let Self { recent, long_ago } = self;
        while let Some(&(_, until, highest)) = recent.first()
            && until.after(REPLAY_LAG) <= now
        {
            *long_ago = (*long_ago).max(Some(highest));
            recent.remove(0);
        }
        *long_ago
    }
}

/// How far the pipelines of one track may be behind each other. Project decision: two connections to
/// one media server differ by a jitter buffer and a retransmission; and a server can play with another
/// pipeline no more than this of what a member said before it fell silent.
pub const REPLAY_LAG: Duration = Duration::from_secs(5);

/// So that no frame's time has to be kept.
const GRAIN: Duration = Duration::from_millis(500);
