//! Writes what is made from Rust and checked in: vectors of the key exchange, constants of the package.

use anyhow::Result;
use xshell::cmd;

use crate::script;
use crate::workspace::Workspace;

/// Writes them with our code, and makes the vectors again without it.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    cmd!(shell, "cargo test -p frameseal-keymgmt --lib vectors")
        .env("FRAMESEAL_VECTORS", workspace.path("keymgmt/vectors/keymgmt.json"))
        .run()?;
    cmd!(shell, "cargo test -p frameseal-worker --lib constants")
        .env("FRAMESEAL_CONSTANTS", "write")
        .run()?;
    script::vector_tests(workspace)
}
