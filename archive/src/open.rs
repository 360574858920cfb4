//! `frameseal open`: from recordings of sealed frames, and the keys that a recorder kept, to files
//! that players play.
//!
//! ```text
//! .mjr, pcap → packets → in order, each once → pictures ┐
//!                                                       ├→ opened → a file for each track
//! WebM, MP4  → samples ─────────────────────────────────┘
//! ```
//!
//! A file from a disk may be anything. What can be opened is opened, what cannot is counted, and
//! nothing is said to be opened that did not authenticate.

mod container;
mod depacketize;
mod folder;
#[cfg(feature = "_internal_fuzz")]
pub(crate) mod fuzz;
mod keys;
mod mjr;
mod mp4;
mod pcap;
mod pictures;
mod read;
mod recording;
mod red;
mod reorder;
mod report;
mod rtp;
mod stream;
mod timeline;
mod tracks;
mod webm;

use alloc::collections::BTreeMap;
use core::str::FromStr;
use core::time::Duration;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use age::secrecy::SecretString;
use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use self::folder::Folder;
use self::keys::Keys;
use self::recording::Recordings;
use self::report::{KeysReport, Outcome, Report, TrackReport};
use self::tracks::Tracks;
use crate::key_file::{Identity, KeyFile};
use crate::media::Codec;

/// Opens recordings of sealed frames with the keys that a recorder kept, and writes files that
/// play.
///
/// Ends with 0 if every frame opened, 2 if some did, 1 if none did or something was wrong before.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Recordings of one call: .mjr of Janus, pcap of plain RTP, or what janus-pp-rec makes of .mjr
    #[arg(required = true, value_name = "RECORDING")]
    recordings: Vec<PathBuf>,
    /// File of keys, as `frameseal record` writes it
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// File of private keys, as age-keygen writes it, if the keys are for a public key
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    identity: Option<PathBuf>,
    /// File of the passphrase, if the keys are for one; else it is asked on the terminal
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Folder for the files
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
    /// Prints the report as JSON
    #[arg(long)]
    json: bool,
    /// What a payload type is in a capture: vp8, vp9, av1, h264, h265, opus, or red, for RFC 2198
    #[arg(long = "payload-type", value_name = "N=CODEC")]
    payload_types: Vec<PayloadType>,
    /// The only stream to open, in decimal or with 0x; may be given again
    #[arg(long = "ssrc", value_name = "N", value_parser = ssrc)]
    ssrcs: Vec<u32>,
    /// The only member whose frames are opened
    #[arg(long, value_name = "NAME")]
    member: Option<String>,
}

/// Opens what the command line names.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let keys = read_keys(options)?;
    let out = || options.out.display().to_string();
    let folder = Folder::new(&options.out).with_context(out)?;
    ensure!(
        !folder.has(INDEX),
        "{} is in {} already; choose another --out",
        INDEX,
        options.out.display()
    );
    let rules = Rules {
        payload_types: options.payload_types.iter().map(|row| (row.number, row.format)).collect(),
        ssrcs: options.ssrcs.clone(),
        member: options.member.clone(),
    };
    let report = open(&options.recordings, keys, &rules, folder);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(match report.outcome() {
        Outcome::All => ExitCode::SUCCESS,
        Outcome::None => ExitCode::FAILURE,
        Outcome::Some => ExitCode::from(2),
    })
}

/// Opens recordings into a folder, with an index of what is there.
fn open(recordings: &[PathBuf], file: KeyFile, rules: &Rules, folder: Folder) -> Report {
    let damaged = file.damaged;
    let keys = Keys::new(file, rules.member.as_deref());
    let mut all = Recordings::new(rules, &keys, Tracks::new(folder));
    let recordings = recordings.iter().map(|path| all.open(path)).collect();
    let (folder, tracks) = all.finish().finish();
    let keys = KeysReport { read: keys.len(), damaged };
    let mut report = Report { version: 1, keys, recordings, tracks, error: None };
    report.align();
    if report.tracks.iter().any(|track| track.file.is_some()) {
        report.error = write_index(&report, &folder)
            .err()
            .map(|error| format!("{INDEX} was not written: {error:#}"));
    }
    report
}

/// Writes which file begins when.
fn write_index(report: &Report, folder: &Folder) -> Result<()> {
    let tracks = report.tracks.iter().filter(|track| track.file.is_some()).collect();
    let index = Index { version: 1, tracks };
    let (part, mut file) = folder.begin(INDEX)?;
    serde_json::to_writer_pretty(&mut file, &index)?;
    file.flush()?;
    Ok(folder.keep(part, INDEX)?)
}

/// What the files of a folder are.
#[derive(Serialize)]
struct Index<'a> {
    version: u8,
    tracks: Vec<&'a TrackReport>,
}

fn read_keys(options: &Options) -> Result<KeyFile> {
    let path = &options.keys;
    let named = || path.display().to_string();
    let file = || File::open(path).with_context(named);
    let identity = match &options.identity {
        Some(identity) => {
            Identity::from_file(identity).with_context(|| identity.display().to_string())?
        }
        None if KeyFile::is_for_passphrase(file()?).with_context(named)? => {
            Identity::Passphrase(passphrase(options.passphrase_file.as_deref())?)
        }
        None => {
            return Err(anyhow!("it is for a public key; name the private one with --identity"))
                .with_context(named);
        }
    };
    KeyFile::read(file()?, &identity).with_context(named)
}

/// Reads the passphrase from a file, or asks for it.
fn passphrase(file: Option<&Path>) -> Result<SecretString> {
    let Some(path) = file else {
        let asked = rpassword::prompt_password("Passphrase of the key file: ");
        let asked =
            asked.context("no terminal to ask for the passphrase; use --passphrase-file")?;
        return Ok(asked.into());
    };
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let text = Zeroizing::new(text);
    Ok(text.trim_end_matches(['\r', '\n']).into())
}

/// What of recordings is wanted.
#[derive(Debug, Default)]
struct Rules {
    payload_types: BTreeMap<u8, Format>,
    /// None: all.
    ssrcs: Vec<u32>,
    member: Option<String>,
}

/// What a payload is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Format {
    codec: Codec,
    /// Whether frames, once opened, hold copies of earlier ones (RFC 2198).
    is_red: bool,
}

/// How long after the recording began.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Since(Duration);

/// A payload type of a capture, as the command line has it.
#[derive(Clone, Copy, Debug)]
struct PayloadType {
    number: u8,
    format: Format,
}

impl FromStr for PayloadType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, codec) = text.split_once('=').ok_or("a number, =, and a codec are wanted")?;
        let number = number.parse().ok().filter(|number| *number < 128);
        let number = number.ok_or("payload types are 0 to 127")?;
        let is_red = codec.eq_ignore_ascii_case("red");
        let codec = if is_red { Some(Codec::Opus) } else { Codec::from_name(codec) };
        let codec = codec.ok_or("codecs are vp8, vp9, av1, h264, h265, opus and red")?;
        Ok(Self { number, format: Format { codec, is_red } })
    }
}

fn ssrc(text: &str) -> Result<u32, String> {
    let hexadecimal = text.strip_prefix("0x").map(|digits| u32::from_str_radix(digits, 16));
    hexadecimal.unwrap_or_else(|| text.parse()).map_err(|error| error.to_string())
}

const INDEX: &str = "index.json";

#[cfg(test)]
mod tests;
