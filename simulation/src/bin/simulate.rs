//! Puts rooms of key managers through storms: `cargo xtask simulate`.
#![expect(clippy::disallowed_methods, reason = "tells how long it took")]

use std::time::Instant;

use clap::Parser;
use frameseal_simulation::{Report, Storm};

/// Without options: rooms of 2, 10, 100 and 1000 members, over links of every kind.
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
    for storm in storms {
        println!("{storm}");
        let started = Instant::now();
        print(&storm.run());
        println!("  took {:.0?}", started.elapsed());
    }
}

fn print(report: &Report) {
    let Report { simulated, longest_wait, operations, messages, keys, tally, .. } = report;
    println!("  {:.0} min on the fake clock: {operations:?}", simulated.as_secs_f64() / 60.0);
    println!("  {messages} messages sent, {} lost, {} delivered", tally.lost, tally.delivered);
    println!("  of no use: {:?}", tally.rejected);
    println!("  {keys} keys were sealed under, each installed once");
    println!("  {} frames kept, {} near misses by outsiders", tally.samples, tally.near_misses);
    println!("  longest wait after the last lost message: {longest_wait:?}");
}

/// Members, seed and loss in per cent of each room.
const MATRIX: [(usize, u64, u8); 10] = [
    (2, 1, 0),
    (2, 2, 20),
    (2, 3, 40),
    (10, 4, 0),
    (10, 5, 20),
    (10, 6, 40),
    (100, 7, 10),
    (100, 8, 40),
    (1000, 9, 0),
    (1000, 10, 40),
];
