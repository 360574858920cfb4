//! Runs the fuzz targets, on the stable toolchain, and the core's test of random bytes for longer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::cmd;

use crate::prerequisite;
use crate::workspace::Workspace;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Runs no target, but gives this many random inputs to every entry point
    #[arg(long, value_name = "INPUTS", conflicts_with_all = ["seconds", "target"])]
    random: Option<u64>,
    /// The only target to run
    target: Option<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    match options.random {
        Some(inputs) => random(workspace, inputs),
        None => targets(workspace, options),
    }
}

fn random(workspace: &Workspace, inputs: u64) -> Result<()> {
    let shell = workspace.shell();
    cmd!(shell, "cargo test --release -p frameseal-sframe --test random_bytes")
        .env("FRAMESEAL_RANDOM_INPUTS", inputs.to_string())
        .run()?;
    println!("{inputs} random inputs, and no panic");
    Ok(())
}

fn targets(workspace: &Workspace, options: &Options) -> Result<()> {
    prerequisite::cargo_fuzz(workspace)?;
    let shell = workspace.shell();
    let _cargo_fuzz_may_use_nightly_flags = shell.push_env("RUSTC_BOOTSTRAP", "1");

    let targets = cmd!(shell, "cargo fuzz list").quiet().read()?;
    let mut targets: Vec<_> = targets.lines().collect();
    if let Some(only) = &options.target {
        targets.retain(|target| target == only);
    }
    ensure!(!targets.is_empty(), "no such fuzz target; these are: cargo fuzz list");

    let seeds = seeds(workspace)?;
    let time = format!("-max_total_time={}", options.seconds);
    for target in targets {
        let corpus = shell.create_dir(format!("fuzz/corpus/{target}"))?;
        cmd!(shell, "cargo fuzz run {target} {corpus} {seeds} -- {time}")
            .args(["-max_len=65536", "-print_final_stats=1"])
            .run()?;
    }
    Ok(())
}

/// Writes every fixture frame to a file of its own: where every target starts from.
fn seeds(workspace: &Workspace) -> Result<PathBuf> {
    let seeds = workspace.shell().create_dir("fuzz/corpus/fixtures")?;
    for path in workspace.shell().read_dir("sframe/fixtures")? {
        if path.extension().is_none_or(|extension| extension != "frames") {
            continue;
        }
        let records = fs::read(&path)?;
        let stem = path.file_stem().map(Path::new).context("a fixture without a name")?;
        for (number, frame) in frames(&records)?.into_iter().enumerate() {
            fs::write(seeds.join(format!("{}-{number}", stem.display())), frame)?;
        }
    }
    Ok(seeds)
}

/// Splits `kind || length || frame` records, as `sframe/fixtures/README.md` lays them out.
fn frames(mut records: &[u8]) -> Result<Vec<&[u8]>> {
    let mut frames = Vec::new();
    while let Some(([_kind, length @ ..], rest)) = records.split_first_chunk::<5>() {
        let length = usize::try_from(u32::from_be_bytes(*length))?;
        let (frame, rest) = rest.split_at_checked(length).context("a fixture ends early")?;
        frames.push(frame);
        records = rest;
    }
    ensure!(records.is_empty(), "a fixture ends early");
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_fixtures_into_frames() {
        assert_eq!(frames(b"\0\0\0\0\0\x02\0\0\0\x02ab").unwrap(), [&b""[..], b"ab"]);
        for cut in [b"\x01\0\0\0".as_slice(), b"\x01\0\0\0\x02a"] {
            frames(cut).unwrap_err();
        }
    }
}
