//! Short names for what the wasm module and its glue call each other by, as nobody else does.

use alloc::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use regex::Regex;
use serde::Deserialize;

/// What `wasm-opt --minify-imports-and-exports-and-modules` prints: module, old and new name of each
/// import, old and new name of each export.
#[derive(Debug, Deserialize)]
pub(crate) struct ShortNames {
    imports: Vec<(String, String, String)>,
    exports: Vec<(String, String)>,
}

impl ShortNames {
    pub(crate) fn parse(printed: &str) -> Result<Self> {
        serde_json::from_str(printed).context("wasm-opt printed no names")
    }

    /// Puts them into the glue and its declarations, and keeps those of exports in `names.json` for
    /// tests that get between the two.
    pub(crate) fn apply(self, folder: &Path) -> Result<()> {
        let exports: BTreeMap<_, _> = self.exports.into_iter().collect();
        let imports: BTreeMap<_, _> =
            self.imports.into_iter().map(|(_, old, new)| (old, new)).collect();
        rewrite(&folder.join("frameseal.js"), |glue| {
            let glue = rename(r"\bwasm\.(?<name>\w+)", &glue, &exports)?;
            let glue = glue.replace(&format!("\"{MODULE}\":"), SHORT_MODULE);
            let glue = rename(r"(?m)^\s+(?<name>__wb\w+): function", &glue, &imports)?;
            let missed = imports.keys().find(|name| glue.contains(*name));
            ensure!(missed.is_none(), "the glue still has {missed:?}");
            Ok(glue)
        })?;
        rewrite(&folder.join("frameseal.d.ts"), |declarations| {
            rename(r"(?m)^    readonly (?<name>\w+):", &declarations, &exports)
        })?;
        Ok(fs::write(folder.join("names.json"), serde_json::to_string_pretty(&exports)?)?)
    }
}

/// What wasm-bindgen calls the module of all imports.
const MODULE: &str = "./frameseal_bg.js";

/// What `wasm-opt` calls the only one.
const SHORT_MODULE: &str = "a:";

fn rewrite(path: &Path, edit: impl FnOnce(String) -> Result<String>) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(fs::write(path, edit(text)?)?)
}

/// Gives each `name` that the pattern finds its new one, if it has one.
fn rename(pattern: &str, text: &str, names: &BTreeMap<String, String>) -> Result<String> {
    let mut renamed = String::new();
    let mut rest = 0;
    for found in Regex::new(pattern)?.captures_iter(text) {
        let name = found.name("name").context("the pattern has no name")?;
        let Some(new) = names.get(name.as_str()) else {
            continue;
        };
        renamed.push_str(&text[rest..name.start()]);
        renamed.push_str(new);
        rest = name.end();
    }
    renamed.push_str(&text[rest..]);
    Ok(renamed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = r#"{
        "imports": [["./frameseal_bg.js", "__wbg_length_186163212ffe79c3", "a"]],
        "exports": [["session_see", "b"], ["session_seal", "c"], ["memory", "d"], ["a", "e"]]
    }"#;

    #[test]
    fn names_are_short_wherever_module_and_glue_meet() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name| folder.path().join(name);
        fs::write(
            file("frameseal.js"),
            "wasm.session_see(1); wasm.a; wasm.session_seal; wasm.memory.buffer; memory; wasm.other;
             __wbg_length_186163212ffe79c3: function(arg0) {}
             \"./frameseal_bg.js\": imports",
        )
        .unwrap();
        fs::write(file("frameseal.d.ts"), "    readonly memory: WebAssembly.Memory;").unwrap();

        ShortNames::parse(PRINTED).unwrap().apply(folder.path()).unwrap();

        let read = |name| fs::read_to_string(file(name)).unwrap();
        assert_eq!(
            read("frameseal.js"),
            "wasm.b(1); wasm.e; wasm.c; wasm.d.buffer; memory; wasm.other;
             a: function(arg0) {}
             a: imports",
        );
        assert_eq!(read("frameseal.d.ts"), "    readonly d: WebAssembly.Memory;");
        let names: BTreeMap<String, String> = serde_json::from_str(&read("names.json")).unwrap();
        assert_eq!(names["session_see"], "b");
    }
}
