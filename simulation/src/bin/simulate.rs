//! Puts rooms of key managers through storms: `cargo xtask simulate`.
#![expect(clippy::disallowed_methods, reason = "tells how long it took")]

use core::num::NonZero;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::thread;
use std::time::Instant;

use clap::Parser;
use frameseal_simulation::{Report, Storm, Tally};

/// Without options: rooms of 2, 10, 100 and 1000 members, over links of every kind; that takes about
/// an hour on two processors.
#[derive(Debug, Parser)]
struct Options {
    /// Members of the only room to simulate
    #[arg(long)]
    members: Option<usize>,
    /// How many of them seal frames [default: all in rooms of up to 100, else 20]
    #[arg(long, requires = "members")]
    senders: Option<usize>,
    /// Joins, leaves, crashes, returns and rotations in each room
    #[arg(long, default_value_t = 10_000)]
    operations: usize,
    /// What decides on all that happens
    #[arg(long, default_value_t = 1, requires = "members")]
    seed: u64,
    /// Share of messages that are lost, in per cent
    #[arg(long, default_value_t = 40, requires = "members",
          value_parser = clap::value_parser!(u8).range(..=100))]
    loss: u8,
    /// Prints all that happens
    #[arg(long, requires = "members")]
    trace: bool,
}

fn main() {
    let options = Options::parse();
    let storm = |members, seed, loss| Storm {
        members,
        senders: options.senders.unwrap_or(if members > 100 { 20 } else { members }),
        operations: options.operations,
        seed,
        loss,
        trace: options.trace,
    };
    let storms = match options.members {
        Some(members) => vec![storm(members, options.seed, options.loss)],
        None => MATRIX.map(|(members, seed, loss)| storm(members, seed, loss)).into(),
    };
    run(&storms);
}

/// Runs the storms, the longest first, as many at a time as there are processors.
fn run(storms: &[Storm]) {
    let next = AtomicUsize::new(0);
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..processors.min(storms.len()) {
            scope.spawn(|| {
                while let Some(storm) = storms.get(next.fetch_add(1, Ordering::Relaxed)) {
                    println!("begins: {storm}");
                    let started = Instant::now();
                    let report = storm.watch(|done| {
                        let so_far = started.elapsed().as_secs();
                        println!("{done} operations after {so_far} s: {storm}");
                    });
                    println!("{}", describe(storm, &report, started.elapsed()));
                }
            });
        }
    });
}

fn describe(storm: &Storm, report: &Report, took: Duration) -> String {
    let Report { simulated, longest_wait, operations, messages, keys, tally, .. } = report;
    let Tally { lost, delivered, rejected, samples, near_misses, .. } = tally;
    format!(
        "passed: {storm}
  {:.0} min on the fake clock, {:.0} s on this one: {operations:?}
  {messages} messages sent, {lost} lost, {delivered} delivered; of no use: {rejected:?}
  {keys} keys were sealed under, each installed once
  {samples} frames kept; {near_misses} times an outsider with a near key opened none
  longest wait after the last lost message: {longest_wait:?}",
        simulated.as_secs_f64() / 60.0,
        took.as_secs_f64(),
    )
}

/// Members, seed and loss in per cent of each room.
const MATRIX: [(usize, u64, u8); 10] = [
    (1000, 1, 40),
    (100, 2, 40),
    (100, 3, 10),
    (10, 4, 40),
    (10, 5, 40),
    (10, 6, 20),
    (10, 7, 0),
    (2, 8, 40),
    (2, 9, 20),
    (2, 10, 0),
];
