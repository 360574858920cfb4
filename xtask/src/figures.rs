//! Prints the figures that the README states.

use anyhow::Result;
use xshell::cmd;

use crate::workspace::Workspace;
use crate::{build, package};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build::npm_package(workspace)?;
    println!("## Size of the package\n");
    package::sizes(workspace)?;

    println!("\n## Bytes added to a frame\n");
    let shell = workspace.shell();
    Ok(cmd!(shell, "cargo run --quiet -p frameseal-sframe --example overhead").quiet().run()?)
}
