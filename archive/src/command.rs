//! The command line, and what the program ends with.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::open;
#[cfg(feature = "record")]
use crate::record;

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
    #[cfg(feature = "record")]
    Record(record::Options),
}

/// Runs the program on its command line.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(asked_or_wrong) => {
            // Clap would end with 2 for a wrong command line, which says something else here.
            let code = ExitCode::from(u8::from(asked_or_wrong.use_stderr()));
            return asked_or_wrong.print().map_or(ExitCode::FAILURE, |()| code);
        }
    };
    let result = match arguments.command {
        Command::Open(options) => open::run(&options),
        #[cfg(feature = "record")]
        Command::Record(options) => record::run(options).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("frameseal: {error:#}");
        ExitCode::FAILURE
    })
}
