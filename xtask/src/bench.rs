//! Measures what something costs.

mod native;

use anyhow::Result;
use clap::ValueEnum;
use xshell::cmd;

use crate::script;
use crate::workspace::Workspace;

/// What is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Subject {
    /// Microseconds a frame, of Frameseal and its peers, in a worker of each browser; writes
    /// target/bench/browser.json
    Browser,
    /// Processor time of whole browsers in calls, by what seals; writes target/bench/call.json
    Call,
    /// Messages, bytes and time of a join and a leave, in rooms of 2 to 1000 members; writes
    /// target/bench/keymgmt.json
    Keymgmt,
    /// Frames and keys without a browser, beside other implementations and bare AEADs; writes
    /// target/bench/native.json
    Native,
}

/// Measures `subject`, whose program takes the `options`.
pub(crate) fn run(workspace: &Workspace, subject: Subject, options: &[String]) -> Result<()> {
    let shell = workspace.shell();
    match subject {
        Subject::Browser => script::bench(workspace, "benches/browser/frames.ts", options)?,
        Subject::Call => script::bench(workspace, "benches/browser/call.ts", options)?,
        Subject::Keymgmt => {
            let json = workspace.target("bench/keymgmt.json");
            cmd!(shell, "cargo run --quiet --release -p frameseal-simulation --bin bench --")
                .arg(json)
                .args(options)
                .quiet()
                .run()?;
        }
        Subject::Native => native::run(workspace)?,
    }
    Ok(())
}
