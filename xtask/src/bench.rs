//! Measures what something costs.

use anyhow::Result;
use clap::ValueEnum;
use xshell::cmd;

use crate::workspace::Workspace;

/// What is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Subject {
    /// Messages, bytes and time of a join and a leave, in rooms of 2 to 1000 members; writes
    /// target/bench/keymgmt.json
    Keymgmt,
}

pub(crate) fn run(workspace: &Workspace, subject: Subject) -> Result<()> {
    let shell = workspace.shell();
    match subject {
        Subject::Keymgmt => {
            let json = workspace.target("bench/keymgmt.json");
            cmd!(
                shell,
                "cargo run --quiet --release -p frameseal-simulation --bin bench -- {json}"
            )
            .quiet()
            .run()?;
        }
    }
    Ok(())
}
