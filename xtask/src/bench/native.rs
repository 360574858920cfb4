//! Runs the benches of `benches/`, several times over, and sets the results side by side.

use alloc::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sysinfo::System;
use xshell::cmd;

use crate::workspace::Workspace;

/// What was measured: whose code, with whose cryptography, doing what.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
struct Subject {
    implementation: String,
    /// `-` where there is no cryptography.
    backend: String,
    operation: String,
    /// 0 where it makes no difference.
    suite: u16,
    /// 0 where there is no size.
    bytes: usize,
}

/// One line of `native.json`.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    subject: Subject,
    /// Of processor time; the median of the rounds.
    nanoseconds: f64,
}

/// What each round measured, in nanoseconds.
#[derive(Debug, Default)]
struct Results(BTreeMap<Subject, Vec<f64>>);

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let shell = workspace.shell();
    let home = workspace.target("bench/criterion");
    let _home = shell.push_env("CRITERION_HOME", &home);
    let bench = ["bench", "--quiet", "-p", "frameseal-benches"];
    cmd!(shell, "cargo {bench...} --no-run").run()?;
    cmd!(shell, "cargo {bench...} {AWS_LC...} --no-run").run()?;

    let before = System::load_average().one;
    let mut results = Results::default();
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        shell.remove_path(&home)?;
        for features in [&[][..], &AWS_LC] {
            let bench = cmd!(shell, "cargo {bench...} {features...} -- --quiet");
            bench.quiet().ignore_stdout().run()?;
        }
        results.gather(&home)?;
    }
    let json = workspace.target("bench/native.json");
    fs::write(&json, serde_json::to_vec_pretty(&results.lines())?)?;

    print!("{}", machine(workspace, before)?);
    results.print();
    println!("\nwritten to {}", json.display());
    Ok(())
}

impl Results {
    /// Adds what Criterion left of a round.
    fn gather(&mut self, home: &Path) -> Result<()> {
        let mut folders = vec![PathBuf::from(home)];
        while let Some(folder) = folders.pop() {
            let named = folder.join("benchmark.json");
            if named.is_file() {
                let Named { group_id, function_id, value_str } = read(&named)?;
                let subject = Subject::parse(group_id, &function_id, &value_str)
                    .with_context(|| format!("no subject in {}", named.display()))?;
                let estimates: Estimates = read(&folder.join("estimates.json"))?;
                self.0.entry(subject).or_default().push(estimates.median.point_estimate);
                continue;
            }
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                let is_base = path.ends_with("base"); // the same once more, for the next time
                folders.extend((path.is_dir() && !is_base).then_some(path));
            }
        }
        Ok(())
    }

    fn lines(&self) -> Vec<Line> {
        let line = |(subject, times): (&Subject, &Vec<f64>)| Line {
            subject: subject.clone(),
            nanoseconds: median(times.clone()),
        };
        self.0.iter().map(line).collect()
    }

    /// Prints frames by those who seal and open them, then the rest.
    fn print(&self) {
        for (title, columns) in [("Rust", &RUST[..]), ("C and assembly", &C_AND_ASSEMBLY)] {
            println!("\n## Frames, with AEADs in {title}\n");
            self.print_frames(columns);
        }
        println!("\n## All else\n");
        println!("| operation | by | suite | bytes | time |\n|---|---|---:|---:|---:|");
        for Line { subject, nanoseconds } in self.lines() {
            let Subject { implementation, backend, operation, suite, bytes } = subject;
            if !FRAMES.contains(&&*operation) {
                let time = duration(nanoseconds);
                println!(
                    "| {operation} | {implementation} {backend} | {suite} | {bytes} | {time} |"
                );
            }
        }
    }

    /// The first of the columns is ours, and is set in relation to all others.
    fn print_frames(&self, columns: &[(&str, &str)]) {
        let heads = columns.iter().map(|(who, backend)| format!(" {who}, {backend} |"));
        let rule = "---:|".repeat(columns.len());
        println!("| | suite | bytes |{}\n|---|---:|---:|{rule}", heads.collect::<String>());
        for operation in FRAMES {
            let rows = self.0.keys().filter(|subject| subject.operation == operation);
            let rows: BTreeSet<_> = rows.map(|subject| (subject.suite, subject.bytes)).collect();
            for (suite, bytes) in rows {
                let times = |(implementation, backend): &(&str, &str)| {
                    let [implementation, backend, operation] =
                        [*implementation, backend, operation].map(str::to_owned);
                    self.0.get(&Subject { implementation, backend, operation, suite, bytes })
                };
                let Some(ours) = columns.first().and_then(times) else {
                    continue;
                };
                let cells = columns.iter().map(|column| match times(column) {
                    Some(theirs) => cell(ours, theirs),
                    None => " |".to_owned(),
                });
                println!("| {operation} | {suite} | {bytes} |{}", cells.collect::<String>());
            }
        }
    }
}

impl Subject {
    /// The inverse of how `benches/src/subject.rs` names a measurement.
    fn parse(group: String, function: &str, value: &str) -> Option<Self> {
        let mut parts = function.split('/').map(str::to_owned);
        Some(Self {
            implementation: parts.next()?,
            backend: parts.next()?,
            operation: group,
            suite: parts.next()?.parse().ok()?,
            bytes: value.parse().ok()?,
        })
    }
}

/// What Criterion says of a measurement.
#[derive(Deserialize)]
struct Named {
    group_id: String,
    function_id: String,
    value_str: String,
}

#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("cannot parse {}", path.display()))
}

/// Their time, and how many times theirs ours is: the median of what it is in each round, for a
/// machine that slows down does so to both.
fn cell(ours: &[f64], theirs: &[f64]) -> String {
    let ratio = median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect());
    let time = duration(median(theirs.to_vec()));
    if ours == theirs { format!(" {time} |") } else { format!(" {time} ({ratio:.2}) |") }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e3 => format!("{nanoseconds:.0} ns"),
        ..1e6 => format!("{:.2} µs", nanoseconds / 1e3),
        _ => format!("{:.2} ms", nanoseconds / 1e6),
    }
}

/// On what it ran.
fn machine(workspace: &Workspace, load_before: f64) -> Result<String> {
    let mut system = System::new();
    system.refresh_cpu_all();
    let processor = system.cpus().first().map_or("unknown", |cpu| cpu.brand().trim());
    let cores = system.cpus().len();
    let shell = workspace.shell();
    let rustc = cmd!(shell, "rustc --version").quiet().read()?;
    let load = System::load_average();
    Ok(format!(
        "Processor time, medians of {ROUNDS} rounds; in brackets, how many times that ours takes.\n\
         On: {processor}, {cores} cores, {rustc}, load {load_before:.1} before and {:.1} at the end.\n",
        load.one,
    ))
}

/// The build of ours with the other AEAD, for frames alone.
const AWS_LC: [&str; 4] = ["--features", "aws-lc", "--bench", "seal_open"];

/// Each measures everything once, so that what disturbs the machine for seconds decides nothing.
const ROUNDS: usize = 5;

/// The operations that the implementations are compared in.
const FRAMES: [&str; 2] = ["seal", "open"];

const RUST: [(&str, &str); 4] = [
    ("frameseal", "aes-gcm"),
    ("frameseal FrameBuffer", "aes-gcm"),
    ("bare", "aes-gcm"),
    ("sframe-rs", "aes-gcm"),
];

/// `sframe-rs` has no backend that we have; ring is the sibling of AWS-LC.
const C_AND_ASSEMBLY: [(&str, &str); 5] = [
    ("frameseal", "aws-lc"),
    ("frameseal FrameBuffer", "aws-lc"),
    ("bare", "aws-lc"),
    ("bare", "ring"),
    ("sframe-rs", "ring"),
];
