//! `cargo xtask`: every routine a person or CI runs.
//!
//! A command installs what it misses where it can; where it cannot, it names the one command to
//! type and fails. Nothing is skipped in silence.

extern crate alloc;

mod bench;
mod build;
mod check;
mod cipher;
mod demo;
mod figures;
mod functions;
mod fuzz;
mod package;
mod prerequisite;
mod program;
mod script;
mod servers;
mod simulate;
mod size;
mod test;
mod vectors;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Builds, shows and tests Frameseal.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the wasm module, the npm package, the demo, and the pages of the browser tests
    Build,
    /// Builds everything and serves the demo on this machine
    Demo(demo::Options),
    /// Runs the tests: all of them, or one kind
    Test {
        #[arg(value_enum)]
        kind: Option<test::Kind>,
    },
    /// Verifies AES-GCM as it is compiled to wasm; writes to target/cipher/
    Cipher {
        #[command(subcommand)]
        check: cipher::Check,
    },
    /// Measures calls in the browsers, all that can be measured or one thing; writes to target/e2e/
    E2e {
        #[arg(value_enum)]
        report: Option<script::Report>,
        /// For the program that measures, for example `servers --frames 300 --software GStreamer`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Records the fixture frames anew, from the browsers and from ffmpeg
    Fixtures,
    /// Runs the fuzz targets
    Fuzz(fuzz::Options),
    /// Puts rooms of key managers through storms, on a fake clock
    Simulate(simulate::Options),
    /// Measures what something costs
    Bench {
        #[arg(value_enum)]
        subject: bench::Subject,
        /// For the program that measures, for example `--rounds 5`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Checks formatting, lints, documentation, types, the minimum Rust version and the npm package
    Check,
    /// Prints how long functions are, crate by crate; fails if some are too long
    Functions,
    /// Packs the npm package into target/package/
    Package,
    /// Writes the reference of what the npm package exports
    Reference,
    /// Prints the figures that the README states
    Figures,
    /// Writes the test vectors of the key exchange
    Vectors,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let workspace = Workspace::load()?;
    match cli.command {
        Command::Build => build::everything(&workspace),
        Command::Demo(options) => demo::run(&workspace, &options),
        Command::Test { kind } => test::run(&workspace, kind),
        Command::Cipher { check } => cipher::run(&workspace, &check),
        Command::E2e { report, options } => script::report(&workspace, report, &options),
        Command::Fixtures => script::record(&workspace),
        Command::Fuzz(options) => fuzz::run(&workspace, &options),
        Command::Simulate(options) => simulate::run(&workspace, &options),
        Command::Bench { subject, options } => bench::run(&workspace, subject, &options),
        Command::Check => check::run(&workspace),
        Command::Functions => functions::run(&workspace),
        Command::Package => package::run(&workspace),
        Command::Reference => package::reference(&workspace),
        Command::Figures => figures::run(&workspace),
        Command::Vectors => vectors::write(&workspace),
    }
}
