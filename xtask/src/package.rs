//! The npm package: packs it, checks it, and writes the reference of what it exports.

use anyhow::Result;
use xshell::cmd;

use crate::build;
use crate::prerequisite;
use crate::size::Size;
use crate::workspace::Workspace;

/// What the package gives to applications, smallest first.
const PRODUCTS: [&str; 4] =
    ["frameseal.js", "frameseal.worker.js", "frameseal_bg.wasm", "frameseal.worker.single.js"];

/// Checks what the package shows to applications. Its npm packages are apart: several are TypeScript.
const PUBLISHED: &str = "worker/js/published";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build::npm_package(workspace)?;
    let shell = workspace.shell();
    cmd!(shell, "node worker/js/pack.mjs").run()?;

    println!();
    sizes(workspace)
}

/// Checks the package as applications get it, and that the reference is of its types; what was just
/// built counts.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    prerequisite::npm_packages_of(workspace, PUBLISHED)?;
    let shell = workspace.shell();
    cmd!(shell, "node worker/js/published/check.mjs").run()?;
    Ok(cmd!(shell, "node worker/js/published/reference.mjs --check").run()?)
}

/// Writes `docs/reference/`.
pub(crate) fn reference(workspace: &Workspace) -> Result<()> {
    build::npm_package(workspace)?;
    prerequisite::npm_packages_of(workspace, PUBLISHED)?;
    let shell = workspace.shell();
    Ok(cmd!(shell, "node worker/js/published/reference.mjs").run()?)
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
