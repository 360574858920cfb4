//! Serves the demo.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::build;
use crate::workspace::Workspace;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Opens the page in the default browser
    #[arg(long)]
    open: bool,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    build::everything(workspace)?;

    let mut server = Command::new(env!("CARGO"));
    server.args(["run", "--quiet", "--package", "frameseal-demo", "--"]);
    server.arg("--root").arg(workspace.path("demo/dist"));
    server.args(["--port", &options.port.to_string()]);
    if options.open {
        server.arg("--open");
    }
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
