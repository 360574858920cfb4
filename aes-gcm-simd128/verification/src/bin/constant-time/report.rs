//! What was found, for readers and for programs.

use alloc::collections::BTreeMap;
use core::fmt;

use serde::Serialize;

use crate::instruction::Decision;
use crate::machine::{Machine, Trace};
use crate::module::Function;
use crate::value::Origins;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The one branch that depends on a secret, as it has to.
    permitted: Site,
    planted: Vec<Planted>,
    /// All that was executed for the others.
    functions: Vec<FunctionReport>,
}

/// What was found in an export that leaks.
#[derive(Debug, Serialize)]
pub(crate) struct Planted {
    pub(crate) export: &'static str,
    pub(crate) leaks: Vec<Site>,
}

#[derive(Debug, Serialize)]
struct FunctionReport {
    name: String,
    instructions: usize,
    sites: Vec<Site>,
    never_executed: Vec<Gap>,
}

/// An instruction that accesses memory, branches or selects.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Site {
    pub(crate) function: String,
    /// In the file.
    offset: usize,
    instruction: String,
    pub(crate) decision: Decision,
    /// Of the address, or of the condition.
    pub(crate) origins: Origins,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, offset, instruction, origins, .. } = self;
        write!(f, "{instruction} at {offset:#x} of {function}: {origins}")
    }
}

/// Instructions in a row that never ran.
#[derive(Debug, Serialize)]
struct Gap {
    offset: usize,
    instructions: Vec<String>,
}

impl Gap {
    fn is_panic(&self) -> bool {
        self.instructions.last().is_some_and(|last| last == "Unreachable")
    }
}

impl Report {
    pub(crate) fn new(machine: &Machine<'_>, permitted: Site, planted: Vec<Planted>) -> Self {
        let functions = executed(machine).map(FunctionReport::new).collect();
        Self { permitted, planted, functions }
    }
}

/// Every site that was executed.
pub(crate) fn sites(machine: &Machine<'_>) -> impl Iterator<Item = Site> {
    executed(machine).flat_map(sites_of)
}

fn executed<'a>(machine: &'a Machine<'_>) -> impl Iterator<Item = (&'a Function, &'a [Trace])> {
    let functions = machine.module.functions.iter().zip(&machine.traces);
    functions
        .filter(|(_, traces)| traces.iter().any(|trace| trace.executed))
        .map(|(function, traces)| (function, traces.as_slice()))
}

fn sites_of((function, traces): (&Function, &[Trace])) -> Vec<Site> {
    let lines = function.body.iter().zip(&function.text).zip(traces);
    let sites =
        lines.filter(|(_, trace)| trace.executed).filter_map(|((instruction, text), trace)| {
            Some(Site {
                function: function.name.clone(),
                offset: text.0,
                instruction: text.1.clone(),
                decision: instruction.decision()?,
                origins: trace.origins,
            })
        });
    sites.collect()
}

impl FunctionReport {
    fn new((function, traces): (&Function, &[Trace])) -> Self {
        Self {
            name: function.name.clone(),
            instructions: function.body.len(),
            sites: sites_of((function, traces)),
            never_executed: gaps(function, traces),
        }
    }
}

fn gaps(function: &Function, traces: &[Trace]) -> Vec<Gap> {
    let lines: Vec<_> = function.text.iter().zip(traces).collect();
    let runs = lines.chunk_by(|a, b| a.1.executed == b.1.executed);
    let gaps = runs.filter_map(|run| {
        let ((offset, _), first) = run.first()?;
        let instructions = run.iter().map(|((_, name), _)| name.clone()).collect();
        (!first.executed).then_some(Gap { offset: *offset, instructions })
    });
    gaps.collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.functions.iter().try_for_each(|function| function.fmt(f))?;
        for Planted { export, leaks } in &self.planted {
            writeln!(f, "planted in {export} and found: {} leaks", leaks.len())?;
        }
        let sites = self.functions.iter().flat_map(|function| &function.sites);
        writeln!(f, "{} sites, of which one depends on secrets, as it has to:", sites.count())?;
        write!(f, "{}", self.permitted)
    }
}

impl fmt::Display for FunctionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} instructions", self.name, self.instructions)?;
        for ((decision, origins), sites) in counts(&self.sites) {
            writeln!(f, "    {sites:>4} × {decision:?} by {origins}")?;
        }
        for gap in self.never_executed.iter().filter(|gap| !gap.is_panic()) {
            let Gap { offset, instructions } = gap;
            writeln!(f, "    {} instructions never executed, at {offset:#x}", instructions.len())?;
        }
        Ok(())
    }
}

fn counts(sites: &[Site]) -> BTreeMap<(Decision, Origins), usize> {
    let mut counts = BTreeMap::new();
    for site in sites {
        *counts.entry((site.decision, site.origins)).or_default() += 1;
    }
    counts
}
