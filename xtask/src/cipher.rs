//! Verifies the compiled cipher: see `aes-gcm-simd128/docs/verification.md`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;
use xshell::{Cmd, cmd};

use crate::script;
use crate::workspace::Workspace;
use crate::{build, prerequisite};

/// What is verified; each check writes a file to target/cipher/.
#[derive(Debug, Subcommand)]
pub(crate) enum Check {
    /// Lists what every memory access and branch depends on; fails at a secret
    ConstantTime,
    /// Compares times of calls with a fixed key and with random ones
    Dudect {
        /// Of each subject
        #[arg(long, default_value_t = 1_000_000)]
        measurements: usize,
    },
    /// Compares seeded cases with crate `aes-gcm`
    Differential {
        #[arg(long, default_value_t = 10_000_000)]
        cases: u64,
        /// Of the first case; each next one has the next
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

pub(crate) fn run(workspace: &Workspace, check: &Check) -> Result<()> {
    match check {
        Check::ConstantTime => constant_time(workspace),
        Check::Dudect { measurements } => dudect(workspace, *measurements),
        Check::Differential { cases, seed } => differential(workspace, *cases, *seed),
    }
}

/// Looks at what the compiler made, and at what `wasm-opt` made of that.
pub(crate) fn constant_time(workspace: &Workspace) -> Result<()> {
    let glue = module(workspace)?;
    let program = program(workspace, "constant-time").arg(json(workspace, "constant-time"));
    Ok(program.args([compiled(&glue), optimized(&glue)]).run()?)
}

fn dudect(workspace: &Workspace, measurements: usize) -> Result<()> {
    let glue = module(workspace)?;
    let program = program(workspace, "dudect").args([glue, json(workspace, "dudect")]);
    Ok(program.args(["--measurements", &measurements.to_string()]).run()?)
}

fn differential(workspace: &Workspace, cases: u64, seed: u64) -> Result<()> {
    let glue = module(workspace)?;
    let script = script::node(workspace).arg("aes-gcm-simd128/verification/differential.ts");
    let script = script.args([glue, json(workspace, "differential")]);
    Ok(script.args([cases.to_string(), seed.to_string()]).run()?)
}

/// Builds the module as the shipped one is built, but for its names; returns its glue.
pub(crate) fn module(workspace: &Workspace) -> Result<PathBuf> {
    prerequisite::npm_packages(workspace)?;
    let glue = glue(workspace)?;
    fs::copy(optimized(&glue), compiled(&glue))?;
    build::optimize(workspace, &optimized(&glue), &["--debuginfo"])?;
    Ok(glue)
}

fn glue(workspace: &Workspace) -> Result<PathBuf> {
    let module = build::compile(workspace, PACKAGE)?;
    let folder = workspace.shell().create_dir(workspace.target("cipher"))?;
    build::bindgen(&module, "cipher")?.remove_name_section(false).generate(&folder)?;
    Ok(folder.join("cipher.js"))
}

/// Where the module lies before `wasm-opt`.
fn compiled(glue: &Path) -> PathBuf {
    glue.with_file_name("compiled.wasm")
}

fn optimized(glue: &Path) -> PathBuf {
    glue.with_file_name("cipher_bg.wasm")
}

/// The file that a check writes.
fn json(workspace: &Workspace, check: &str) -> PathBuf {
    workspace.target(&format!("cipher/{check}.json"))
}

fn program<'a>(workspace: &'a Workspace, name: &str) -> Cmd<'a> {
    let shell = workspace.shell();
    cmd!(shell, "cargo run --quiet -p {PACKAGE} --bin {name} --")
}

const PACKAGE: &str = "aes-gcm-simd128-verification";
