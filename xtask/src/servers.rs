//! Sealed frames through media software that nobody here wrote.

use anyhow::Result;
use xshell::cmd;

use crate::prerequisite;
use crate::program::{self, Program};
use crate::workspace::Workspace;

/// Installs that software, sends frames through, and writes `target/e2e/servers.json`.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<()> {
    let programs = [Program::Ffmpeg, Program::GStreamer, Program::Janus, Program::JanusTools];
    program::install(workspace, &programs)?;
    prerequisite::npm_packages(workspace)?;
    let packages = prerequisite::python_packages(workspace)?;
    let shell = workspace.shell();
    let report = shell.create_dir(workspace.target("e2e"))?.join("servers.json");
    cmd!(shell, "cargo run --quiet --package frameseal-interop --bin servers --")
        .args(["--json".as_ref(), report.as_os_str()])
        .args(options)
        .env("PYTHONPATH", packages)
        .env("PATH", program::search_path())
        .run()?;
    Ok(())
}
