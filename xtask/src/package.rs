//! Packs the npm package.

use std::fs;

use anyhow::{Context, Result};
use xshell::cmd;

use crate::build;
use crate::size::Size;
use crate::workspace::Workspace;

/// What the package gives to applications, smallest first.
const PRODUCTS: [&str; 4] = ["frameseal.js", "worker.js", "frameseal_bg.wasm", "worker.single.js"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build::npm_package(workspace)?;
    let destination = workspace.path("target/package");
    fs::create_dir_all(&destination)?;

    // npm packs only what lies in the package's folder.
    let shell = workspace.shell();
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        shell.copy_file(licence, "worker/js/dist/")?;
    }
    let archive =
        cmd!(shell, "npm pack --workspace frameseal --pack-destination {destination}").read()?;
    let archive = archive.lines().last().context("npm pack named no archive")?;

    println!("target/package/{archive}\n");
    sizes(workspace)
}

/// Prints the size of each product as a Markdown table.
pub(crate) fn sizes(workspace: &Workspace) -> Result<()> {
    println!("| file | KiB | gzip | brotli |\n|---|---:|---:|---:|");
    for product in PRODUCTS {
        let size = Size::of(&workspace.path("worker/js/dist").join(product))?;
        println!("| `{product}` | {size} |");
    }
    Ok(())
}
