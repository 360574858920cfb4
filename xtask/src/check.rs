//! What holds for the sources before any test runs.

use std::fs;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Package;
use cargo_metadata::semver::Version;
use xshell::cmd;

use crate::build;
use crate::functions;
use crate::package;
use crate::prerequisite::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// The TypeScript projects.
const PROJECTS: [&str; 15] = [
    "worker/js",
    "worker/js/src/worker",
    "worker/js/test",
    "demo/page",
    "demo/page/ui/test",
    "demo/page/call/test",
    "demo/page/inspect/worker",
    "e2e",
    "e2e/workers",
    "examples",
    "interop/peers",
    "benches/browser",
    "benches/browser/workers",
    "keymgmt/vectors",
    "aes-gcm-simd128/verification",
];

/// Most bytes that what a page waits for may have before compression: files of the package,
/// together.
const CEILINGS: [(&[&str], u64); 3] = [
    (&["frameseal_bg.wasm"], 312 * 1024),
    (&["frameseal.js", "frameseal.worker.js"], 36 * 1024),
    (&["install.js", "negotiation.js"], 6 * 1024),
];

/// Checks everything; stops at the first complaint.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    cmd!(shell, "cargo fmt --all --check").run()?;
    dependencies_keep_our_rust_version(workspace)?;
    keys_stand_in_one_place(workspace)?;
    promises_have_tests(workspace)?;
    functions::run(workspace)?;
    clippy(workspace)?;
    cmd!(shell, "cargo doc --workspace --no-deps --all-features")
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    types(workspace)?;
    package_is_small(workspace)?;
    package::check(workspace)
}

/// What a key ID tells of keys is read by the crates that seal and manage keys, and by no other.
fn keys_stand_in_one_place(workspace: &Workspace) -> Result<()> {
    for folder in ["session", "worker/src", "simulation"] {
        for file in functions::sources(&workspace.path(folder))? {
            let text = fs::read_to_string(&file)?;
            for name in ["KeyIdLayout", "STEPS", "GENERATIONS"] {
                ensure!(!text.contains(name), "{} reads key IDs: {name}", file.display());
            }
        }
    }
    Ok(())
}

/// Each row of promises in the threat model names a test, and the tests that it names are there.
fn promises_have_tests(workspace: &Workspace) -> Result<()> {
    let page = "docs/threat-model.md";
    let text = fs::read_to_string(workspace.path(page))?;
    let rows = text.lines().filter(|line| line.starts_with("| **"));
    for row in rows {
        let named: Vec<_> = row.split('`').skip(1).step_by(2).filter_map(file_of_test).collect();
        ensure!(!named.is_empty(), "{page} names no test: {row}");
        for file in named {
            ensure!(
                workspace.path(&file).exists(),
                "{page} names a test that is not there: {file}"
            );
        }
    }
    Ok(())
}

/// The file of a test that the threat model names: by its path, or as a scenario of the simulation.
fn file_of_test(name: &str) -> Option<String> {
    if let Some(scenario) = name.strip_prefix("insider::") {
        return Some(format!("simulation/tests/scenarios/insider/{scenario}.rs"));
    }
    let is_file = [".rs", ".ts"].iter().any(|ending| name.ends_with(ending));
    is_file.then(|| name.to_owned())
}

fn clippy(workspace: &Workspace) -> Result<()> {
    prerequisite::wasm_target(workspace)?;
    let shell = workspace.shell();
    cmd!(shell, "cargo clippy --workspace --all-targets --all-features -- -D warnings").run()?;
    let compiled = ["-p", "aes-gcm-simd128", "-p", "frameseal-sframe", "-p", "frameseal-worker"];
    cmd!(shell, "cargo clippy {compiled...} --target {WASM_TARGET}")
        .args(["--all-features", "--", "-D", "warnings"])
        .run()?;
    Ok(())
}

/// Checks the types of every project, against the declarations that the build generates.
fn types(workspace: &Workspace) -> Result<()> {
    build::npm_package(workspace)?;
    let shell = workspace.shell();
    for project in PROJECTS {
        cmd!(shell, "npx --no tsc -- --noEmit --project {project}").run()?;
    }
    Ok(())
}

/// Holds the README's promise; what was just built counts.
fn package_is_small(workspace: &Workspace) -> Result<()> {
    let products = workspace.path("worker/js/dist");
    for (files, ceiling) in CEILINGS {
        let sizes = files.iter().map(|file| Ok(fs::metadata(products.join(file))?.len()));
        let size = sizes.sum::<Result<u64>>()?;
        let files = files.join(" and ");
        ensure!(size <= ceiling, "{files} have {size} bytes, over {ceiling}");
    }
    Ok(())
}

/// Every dependency has to compile with the Rust that our manifests promise.
fn dependencies_keep_our_rust_version(workspace: &Workspace) -> Result<()> {
    let packages = workspace.packages();
    let ours = packages
        .iter()
        .find_map(|package| package.rust_version.as_ref().filter(|_| package.source.is_none()))
        .context("the workspace has no rust-version")?;
    let newer = needing_more_than(ours, packages);
    ensure!(newer.is_empty(), "rust-version is {ours}, but {} need more", newer.join(", "));
    Ok(())
}

fn needing_more_than(ours: &Version, packages: &[Package]) -> Vec<String> {
    packages
        .iter()
        .filter_map(|package| {
            let theirs = package.rust_version.as_ref().filter(|theirs| *theirs > ours)?;
            Some(format!("{} {} (Rust {theirs})", package.name, package.version))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, rust_version: Option<&str>) -> Package {
        let manifest = serde_json::json!({
            "name": name, "version": "1.2.3", "id": name, "rust_version": rust_version,
            "dependencies": [], "targets": [], "features": {}, "manifest_path": "Cargo.toml",
        });
        serde_json::from_value(manifest).unwrap()
    }

    #[test]
    fn finds_the_dependencies_that_need_a_newer_rust() {
        let packages = [
            package("silent", None),
            package("older", Some("1.63")),
            package("equal", Some("1.89.0")),
            package("newer", Some("1.89.1")),
        ];
        let ours = Version::new(1, 89, 0);
        assert_eq!(needing_more_than(&ours, &packages), ["newer 1.2.3 (Rust 1.89.1)"]);
    }
}
