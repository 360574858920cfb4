//! How long functions are: what needs more than a glance wants to be two.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, ItemFn, ItemMod, Signature, TraitItemFn};

use crate::workspace::Workspace;

/// Lines of a function, from `fn` to its closing brace, and where it is.
type Function = (usize, String);

/// Most lines of the median function of a crate, and of any function of it.
const MEDIAN: usize = 7;
const LONGEST: usize = 59;

/// Prints how long functions are, crate by crate, and complains of those that are too long.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    println!("{:<24}{:>10}{:>8}{:>9}  longest", "crate", "functions", "median", "lines");
    let mut complaints = Vec::new();
    for (name, functions) in crates(workspace)? {
        let median = functions.get(functions.len() / 2).map_or(0, |(lines, _)| *lines);
        let Some((longest, place)) = functions.last() else {
            continue;
        };
        println!("{name:<24}{:>10}{median:>8}{longest:>9}  {place}", functions.len());
        if median > MEDIAN || *longest > LONGEST {
            complaints.push(name);
        }
    }
    let complaints = complaints.join(", ");
    ensure!(
        complaints.is_empty(),
        "functions are too long, over {MEDIAN} lines by median or over {LONGEST}: {complaints}"
    );
    Ok(())
}

/// The functions of each crate, the shortest first.
fn crates(workspace: &Workspace) -> Result<Vec<(String, Vec<Function>)>> {
    let packages = workspace.members().into_iter().map(|package| {
        let source = package.manifest_path.with_file_name("src");
        let mut functions = Vec::new();
        for file in sources(source.as_std_path())? {
            functions.extend(functions_of(&file)?);
        }
        functions.sort();
        Ok((package.name.to_string(), functions))
    });
    packages.collect()
}

/// The files of Rust below a folder that are not tests.
pub(crate) fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            files.append(&mut sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

fn functions_of(file: &Path) -> Result<Vec<Function>> {
    let text = fs::read_to_string(file)?;
    let syntax = syn::parse_file(&text).with_context(|| format!("{}", file.display()))?;
    let mut finder = Finder { file: file.to_owned(), functions: Vec::new() };
    finder.visit_file(&syntax);
    Ok(finder.functions)
}

struct Finder {
    file: PathBuf,
    functions: Vec<Function>,
}

impl Finder {
    fn note(&mut self, signature: &Signature, body: &Block) {
        let first = signature.fn_token.span().start().line;
        let last = body.span().end().line;
        let place = format!("{} in {}:{first}", signature.ident, self.file.display());
        self.functions.push((last.saturating_sub(first).saturating_add(1), place));
    }
}

impl Visit<'_> for Finder {
    fn visit_item_mod(&mut self, module: &ItemMod) {
        if !module.attrs.iter().any(is_for_tests) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    list.path.is_ident("cfg") && list.tokens.to_string().contains("test")
}
