//! The TypeScript programs: tests in Node, and those that drive browsers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use xshell::{Cmd, cmd};

use crate::program::{self, Program};
use crate::workspace::Workspace;
use crate::{build, cipher, prerequisite, servers};

/// Runs the tests of the package and of the page that need no browser.
pub(crate) fn package_tests(workspace: &Workspace) -> Result<()> {
    prerequisite::npm_packages(workspace)?;
    let mut tests = tests_in(workspace, "worker/js/test")?;
    tests.append(&mut tests_in(workspace, "demo/page/call/test")?);
    tests.append(&mut tests_in(workspace, "demo/page/ui/test")?);
    Ok(node(workspace).arg("--test").args(tests).run()?)
}

/// Makes the vectors of the key exchange again, without our code.
pub(crate) fn vector_tests(workspace: &Workspace) -> Result<()> {
    prerequisite::npm_packages(workspace)?;
    Ok(node(workspace).arg("--test").args(tests_in(workspace, "keymgmt/vectors")?).run()?)
}

/// Browser tests that prove the same on a machine that is busy with others of them. Those that are not
/// here measure time, or fill two cores by themselves.
const SIDE_BY_SIDE: [&str; 15] = [
    "admission",
    "browser-facts",
    "bundlers",
    "cipher",
    "connection",
    "conversation",
    "crowd",
    "lockout",
    "look",
    "old-browsers",
    "package",
    "recording",
    "secrets",
    "tap",
    "webkit",
];

/// Examples that run with the browser tests, side by side: those that are the most unlike each other.
const SOME_EXAMPLES: [&str; 6] =
    ["01-two-tabs", "02-safety-numbers", "05-peerjs", "06-simple-peer", "12-react", "readmes"];

/// Runs the browser tests: some side by side, then each of the others by itself.
pub(crate) fn browser_tests(workspace: &Workspace) -> Result<()> {
    let programs = [Program::Ffmpeg, Program::Janus, Program::NatsServer, Program::WebKit];
    prepare(workspace, &programs)?;
    build::archive(workspace)?;
    cipher::module(workspace)?;
    let (mut together, alone): (Vec<_>, Vec<_>) =
        tests_in(workspace, "e2e")?.into_iter().partition(|file| is_one_of(&SIDE_BY_SIDE, file));
    let examples = tests_in(workspace, EXAMPLES)?.into_iter();
    together.extend(examples.filter(|file| is_one_of(&SOME_EXAMPLES, file)));
    let run = |concurrency: &str, files: Vec<PathBuf>| -> Result<()> {
        let concurrency = format!("--test-concurrency={concurrency}");
        Ok(node_with_browsers(workspace)?.args(["--test", &concurrency]).args(files).run()?)
    };
    // What fails side by side does not keep the others from being run.
    let outcomes = [run("2", together), run("1", alone)];
    outcomes.into_iter().collect()
}

fn is_one_of(tests: &[&str], file: &Path) -> bool {
    let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
    tests.iter().any(|test| name.strip_suffix(".test.ts") == Some(test))
}

/// What is measured in browsers, and written to `target/e2e/`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Report {
    /// Every sender, receiver and codec
    Matrix,
    /// How long frames wait for new keys
    Pauses,
    /// How old pictures are when they are shown, by every way that they can take
    Latency,
    /// A call over a network that loses 5 % of all packets
    Loss,
    /// Sealed calls in old and new browsers, and connections that are protected late
    Browsers,
    /// Sealed calls of one application by every bundler, and under strict policies
    Bundlers,
    /// How long it takes from nothing to a sealed call in a new application, command by command
    FirstCall,
    /// Sealed frames through media servers, packetizers, muxers and parsers
    Servers,
    /// The tests of crossing changes, new keys and pictures that stand still, with more of each
    Long,
    /// Every example, sealed and as it was before
    Examples,
    /// Records of calls in every codec: opened with the keys of a member, and made by a member
    Archive,
    /// Half an hour of a recorder: its memory, and its processor time beside Chromium's
    ArchiveSoak,
}

/// Makes one report, or all of them.
pub(crate) fn report(
    workspace: &Workspace,
    report: Option<Report>,
    options: &[String],
) -> Result<()> {
    let reports = report.map_or_else(|| Report::value_variants().to_vec(), |report| vec![report]);
    reports.into_iter().try_for_each(|report| {
        let (script, programs): (_, &[Program]) = match report {
            Report::Long => return long_tests(workspace),
            Report::Examples => return example_tests(workspace),
            Report::Archive => return archive_tests(workspace),
            Report::Servers => return servers::run(workspace, options),
            Report::Matrix => ("e2e/matrix.ts", &[]),
            Report::Pauses => ("e2e/pauses.ts", &[]),
            Report::Latency => ("e2e/latency.ts", &[Program::Janus]),
            Report::Browsers => ("e2e/browsers.ts", &[]),
            Report::Bundlers => ("e2e/bundlers.ts", &[]),
            Report::FirstCall => ("e2e/first-call.ts", &[]),
            Report::ArchiveSoak => {
                build::archive(workspace)?;
                ("e2e/archive-soak.ts", &[])
            }
            Report::Loss => ("e2e/loss.ts", &[Program::Tc, Program::Nft]),
        };
        prepare(workspace, programs)?;
        Ok(node_with_browsers(workspace)?.arg(script).args(options).run()?)
    })
}

fn long_tests(workspace: &Workspace) -> Result<()> {
    prepare(workspace, &[])?;
    let tests = ["e2e/glare.test.ts", "e2e/rotation.test.ts", "e2e/standstill.test.ts"];
    let node = node_with_browsers(workspace)?.env("LONG", "yes");
    Ok(node.args(["--test", "--test-concurrency=1"]).args(tests).run()?)
}

fn archive_tests(workspace: &Workspace) -> Result<()> {
    prepare(workspace, &[Program::Ffmpeg, Program::Janus])?;
    build::archive(workspace)?;
    let node = node_with_browsers(workspace)?.env("LONG", "yes");
    Ok(node.args(["--test", "e2e/archive.test.ts"]).run()?)
}

fn example_tests(workspace: &Workspace) -> Result<()> {
    prepare(workspace, &[Program::Janus, Program::NatsServer])?;
    let tests = tests_in(workspace, EXAMPLES)?;
    Ok(node_with_browsers(workspace)?.args(["--test", "--test-concurrency=1"]).args(tests).run()?)
}

/// Where the examples' tests are.
const EXAMPLES: &str = "examples/test";

/// Runs a bench that drives browsers.
pub(crate) fn bench(workspace: &Workspace, script: &str, options: &[String]) -> Result<()> {
    let in_webkit = options.iter().any(|option| option.ends_with("webkit"));
    prepare(workspace, if in_webkit { &[Program::WebKit] } else { &[] })?;
    build::test_pages(workspace, "benches/browser")?;
    Ok(node_with_browsers(workspace)?.arg(script).args(options).run()?)
}

/// Records the fixture frames.
pub(crate) fn record(workspace: &Workspace) -> Result<()> {
    program::install(workspace, &[Program::Ffmpeg])?;
    prepare(workspace, &[])?;
    Ok(node_with_browsers(workspace)?.arg("e2e/record.ts").run()?)
}

/// Node, able to run TypeScript.
pub(crate) fn node(workspace: &Workspace) -> Cmd<'_> {
    let shell = workspace.shell();
    cmd!(shell, "node --import tsx")
}

/// Builds everything and sees to browsers, and to other `programs` to talk to.
fn prepare(workspace: &Workspace, programs: &[Program]) -> Result<()> {
    program::install(workspace, &[&[Program::Chromium, Program::Firefox], programs].concat())?;
    build::everything(workspace)
}

/// Node that is told where all that is.
fn node_with_browsers(workspace: &Workspace) -> Result<Cmd<'_>> {
    let chromium = Program::Chromium.path().context("no Chromium on the PATH")?;
    let firefox = Program::Firefox.path().context("no Firefox on the PATH")?;
    Ok(node(workspace)
        .env("CHROMIUM", chromium)
        .env("FIREFOX", firefox)
        .env("ARCHIVE", workspace.target("debug/frameseal"))
        .env("DEMO_SERVER", workspace.target("debug/frameseal-demo"))
        .env("PATH", program::search_path()))
}

fn tests_in(workspace: &Workspace, folder: &str) -> Result<Vec<PathBuf>> {
    let mut files = workspace.shell().read_dir(folder)?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.ts"));
    ensure!(!files.is_empty(), "no tests in {folder}");
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_run_side_by_side_are_there() {
        let workspace = Workspace::load().unwrap();
        for (folder, tests) in [("e2e", &SIDE_BY_SIDE[..]), (EXAMPLES, &SOME_EXAMPLES[..])] {
            let files = tests_in(&workspace, folder).unwrap();
            let found = files.iter().filter(|file| is_one_of(tests, file)).count();
            assert_eq!(found, tests.len());
        }
    }
}
