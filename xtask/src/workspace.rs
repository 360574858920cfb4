//! The workspace: where it lies, what it depends on, and a shell to work in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use cargo_metadata::{Metadata, MetadataCommand, Package};
use xshell::Shell;

/// The Cargo workspace that this program was built in.
pub(crate) struct Workspace {
    metadata: Metadata,
    shell: Shell,
}

impl Workspace {
    /// Reads the manifests and `Cargo.lock`.
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml"))
            .exec()
            .context("cargo metadata failed")?;
        let shell = Shell::new()?;
        shell.change_dir(&metadata.workspace_root);
        Ok(Self { metadata, shell })
    }

    /// A shell whose folder is the workspace's root. Changing folder in it must be undone.
    pub(crate) fn shell(&self) -> &Shell {
        &self.shell
    }

    /// `path` inside the workspace.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.metadata.workspace_root.join(path).into()
    }

    /// `path` inside Cargo's target folder.
    pub(crate) fn target(&self, path: &str) -> PathBuf {
        self.metadata.target_directory.join(path).into()
    }

    /// The workspace's own crates.
    pub(crate) fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// Every package of the lock file, with its manifest.
    pub(crate) fn packages(&self) -> &[Package] {
        &self.metadata.packages
    }

    /// Dependency `name`, of the lock file.
    pub(crate) fn package(&self, name: &str) -> Result<&Package> {
        let package = self.packages().iter().find(|package| package.name == name);
        package.with_context(|| format!("Cargo.lock has no {name}"))
    }

    /// The version of dependency `name` in the lock file.
    pub(crate) fn version_of(&self, name: &str) -> Result<&Version> {
        Ok(&self.package(name)?.version)
    }
}
