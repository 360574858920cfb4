//! Puts rooms of key managers through storms, on a fake clock.

use anyhow::Result;
use clap::Args;
use xshell::cmd;

use crate::workspace::Workspace;

#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// Which room; `--help` tells. Without any: the whole matrix, which takes half an hour
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let Options { options } = options;
    let shell = workspace.shell();
    let simulate = ["--release", "-p", "frameseal-simulation", "--bin", "simulate"];
    Ok(cmd!(shell, "cargo run --quiet {simulate...} -- {options...}").quiet().run()?)
}
