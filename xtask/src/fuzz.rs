//! Runs the fuzz targets, on the stable toolchain.

use anyhow::{Result, bail};
use clap::Args;
use xshell::cmd;

use crate::prerequisite;
use crate::workspace::Workspace;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Seconds for each target
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// The only target to run
    target: Option<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    prerequisite::cargo_fuzz(workspace)?;
    let shell = workspace.shell();
    let _fuzz_may_use_nightly_flags = shell.push_env("RUSTC_BOOTSTRAP", "1");

    let targets = cmd!(shell, "cargo fuzz list").quiet().read()?;
    let mut targets: Vec<_> = targets.lines().collect();
    if let Some(only) = &options.target {
        targets.retain(|target| target == only);
    }
    if targets.is_empty() {
        bail!("no such fuzz target; `cargo fuzz list` names them");
    }

    cmd!(shell, "cargo fuzz build").run()?;
    for target in targets {
        one(workspace, target, options.seconds)?;
    }
    Ok(())
}

/// Fuzzes `target`, starting from its checked-in seeds and what earlier runs found.
fn one(workspace: &Workspace, target: &str, seconds: u32) -> Result<()> {
    let shell = workspace.shell();
    let corpus = shell.create_dir(format!("fuzz/corpus/{target}"))?;
    let seeds = shell.create_dir(format!("fuzz/seeds/{target}"))?;
    let time = format!("-max_total_time={seconds}");
    Ok(cmd!(shell, "cargo fuzz run {target} {corpus} {seeds} -- {time} -max_len=65536").run()?)
}
