//! What the commands need beside Cargo: put in place before they start.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use xshell::cmd;

use crate::program::{self, Program};
use crate::workspace::Workspace;

/// The compilation target of the wasm module.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Adds the standard library of [`WASM_TARGET`] to the toolchain in use.
pub(crate) fn wasm_target(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    let libraries =
        cmd!(shell, "rustc --print target-libdir --target {WASM_TARGET}").quiet().read()?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    if which::which("rustup").is_err() {
        bail!("this Rust cannot compile for {WASM_TARGET}; install rustup from https://rustup.rs");
    }
    Ok(cmd!(shell, "rustup target add {WASM_TARGET}").run()?)
}

/// Installs the npm packages that the workspace's `package-lock.json` names.
pub(crate) fn npm_packages(workspace: &Workspace) -> Result<()> {
    npm_packages_of(workspace, ".")
}

/// Installs the npm packages that the `package-lock.json` of a folder names.
pub(crate) fn npm_packages_of(workspace: &Workspace, folder: &str) -> Result<()> {
    program::install(workspace, &[Program::Node])?;

    // npm leaves no exact record of what it installed, so we keep the lock file beside it.
    let folder = workspace.path(folder);
    let lock = fs::read(folder.join("package-lock.json"))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let shell = workspace.shell();
    cmd!(shell, "npm ci --prefix {folder}").run()?;
    Ok(fs::write(installed, lock)?)
}

/// Installs the Python packages that scripts of `interop/peers/` need; returns where they are.
pub(crate) fn python_packages(workspace: &Workspace) -> Result<PathBuf> {
    let wanted = fs::read(workspace.path("interop/peers/requirements.txt"))?;
    let packages = workspace.target("interop/python");
    let installed = packages.join("requirements.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(packages);
    }
    let shell = workspace.shell();
    cmd!(shell, "python3 -m pip install --quiet --disable-pip-version-check --upgrade")
        .args(["--target".as_ref(), packages.as_os_str()])
        .args(["--requirement", "interop/peers/requirements.txt"])
        .run()?;
    fs::write(installed, wanted)?;
    Ok(packages)
}

/// Installs what Cargo hands wasm tests to, in the version of the locked `wasm-bindgen`.
pub(crate) fn wasm_test_runner(workspace: &Workspace) -> Result<PathBuf> {
    program::install(workspace, &[Program::Node])?;
    let version = workspace.version_of("wasm-bindgen")?.to_string();
    let tools = workspace.target(&format!("tools/wasm-bindgen-{version}"));
    let runner = tools.join("bin/wasm-bindgen-test-runner");
    if !runner.is_file() {
        let shell = workspace.shell();
        cmd!(shell, "cargo install wasm-bindgen-cli --version ={version} --root {tools}")
            .args(["--bin", "wasm-bindgen-test-runner", "--no-default-features", "--debug"])
            .run()?;
    }
    Ok(runner)
}

/// Installs the `cargo fuzz` subcommand.
pub(crate) fn cargo_fuzz(workspace: &Workspace) -> Result<()> {
    if which::which("cargo-fuzz").is_ok() {
        return Ok(());
    }
    let shell = workspace.shell();
    Ok(cmd!(shell, "cargo install cargo-fuzz --locked --debug").run()?)
}
