//! Programs in other languages, by the scripts in `interop/peers/`: frames in, frames out, in files.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::Software;
use crate::frame::{self, Frame};
use crate::report::Excuse;
use crate::stream::{NamedCodec, Sent};

/// A script, and a way through what it drives.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a row of a table")]
pub struct Peer {
    /// The program, and how it is used.
    pub name: &'static str,
    /// Interpreter, and script in `interop/peers/`.
    pub command: &'static [&'static str],
    /// A way that the script knows.
    pub way: &'static str,
    /// Names of codecs.
    pub codecs: &'static [&'static str],
    /// Whether it is given RTP packets in place of frames: it has no packetizer.
    pub takes_packets: bool,
    /// What it cannot do with sealed AV1.
    pub of_av1: Option<Excuse>,
    /// Whether it gives RTP packets: a frame has come if all of its payloads have, as they were.
    pub gives_packets: bool,
}

impl Software for Peer {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn version(&self) -> Result<String> {
        let output = self.command()?.arg("--version").output()?;
        ensure!(output.status.success(), "{}: {}", self.name, text(&output.stderr));
        let version = text(&output.stdout);
        Ok(version.rsplit(' ').next().unwrap_or_default().to_owned())
    }

    fn takes(&self, codec: NamedCodec) -> bool {
        self.codecs.contains(&codec.name)
    }

    fn hops(&self) -> u32 {
        1
    }

    fn excuse(&self, codec: NamedCodec) -> Option<Excuse> {
        self.of_av1.filter(|_| codec.name == "av1")
    }

    fn carry(&self, codec: NamedCodec, sent: &Sent) -> Result<(Vec<Frame>, Option<String>)> {
        let folder = tempfile::tempdir()?;
        let [given, made] = ["in", "out"].map(|name| folder.path().join(name));
        if self.takes_packets {
            frame::write(&given, &sent.row_of_packets())?;
        } else {
            frame::write(&given, &sent.frames)?;
        }
        let mut command = self.command()?;
        command.args([codec.name, self.way]).args([&given, &made]).stdin(Stdio::null());
        let output = command.output()?;
        let said = (!output.status.success()).then(|| text(&output.stderr));
        let came = if made.exists() { frame::read(&made)? } else { Vec::new() };
        let came = if self.gives_packets { whole_frames(sent, &came) } else { came };
        Ok((came, said))
    }
}

impl Peer {
    fn command(&self) -> Result<Command> {
        let (script, program) = self.command.split_last().context("no command")?;
        let (program, arguments) = program.split_first().context("no interpreter")?;
        let mut command = Command::new(program);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        command.args(arguments).arg(root.join("peers").join(script)).current_dir(root);
        Ok(command)
    }
}

/// Returns the frames whose packets came, with the payloads that they were sent with.
fn whole_frames(sent: &Sent, came: &[Frame]) -> Vec<Frame> {
    let known = sent.packets.iter().zip(&sent.frames);
    let known: HashMap<Vec<&[u8]>, &Frame> = known
        .map(|(packets, frame)| (packets.iter().map(|packet| payload(packet)).collect(), frame))
        .collect();
    let groups = came.chunk_by(|first, second| timestamp(first) == timestamp(second));
    let payloads = groups.map(|group| group.iter().map(|packet| payload(&packet.bytes)).collect());
    let frames = payloads.filter_map(|payloads: Vec<_>| known.get(&payloads).copied());
    frames.map(|frame| Frame { kind: None, bytes: frame.bytes.clone() }).collect()
}

/// RFC 3550 section 5.1.
fn timestamp(packet: &Frame) -> Option<&[u8]> {
    packet.bytes.get(4..8)
}

fn payload(packet: &[u8]) -> &[u8] {
    packet.get(RTP_HEADER_LEN..).unwrap_or_default()
}

const RTP_HEADER_LEN: usize = 12;

/// The last line of what a program printed.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().lines().last().unwrap_or_default().to_owned()
}

/// Every script, and every way.
pub const PEERS: &[Peer] = &[
    Peer { way: "pay", codecs: RTP_OF_DEBIAN, ..GSTREAMER },
    Peer {
        name: "GStreamer, with parsers",
        way: "parse",
        codecs: &["vp9", "h264", "h265", "av1"],
        of_av1: Some(Excuse::DropsFrames),
        ..GSTREAMER
    },
    Peer {
        name: "GStreamer, depayloaders",
        way: "depay",
        codecs: RTP_OF_DEBIAN,
        takes_packets: true,
        ..GSTREAMER
    },
    Peer { name: "FFmpeg, RTP", way: "rtp", codecs: RTP_OF_DEBIAN, ..FFMPEG },
    Peer { name: "FFmpeg, WebM", way: "webm", codecs: WEBM, ..FFMPEG },
    Peer { name: "FFmpeg, MP4", way: "mp4", codecs: MP4, ..FFMPEG },
    Peer { name: "FFmpeg, Matroska", way: "mkv", codecs: ALL, ..FFMPEG },
    Peer { name: "PyAV, WebM", way: "webm", codecs: WEBM, ..PYAV },
    Peer { name: "PyAV, MP4", way: "mp4", codecs: MP4, ..PYAV },
    Peer { name: "PyAV, Matroska", way: "mkv", codecs: ALL, ..PYAV },
    Peer {
        name: "aiortc",
        command: &["python3", "aiortc_peer.py"],
        way: "pay",
        codecs: &["vp8", "h264"],
        ..GSTREAMER
    },
    Peer {
        name: "werift, depacketizers",
        command: &["node", "--import", "tsx", "werift.ts"],
        way: "depay",
        codecs: BROWSERS,
        takes_packets: true,
        ..GSTREAMER
    },
    Peer { name: "Janus, VideoRoom", way: "forward", ..JANUS },
    Peer { name: "Janus, recorder", way: "record", ..JANUS },
    Peer {
        name: "janus-pp-rec",
        command: &["python3", "janus_pp_rec.py"],
        way: "convert",
        codecs: ALL,
        takes_packets: true,
        ..GSTREAMER
    },
];

const GSTREAMER: Peer = Peer {
    name: "GStreamer",
    command: &["/usr/bin/python3", "gstreamer.py"],
    way: "",
    codecs: &[],
    takes_packets: false,
    of_av1: None,
    gives_packets: false,
};
const FFMPEG: Peer =
    Peer { command: &["python3", "ffmpeg.py"], of_av1: Some(Excuse::TellsNoKind), ..GSTREAMER };
const PYAV: Peer = Peer { command: &["python3", "pyav.py"], ..FFMPEG };
const JANUS: Peer = Peer {
    command: &["node", "--import", "tsx", "janus.ts"],
    codecs: ALL,
    takes_packets: true,
    gives_packets: true,
    ..GSTREAMER
};

const RTP_OF_DEBIAN: &[&str] = &["opus", "vp8", "vp9", "h264", "h265"];
const BROWSERS: &[&str] = &["opus", "vp8", "vp9", "h264", "av1"];
const WEBM: &[&str] = &["opus", "vp8", "vp9", "av1"];
const MP4: &[&str] = &["opus", "vp9", "h264", "h265", "av1"];
const ALL: &[&str] = &["opus", "vp8", "vp9", "h264", "h265", "av1"];
