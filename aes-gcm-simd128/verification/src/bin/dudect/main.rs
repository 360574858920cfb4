//! Measures whether the compiled cipher takes longer for some keys than for others.
//!
//! After O. Reparaz, J. Balasch and I. Verbauwhede, "Dude, is my code constant time?", DATE 2017: calls with a
//! fixed key and with random ones, in random order, are compared by Welch's test. `dudect.ts` measures.
mod statistics;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use clap::Parser;
use serde::Serialize;

use self::statistics::{Class, Measurement, Verdict};

/// Prints the largest |t| of each subject, fails unless exactly the planted leak shows, and writes JSON.
#[derive(Debug, Parser)]
struct Options {
    /// The JavaScript that wasm-bindgen wrote beside the module
    glue: PathBuf,
    /// The file to write
    json: PathBuf,
    /// Measurements of each subject, in all processes together
    #[arg(long, default_value_t = 1_000_000)]
    measurements: usize,
}

/// What is timed, with keys of this length.
struct Subject {
    name: &'static str,
    /// Exports of the module, as `dudect.ts` knows them.
    calls: &'static str,
    key_len: usize,
    leaks: bool,
}

const SUBJECTS: [Subject; 7] = [
    Subject { name: "AES-128: prepare, seal, wipe", calls: "seal-once", key_len: 16, leaks: false },
    Subject { name: "AES-128: seal", calls: "seal", key_len: 16, leaks: false },
    Subject { name: "AES-128: open, wrong tag", calls: "open", key_len: 16, leaks: false },
    Subject { name: "AES-256: prepare, seal, wipe", calls: "seal-once", key_len: 32, leaks: false },
    Subject { name: "AES-256: seal", calls: "seal", key_len: 32, leaks: false },
    Subject { name: "AES-256: open, wrong tag", calls: "open", key_len: 32, leaks: false },
    Subject { name: "planted branch", calls: "seal-with-branch", key_len: 16, leaks: true },
];

/// From here on a difference counts as one: dudect's own threshold is 4.5 in its paper, 10 in its program.
const THRESHOLD: f64 = 4.5;

/// Each has its own place for code and data.
const PROCESSES: usize = 20;

#[derive(Debug, Serialize)]
struct Outcome {
    subject: &'static str,
    measurements: usize,
    #[serde(flatten)]
    verdict: Verdict,
    as_expected: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut outcomes = Vec::new();
    for subject in SUBJECTS {
        let outcome = examine(&subject, &options)?;
        print(&outcome);
        outcomes.push(outcome);
    }
    fs::write(&options.json, serde_json::to_vec_pretty(&outcomes)?)?;
    println!("written to {}", options.json.display());
    let unexpected: Vec<_> = outcomes.iter().filter(|outcome| !outcome.as_expected).collect();
    ensure!(unexpected.is_empty(), "not as expected, by |t| {THRESHOLD}: {unexpected:#?}");
    Ok(())
}

fn print(outcome: &Outcome) {
    let Verdict { t, kept, t_of_one_process, medians: [fixed, random] } = outcome.verdict;
    println!(
        "{:<27} t {t:>8.2} of the {kept:>5.1} % fastest, {t_of_one_process:>7.2} in one process; \
         medians {fixed:.0} and {random:.0} ns",
        outcome.subject
    );
}

fn examine(subject: &Subject, options: &Options) -> Result<Outcome> {
    let count = options.measurements / PROCESSES;
    let processes: Vec<_> =
        (0..PROCESSES).map(|_| measure(subject, &options.glue, count)).collect::<Result<_>>()?;
    let measurements = processes.iter().map(Vec::len).sum();
    let verdict = statistics::compare(processes);
    let as_expected = (verdict.t.abs() > THRESHOLD) == subject.leaks;
    Ok(Outcome { subject: subject.name, measurements, verdict, as_expected })
}

/// Has Node measure; it prints a class, 0 or 1, and nanoseconds for each.
fn measure(subject: &Subject, glue: &Path, count: usize) -> Result<Vec<Measurement>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/dudect.ts");
    let output = Command::new("node")
        .args(["--import", "tsx", script])
        .arg(glue)
        .args([subject.calls, &subject.key_len.to_string(), &count.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "dudect.ts failed on {}", subject.name);
    let (numbers, _) = output.stdout.as_chunks();
    let (pairs, _) = numbers.as_chunks::<2>();
    ensure!(pairs.len() >= count, "dudect.ts measured too little");
    Ok(pairs.iter().map(|pair| measurement(pair.map(f64::from_le_bytes))).collect())
}

fn measurement([class, nanoseconds]: [f64; 2]) -> Measurement {
    let class = if class == 0.0 { Class::Fixed } else { Class::Random };
    Measurement { class, nanoseconds }
}
