//! The TypeScript programs: tests in Node, and those that drive browsers.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, cmd};

use crate::program::{self, Program};
use crate::workspace::Workspace;
use crate::{build, prerequisite};

/// Runs the package's tests that need no browser.
pub(crate) fn package_tests(workspace: &Workspace) -> Result<()> {
    prerequisite::npm_packages(workspace)?;
    Ok(node(workspace).arg("--test").args(tests_in(workspace, "worker/js/test")?).run()?)
}

/// Makes the vectors of the key exchange again, without our code.
pub(crate) fn vector_tests(workspace: &Workspace) -> Result<()> {
    prerequisite::npm_packages(workspace)?;
    Ok(node(workspace).arg("--test").args(tests_in(workspace, "keymgmt/vectors")?).run()?)
}

/// Runs the browser tests, one file after the other: they measure real-time media.
pub(crate) fn browser_tests(workspace: &Workspace) -> Result<()> {
    let tests = tests_in(workspace, "demo/e2e")?;
    let command = with_browsers(workspace)?;
    Ok(command.args(["--test", "--test-concurrency=1"]).args(tests).run()?)
}

/// Makes the reports: every sender, receiver and codec; what new keys cost frames.
pub(crate) fn reports(workspace: &Workspace) -> Result<()> {
    for report in ["demo/e2e/matrix.ts", "demo/e2e/pauses.ts"] {
        with_browsers(workspace)?.arg(report).run()?;
    }
    Ok(())
}

/// Records the fixture frames.
pub(crate) fn record(workspace: &Workspace) -> Result<()> {
    program::install(workspace, &[Program::Ffmpeg])?;
    Ok(with_browsers(workspace)?.arg("demo/e2e/record.ts").run()?)
}

/// Node, able to run TypeScript.
fn node(workspace: &Workspace) -> Cmd<'_> {
    let shell = workspace.shell();
    cmd!(shell, "node --import tsx")
}

/// The same, after everything is built and with browsers to drive.
fn with_browsers(workspace: &Workspace) -> Result<Cmd<'_>> {
    program::install(workspace, &[Program::Chromium, Program::Firefox])?;
    build::everything(workspace)?;
    let chromium = Program::Chromium.path().context("no Chromium on the PATH")?;
    let firefox = Program::Firefox.path().context("no Firefox on the PATH")?;
    Ok(node(workspace).env("CHROMIUM", chromium).env("FIREFOX", firefox))
}

fn tests_in(workspace: &Workspace, folder: &str) -> Result<Vec<PathBuf>> {
    let mut files = workspace.shell().read_dir(folder)?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.ts"));
    ensure!(!files.is_empty(), "no tests in {folder}");
    Ok(files)
}
