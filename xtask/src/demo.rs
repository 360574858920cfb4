//! Serves the demo.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::workspace::Workspace;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What the server is to do: see docs/demo-server.md
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "OPTIONS OF THE SERVER"
    )]
    server: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    build::everything(workspace)?;

    let mut server = Command::new(env!("CARGO"));
    server.args(["run", "--quiet", "--package", "frameseal-demo", "--"]).args(&options.server);
    hand_over_to(server.current_dir(workspace.path("")))
}

/// Becomes `command` where the system can, so that signals reach it and no one else.
#[cfg(unix)]
fn hand_over_to(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn hand_over_to(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    std::process::exit(status.code().unwrap_or(1));
}
