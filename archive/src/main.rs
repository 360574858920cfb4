//! `frameseal`: a member of a call that records it, and an opener of recordings.

mod key_file;
mod media;
mod open;
mod record;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Records calls that Frameseal encrypts, and opens recordings of them.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Open(open::Options),
    Record(record::Options),
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Open(options) => open::run(options),
        Command::Record(options) => record::run(options),
    }
}
