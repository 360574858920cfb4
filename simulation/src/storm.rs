//! A call in which everything happens that may.

use alloc::collections::BTreeMap;
use core::fmt;
use core::time::Duration;
use std::thread;

use frameseal::Input;

use crate::call::{Call, Instance, Roster, Tally};
use crate::link::Link;

/// Random joins, leaves, crashes, returns and rotations over a bad link; now and then the link
/// heals, and then everybody has to open everybody's frames.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "its users choose all of it")]
pub struct Storm {
    /// Most members at a time.
    pub members: usize,
    /// How many of them seal frames.
    pub senders: usize,
    /// Joins, leaves, crashes, returns and rotations.
    pub operations: usize,
    /// Of all that happens.
    pub seed: u64,
    /// Share of messages that are lost, in per cent.
    pub loss: u8,
    /// Whether all that happens is printed.
    pub trace: bool,
}

/// What came of a [`Storm`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Time that the storm took on the fake clock.
    pub simulated: Duration,
    /// How long anybody waited for a key after the last message was lost, at most.
    pub longest_wait: Duration,
    /// Operations by kind.
    pub operations: BTreeMap<&'static str, usize>,
    /// Messages that members sent.
    pub messages: usize,
    /// Keys that frames were sealed under.
    pub keys: usize,
    /// What else happened.
    pub tally: Tally,
}

impl Storm {
    /// Lets it happen.
    #[must_use]
    pub fn run(&self) -> Report {
        self.watch(|_| {})
    }

    /// Lets it happen, and calls `abated` each time the storm did, with how many operations are
    /// done.
    #[must_use]
    pub fn watch(&self, abated: impl FnMut(usize)) -> Report {
        let _on_failure = Seed(self);
        let mut call = Call::new(self.seed);
        if self.trace {
            call.trace();
        }
        if self.seed % 2 == 1 {
            call.take_slices();
        }
        call.set_hoarding(match self.members {
            ..=10 => 100,
            11..=100 => 10,
            _ => 1,
        });
        let weather = Weather {
            storm: self,
            call,
            senders: Vec::new(),
            gone: Vec::new(),
            names: 0,
            done: BTreeMap::new(),
            longest_wait: 0,
        };
        weather.run(abated)
    }
}

impl fmt::Display for Storm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { members, senders, operations, seed, loss, .. } = self;
        write!(
            f,
            "--members {members} --senders {senders} --operations {operations} --seed {seed} \
             --loss {loss}"
        )
    }
}

/// Names the storm in which something fails.
struct Seed<'a>(&'a Storm);

impl Drop for Seed<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("failed: cargo xtask simulate {}", self.0);
        }
    }
}

/// A storm as it goes on.
struct Weather<'a> {
    storm: &'a Storm,
    call: Call,
    /// Those who have frames to seal, now or soon.
    senders: Vec<Instance>,
    /// Names of those who crashed or left, and may return.
    gone: Vec<String>,
    /// How many names there were.
    names: usize,
    done: BTreeMap<&'static str, usize>,
    longest_wait: u64,
}

impl Weather<'_> {
    fn run(mut self, mut abated: impl FnMut(usize)) -> Report {
        let start = self.call.now();
        for _ in 0..self.storm.members {
            self.arrive(FIRST_FRAME);
        }
        self.calm();
        abated(0);

        let per_period = self.storm.operations.div_ceil(PERIODS).max(1);
        let mut left = self.storm.operations;
        while left > 0 {
            let operations = per_period.min(left);
            left -= operations;
            self.storm(operations);
            self.calm();
            abated(self.storm.operations - left);
        }
        let Self { call, done, longest_wait, .. } = self;
        Report {
            simulated: Duration::from_millis(call.now() - start),
            longest_wait: Duration::from_millis(longest_wait),
            operations: done,
            messages: call.traffic().messages,
            keys: call.sealing_keys(),
            tally: call.tally().clone(),
        }
    }

    fn storm(&mut self, operations: usize) {
        self.call.set_link(Link::stormy(self.storm.loss));
        self.call.set_roster(Roster { delay: 1000, patience: 8000 });
        let mut left = operations;
        while left > 0 {
            let most = if self.storm.members > 10 { self.storm.members / 2 } else { 3 };
            let burst = self.call.rng().usize(1..=most).min(left);
            left -= burst;
            for _ in 0..burst {
                self.operation(FIRST_FRAME);
                let pause = self.call.rng().u64(..=100 / burst as u64);
                self.call.run(pause);
            }
            self.media();
            let pause = if self.call.rng().bool() { 300 } else { 3000 };
            let pause = self.call.rng().u64(..=pause);
            self.call.run(pause);
            self.media();
            self.call.forget_events();
        }
    }

    /// Does something to somebody. Who arrives has its first frame within `first_frame` ms.
    fn operation(&mut self, first_frame: u64) {
        let live = self.call.live();
        let Some(who) = self.call.rng().choice(&live).copied() else {
            return self.arrive(first_frame);
        };
        let few = live.len() * 10 < self.storm.members * 8;
        let full = live.len() >= self.storm.members;
        // In a large room a newcomer is expensive: each other member agrees on a key with it.
        let rotations = if self.storm.members > 100 { 7 } else { 3 };
        match self.call.rng().u8(..10) {
            chance if chance < rotations => {
                self.count("rotate");
                // Who rotates has a key from then on, and gives it to all: one of the senders does.
                let Self { call, senders, .. } = self;
                senders.retain(|sender| call[*sender].is_there());
                let who = call.rng().choice(&*senders).copied().unwrap_or(who);
                call.tell(who, Input::Rotate);
            }
            _ if few || (!full && self.call.rng().bool()) => self.arrive(first_frame),
            _ => {
                let crashes = self.call.rng().bool();
                self.depart(who, crashes);
            }
        }
    }

    /// Somebody comes: a newcomer or one that was here before.
    fn arrive(&mut self, first_frame: u64) {
        let name = if !self.gone.is_empty() && self.call.rng().bool() {
            self.count("return");
            let at = self.call.rng().usize(..self.gone.len());
            self.gone.swap_remove(at)
        } else {
            self.count("join");
            self.names += 1;
            format!("member-{}", self.names)
        };
        let instance = self.call.join(&name);
        let Self { call, senders, .. } = self;
        senders.retain(|sender| call[*sender].is_there());
        if senders.len() < self.storm.senders {
            senders.push(instance);
            let delay = call.rng().u64(..=first_frame);
            call.send_after(instance, delay);
        }
    }

    /// Somebody goes, with or without a word.
    fn depart(&mut self, who: Instance, crashes: bool) {
        self.gone.push(self.call[who].id().to_string());
        if self.gone.len() > MAX_GONE {
            self.gone.remove(0);
        }
        if crashes {
            self.count("crash");
            self.call.crash(who);
        } else {
            self.count("leave");
            self.call.leave(who);
        }
    }

    fn count(&mut self, operation: &'static str) {
        *self.done.entry(operation).or_default() += 1;
    }

    /// A few frames go to everybody, and one more is kept.
    fn media(&mut self) {
        let live = self.call.live();
        for _ in 0..FRAMES {
            if let Some(by) = self.call.rng().choice(&live).copied() {
                self.call.show_frame(by);
                self.call.sample(by);
            }
        }
    }

    /// After a last bad moment the link heals: soon everybody opens everybody's frames, and nobody
    /// else does.
    fn calm(&mut self) {
        while self.call.has_news() {
            self.call.run(10);
        }
        self.call.set_roster(Roster { delay: 0, patience: 0 });
        for _ in 0..self.call.rng().usize(..4) {
            self.operation(0);
        }
        self.call.set_link(Link::cut());
        let pause = self.call.rng().u64(..2000);
        self.call.run(pause);
        self.call.set_link(Link::healed());

        let opened = self.call.run_until_open(MAX_WAIT);
        let waited = match opened {
            Some(0) => 0, // nobody was waiting
            _ => self.call.now() - self.call.tally().disturbed_at,
        };
        assert!(opened.is_some() && waited <= MAX_WAIT, "somebody waits for {waited} ms");
        self.longest_wait = self.longest_wait.max(waited);

        // Stragglers arrive, old keys are wiped, and nothing changes.
        for _ in 0..4 {
            self.call.run(3500);
            self.call.everyone_opens_everyone();
        }
        self.call.check_outsiders();
        self.call.burn_old_hoards();
    }
}

/// How long who arrives takes to have its first frame, at most, in ms.
const FIRST_FRAME: u64 = 2000;

/// How often a storm abates.
const PERIODS: usize = 10;

/// Frames at a time that everybody gets.
const FRAMES: usize = 2;

/// Names that may come again.
const MAX_GONE: usize = 100;

/// Longest time in ms that anybody waits for a key after the last lost message.
const MAX_WAIT: u64 = 3000;
