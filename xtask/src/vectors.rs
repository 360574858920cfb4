//! Writes the test vectors of the key exchange.

use anyhow::Result;
use xshell::cmd;

use crate::script;
use crate::workspace::Workspace;

/// Writes them with our code, and makes them again without it.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    cmd!(shell, "cargo test -p frameseal-keymgmt --lib vectors")
        .env("FRAMESEAL_VECTORS", workspace.path("keymgmt/vectors/keymgmt.json"))
        .run()?;
    script::vector_tests(workspace)
}
