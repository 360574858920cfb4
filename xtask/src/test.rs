//! Runs the tests.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use xshell::{Cmd, cmd};

use crate::cipher;
use crate::prerequisite::{self, WASM_TARGET};
use crate::program::{self, Program};
use crate::script;
use crate::workspace::Workspace;

/// Where tests run.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    /// The crates with their documentation's examples, and the npm package in Node
    Native,
    /// The cores compiled to wasm, in Node, and that AES-GCM takes constant time there
    Wasm,
    /// Whole calls in Chromium and Firefox
    Browser,
}

/// Runs the tests of `kind`, or of every kind.
pub(crate) fn run(workspace: &Workspace, kind: Option<Kind>) -> Result<()> {
    let kinds = kind.map_or_else(|| Kind::value_variants().to_vec(), |kind| vec![kind]);
    kinds.into_iter().try_for_each(|kind| match kind {
        Kind::Native => native(workspace),
        Kind::Wasm => wasm(workspace),
        Kind::Browser => script::browser_tests(workspace),
    })
}

fn native(workspace: &Workspace) -> Result<()> {
    program::install(workspace, &[Program::Ffmpeg, Program::NatsServer])?;
    let shell = workspace.shell();
    cmd!(
        shell,
        "cargo test --workspace --features frameseal-sframe/derived-keys,frameseal-sframe/hazmat"
    )
    .env("PATH", program::search_path())
    .run()?;
    // The other AEAD that the core can be built with has to make the same bytes.
    cmd!(shell, "cargo test -p frameseal-sframe --all-features").run()?;
    script::vector_tests(workspace)?;
    script::package_tests(workspace)
}

/// Runs the tests of the cores once more, compiled to what their users run.
fn wasm(workspace: &Workspace) -> Result<()> {
    prerequisite::wasm_target(workspace)?;
    let runner = prerequisite::wasm_test_runner(workspace)?;
    let _runner = workspace.shell().push_env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    let wasm = ["--target", WASM_TARGET];

    // On wasm a file's `#[test]` has to mean `#[wasm_bindgen_test]`, else its tests do not run.
    let seen = names(core_tests(workspace, &wasm))?;
    let mut unseen = names(core_tests(workspace, &[]))?;
    unseen.retain(|name| !seen.contains(name));
    ensure!(unseen.is_empty(), "tests that do not run on wasm: {}", unseen.join(", "));

    core_tests(workspace, &wasm).run()?;
    cipher::constant_time(workspace)
}

fn core_tests<'a>(workspace: &'a Workspace, target: &[&str]) -> Cmd<'a> {
    let shell = workspace.shell();
    let cores = ["-p", "aes-gcm-simd128", "-p", "frameseal-sframe", "-p", "frameseal-keymgmt"];
    cmd!(shell, "cargo test {cores...} --all-features --lib --tests {target...}")
}

/// Names of the tests that `command` would run.
fn names(command: Cmd<'_>) -> Result<Vec<String>> {
    let list = command.args(["--", "--list", "--format", "terse"]).quiet().read()?;
    Ok(list.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}
