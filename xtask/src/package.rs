//! Packs the npm package.

use anyhow::Result;
use xshell::cmd;

use crate::build;
use crate::size::Size;
use crate::workspace::Workspace;

/// What the package gives to applications, smallest first.
const PRODUCTS: [&str; 4] = ["frameseal.js", "worker.js", "frameseal_bg.wasm", "worker.single.js"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build::npm_package(workspace)?;

    // npm packs one folder; README and licences are the whole project's.
    let shell = workspace.shell();
    let package = workspace.path("target/package/frameseal");
    shell.remove_path(&package)?;
    shell.create_dir(&package)?;
    for file in ["worker/js/package.json", "README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        shell.copy_file(file, &package)?;
    }
    cmd!(shell, "cp -R worker/js/dist {package}").run()?;
    let destination = workspace.path("target/package");
    cmd!(shell, "npm pack {package} --pack-destination {destination}").run()?;

    println!();
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
