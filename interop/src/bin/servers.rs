//! Sends sealed frames through media software, and plain ones beside them:
//! `cargo xtask e2e servers` installs that and runs this.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Parser;
use fastrand::Rng;
use frameseal_interop::frame;
use frameseal_interop::key_frame_rules::RULES;
use frameseal_interop::report::{Row, Tally, json, table};
use frameseal_interop::software::Software;
use frameseal_interop::software::peer::PEERS;
use frameseal_interop::software::rtc_rtp::RtcRtp;
use frameseal_interop::software::str0m::Str0m;
use frameseal_interop::stream::{CODECS, Stream};

#[derive(Debug, Parser)]
struct Options {
    /// Frames of each codec
    #[arg(long, default_value_t = 10_000)]
    frames: usize,
    /// Only software whose name has this in it, or one of these
    #[arg(long)]
    software: Vec<String>,
    /// Only this codec
    #[arg(long)]
    codec: Option<String>,
    /// Chooses keys and counters
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the report
    #[arg(long)]
    json: Option<PathBuf>,
    /// Writes the frames and their packets to this folder, and sends nothing
    #[arg(long)]
    write: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let mut rng = Rng::with_seed(options.seed);
    let mut rows = Vec::new();
    for codec in CODECS {
        if options.codec.as_ref().is_none_or(|only| only == codec.name) {
            let stream = Stream::new(codec, options.frames, &mut rng)?;
            rows.extend(options.rows(&stream)?);
        }
    }
    report(&rows);
    if let Some(path) = &options.json {
        std::fs::write(path, json(&rows)?)?;
    }
    let bad = rows.iter().filter(|row| !row.is_good()).count();
    ensure!(bad == 0, "{bad} of {} rows failed", rows.len());
    Ok(())
}

fn report(rows: &[Row]) {
    print!("{}", table(rows));
    for Row { software, codec, said, .. } in rows {
        if let Some(said) = said {
            println!("{software}, {codec}: {said}");
        }
    }
}

impl Options {
    fn rows(&self, stream: &Stream) -> Result<Vec<Row>> {
        if let Some(folder) = &self.write {
            write(folder, stream)?;
            return Ok(Vec::new());
        }
        let software = self.software_for(stream);
        let mut rows = software.map(|it| carry(&*it, stream)).collect::<Result<Vec<_>>>()?;
        let rules = RULES.iter().filter(|rule| self.wants(rule.servers));
        let rules = rules.filter(|rule| rule.codec == stream.codec.name);
        rows.extend(rules.map(|rule| rule.look(stream)));
        Ok(rows)
    }

    fn software_for(&self, stream: &Stream) -> impl Iterator<Item = Box<dyn Software>> {
        let own: [Box<dyn Software>; 3] =
            [Box::new(Str0m { hops: 1 }), Box::new(Str0m { hops: 2 }), Box::new(RtcRtp)];
        let peers = PEERS.iter().map(|peer| Box::new(*peer) as Box<dyn Software>);
        own.into_iter().chain(peers).filter(|it| self.wants(&it.name()) && it.takes(stream.codec))
    }

    fn wants(&self, name: &str) -> bool {
        self.software.is_empty() || self.software.iter().any(|part| name.contains(part))
    }
}

/// Writes the frames of a stream, and their packets, to files.
fn write(folder: &Path, stream: &Stream) -> Result<()> {
    let codec = stream.codec.name;
    for (name, sent) in [("plain", &stream.plain), ("sealed", &stream.sealed)] {
        frame::write(&folder.join(format!("{codec}-{name}.frames")), &sent.frames)?;
        frame::write(&folder.join(format!("{codec}-{name}.packets")), &sent.row_of_packets())?;
    }
    Ok(())
}

/// Sends both forms of a stream through.
fn carry(software: &dyn Software, stream: &Stream) -> Result<Row> {
    let codec = stream.codec;
    eprintln!("{}, {}", software.name(), codec.name);
    let (plain, plain_said) = software.carry(codec, &stream.plain)?;
    let (sealed, said) = software.carry(codec, &stream.sealed)?;
    let of_plain = Tally::of_plain(stream, &plain);
    let of_sealed = Tally::of_sealed(stream, &sealed);
    let plain_fails =
        !of_plain.is_whole(stream.plain.frames.len()) && of_sealed.is_as_good_as(&of_plain);
    let why = || plain_said.unwrap_or_else(|| format!("{of_plain:?}"));
    let plain_said = plain_fails.then(|| format!("plain: {}", why()));
    Ok(Row {
        software: software.name(),
        version: software.version()?,
        codec: codec.name,
        hops: software.hops(),
        frames: stream.sealed.frames.len(),
        exact: of_sealed.exact,
        wrong_kind: of_sealed.wrong_kind,
        key_frames_missed: of_sealed.key_frames_missed,
        plain_fails,
        excuse: software.excuse(codec),
        said: said.or(plain_said),
    })
}
