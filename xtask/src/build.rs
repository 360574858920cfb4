//! Builds the wasm module, the npm package around it, the demo, and what the tests run in browsers.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Map, Value};
use wasm_bindgen_cli_support::Bindgen;
use xshell::cmd;

use crate::prerequisite::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// Where the npm package keeps the wasm module and its glue.
pub(crate) const WASM_DIR: &str = "worker/js/wasm";

/// Builds all that there is to build.
pub(crate) fn everything(workspace: &Workspace) -> Result<()> {
    npm_package(workspace)?;
    let shell = workspace.shell();
    cmd!(shell, "node demo/build.mjs").run()?;
    cmd!(shell, "cargo build --package frameseal-demo").run()?;
    test_pages(workspace, "e2e")
}

/// Builds the program that records calls, and opens recordings.
pub(crate) fn archive(workspace: &Workspace) -> Result<()> {
    Ok(cmd!(workspace.shell(), "cargo build --package frameseal-archive").run()?)
}

/// Bundles the pages and workers of `folder`, which is one that drives browsers.
pub(crate) fn test_pages(workspace: &Workspace, folder: &str) -> Result<()> {
    let shell = workspace.shell();
    Ok(cmd!(shell, "node e2e/build.mjs {folder}").run()?)
}

/// Builds `worker/js/dist/`.
pub(crate) fn npm_package(workspace: &Workspace) -> Result<()> {
    wasm_module(workspace)?;
    let shell = workspace.shell();
    Ok(cmd!(shell, "node worker/js/build.mjs").run()?)
}

/// Compiles the worker crate and writes it with its JavaScript glue to [`WASM_DIR`], then makes it
/// smaller.
pub(crate) fn wasm_module(workspace: &Workspace) -> Result<()> {
    prerequisite::npm_packages(workspace)?;
    let module = compile(workspace, "frameseal-worker")?;
    let folder = workspace.path(WASM_DIR);
    bindgen(&module, "frameseal")?.generate(&folder).context("wasm-bindgen failed")?;
    let module = folder.join("frameseal_bg.wasm");
    optimize(workspace, &module, &[])?;
    shorten_names(workspace, &module, &folder.join("frameseal.js"))
}

/// Gives the module's imports and exports names of one or two letters, in its glue, too: 2 KiB of
/// JavaScript are nothing but names. What exports have become is in `names.json`.
fn shorten_names(workspace: &Workspace, module: &Path, glue: &Path) -> Result<()> {
    let shell = workspace.shell();
    let printed = cmd!(shell, "npx --no wasm-opt -- {module} --output {module}")
        .arg("--minify-imports-and-exports-and-modules")
        .read()?;
    let names: ShortNames = serde_json::from_str(&printed).context("no names from wasm-opt")?;
    let mut text = shell.read_file(glue)?;
    for (_, long, short) in &names.imports {
        text = text
            .replace(&format!("        {long}: function"), &format!("        {short}: function"));
    }
    text = text.replace("\"./frameseal_bg.js\": import0", "a: import0");
    for (long, short) in &names.exports {
        for end in ["(", ".", ";"] {
            text = text.replace(&format!("wasm.{long}{end}"), &format!("wasm.{short}{end}"));
        }
    }
    // The one session lives as long as its worker: nobody waits for its end.
    let of_registry = ["SessionFinalization", "{ register: ", "new FinalizationRegistry("];
    let lines = text.lines().filter(|line| !of_registry.iter().any(|part| line.contains(part)));
    text = lines.collect::<Vec<_>>().join("\n");
    let exports = names.exports.into_iter().map(|(long, short)| (long, Value::from(short)));
    let exports: Map<_, _> = exports.collect();
    for long in exports.keys() {
        ensure!(!text.contains(&format!("wasm.{long}")), "the glue still says wasm.{long}");
    }
    shell.write_file(glue.with_file_name("names.json"), serde_json::to_string(&exports)?)?;
    Ok(shell.write_file(glue, text)?)
}

/// What wasm-opt prints: each name and what it has become.
#[derive(Deserialize)]
struct ShortNames {
    imports: Vec<(String, String, String)>,
    exports: Vec<(String, String)>,
}

/// Compiles a package to a wasm module; returns where it is.
pub(crate) fn compile(workspace: &Workspace, package: &str) -> Result<PathBuf> {
    require_one_wasm_bindgen(workspace)?;
    prerequisite::wasm_target(workspace)?;
    let shell = workspace.shell();
    let short_paths = remap_dependencies(workspace)?;
    cmd!(shell, "cargo build -p {package} --lib --target {WASM_TARGET} --profile wasm")
        .args(["--config", &short_paths])
        .run()?;
    let name = package.replace('-', "_");
    Ok(workspace.target(&format!("{WASM_TARGET}/wasm/{name}.wasm")))
}

/// The generator of glue for a module, with its settings.
pub(crate) fn bindgen(module: &Path, name: &str) -> Result<Bindgen> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .web(true)?
        .out_name(name)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    Ok(bindgen)
}

/// Makes a module smaller, with `options` besides.
pub(crate) fn optimize(workspace: &Workspace, module: &Path, options: &[&str]) -> Result<()> {
    // What `-Oz` does beyond is slower, and no smaller. Rust puts the end of its stack where memory
    // begins, so no address that is computed there wraps around.
    let shell = workspace.shell();
    cmd!(shell, "npx --no wasm-opt -- {module} --output {module} --low-memory-unused")
        .args(["--merge-similar-functions", "-Os", "--const-hoisting"])
        .args(["--reorder-functions", "--reorder-locals"])
        .args(options)
        .run()?;
    Ok(())
}

/// Returns the setting that has panics name a dependency's file from its folder on: shorter, and
/// the same on every machine.
fn remap_dependencies(workspace: &Workspace) -> Result<String> {
    let dependency = workspace.package("wasm-bindgen")?;
    let folder = dependency.manifest_path.ancestors().nth(2).context("it has no folder")?;
    Ok(format!("target.{WASM_TARGET}.rustflags = ['--remap-path-prefix={folder}/=']"))
}

/// The generator of the glue reads only what the macros of its own version wrote.
fn require_one_wasm_bindgen(workspace: &Workspace) -> Result<()> {
    let macros = workspace.version_of("wasm-bindgen")?;
    let generator = workspace.version_of("wasm-bindgen-cli-support")?;
    ensure!(
        macros == generator,
        "Cargo.lock has wasm-bindgen {macros} and wasm-bindgen-cli-support {generator}; \
         give both one version: the second is fixed in xtask/Cargo.toml"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_has_one_wasm_bindgen() {
        require_one_wasm_bindgen(&Workspace::load().unwrap()).unwrap();
    }
}
