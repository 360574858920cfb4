//! Finds out which memory accesses and branches of the compiled cipher depend on secrets.
//!
//! It interprets the module, and with every byte it keeps where that comes from: see
//! `aes-gcm-simd128/docs/verification.md` for what this shows.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "WebAssembly's integers are reinterpreted and cut short; the program may end at a fault"
)]

extern crate alloc;

mod analysis;
mod cipher;
mod instruction;
mod machine;
mod memory;
mod module;
mod report;
mod value;

use alloc::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use self::module::Module;

/// Prints what it finds, fails at a leak, and writes all memory accesses and branches as JSON.
#[derive(Debug, Parser)]
struct Options {
    /// The file to write
    json: PathBuf,
    /// Modules to look at
    #[arg(required = true)]
    modules: Vec<PathBuf>,
}

fn main() -> Result<()> {
    let Options { json, modules } = Options::parse();
    let mut reports = BTreeMap::new();
    for path in modules {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let module = Module::parse(&fs::read(&path)?)?;
        let report = analysis::analyze(&module).with_context(|| name.clone())?;
        println!("{name}\n\n{report}\n");
        reports.insert(name, report);
    }
    fs::write(&json, serde_json::to_vec_pretty(&reports)?)?;
    println!("written to {}", json.display());
    Ok(())
}

#[cfg(test)]
mod tests;
