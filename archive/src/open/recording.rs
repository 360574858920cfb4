//! One recording: which kind it is, and its way through.

use alloc::collections::BTreeMap;
use core::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use super::keys::Keys;
use super::mjr::{self, Medium};
use super::pcap::{self, Flow};
use super::read::fill;
use super::report::RecordingReport;
use super::stream::Stream;
use super::tracks::Tracks;
use super::{Format, Rules, Since, mp4, rtp, webm};
use crate::media::Codec;
use crate::unix_millis::UnixMillis;

/// Opens recordings, one after the other.
#[derive(Debug)]
pub(super) struct Recordings<'a> {
    rules: &'a Rules,
    keys: &'a Keys,
    tracks: Tracks,
    /// Streams of all recordings.
    streams: usize,
}

impl<'a> Recordings<'a> {
    pub(super) const fn new(rules: &'a Rules, keys: &'a Keys, tracks: Tracks) -> Self {
        Self { rules, keys, tracks, streams: 0 }
    }

    /// Opens what can be opened of a recording.
    pub(super) fn open(&mut self, path: &Path) -> RecordingReport {
        let report = File::open(path).map_err(RecordingError::Io).and_then(|file| self.read(file));
        let report = report.unwrap_or_else(|error| failed(&error));
        RecordingReport { file: path.display().to_string(), ..report }
    }

    /// Ends with all files that are being written.
    pub(super) fn finish(self) -> Tracks {
        self.tracks
    }

    fn read(&mut self, mut file: File) -> Result<RecordingReport, RecordingError> {
        let mut start = [0; 8];
        fill(&mut file, &mut start)?;
        file.rewind()?;
        let len = file.metadata()?.len();
        let file = BufReader::new(file);
        if start.starts_with(b"MJR0") || start == *b"MEETECHO" {
            self.mjr(file)
        } else if start.starts_with(&EBML) {
            Ok(self.webm(file, len))
        } else if mp4::is_begun(&start) {
            Ok(self.mp4(file, len))
        } else if start.starts_with(b"OggS") {
            Err(RecordingError::Ogg)
        } else {
            self.pcap(file)
        }
    }

    pub(super) fn mjr(&mut self, file: impl Read) -> Result<RecordingReport, RecordingError> {
        let mut reader = mjr::Reader::new(file)?.ok_or(RecordingError::Damaged)?;
        let description = reader.description();
        if description.medium == Medium::Data {
            return Err(RecordingError::Data);
        }
        let codec = Codec::from_name(&description.codec)
            .ok_or_else(|| RecordingError::Codec(description.codec.clone()))?;
        let (begun, red) = (description.begun, description.red);
        let mut streams = Streams::new(self, begun);
        let mut failed = None;
        loop {
            match reader.next() {
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error.to_string());
                    break;
                }
                Ok(Some((bytes, recorded))) => {
                    let format = |kind| Some(Format { codec, is_red: red == Some(kind) });
                    streams.packet(None, bytes, recorded, format);
                }
            }
        }
        let report = streams.finish("mjr", reader.is_cut_off());
        Ok(RecordingReport { error: failed, ..report })
    }

    pub(super) fn pcap(
        &mut self,
        file: impl Read + Send,
    ) -> Result<RecordingReport, RecordingError> {
        let mut reader = pcap::Reader::new(file).ok_or(RecordingError::Unknown)?;
        let payload_types = self.rules.payload_types.clone();
        if payload_types.is_empty() {
            return Err(RecordingError::PayloadTypes(seen(&mut reader)));
        }
        let mut streams = Streams::new(self, None);
        reader.read(|datagram, at| {
            let begun = *streams.first.get_or_insert(at);
            let recorded = at.zip(begun).map(|(at, begun)| Since(at.0.saturating_sub(begun.0)));
            if let (None, Some(begun)) = (streams.begun, begun) {
                let millis = u64::try_from(begun.0.as_millis()).ok();
                streams.begun = millis.map(UnixMillis::new);
            }
            let format = |kind| payload_types.get(&kind).copied();
            streams.packet(Some(datagram.flow), datagram.payload, recorded, format);
        });
        Ok(streams.finish("pcap", reader.is_cut_off()))
    }

    pub(super) fn webm(&mut self, file: impl Read, len: u64) -> RecordingReport {
        let mut reader = webm::Reader::new(file, len);
        let mut streams = Streams::new(self, None);
        while let Some(sample) = reader.next() {
            streams.sample(sample);
        }
        streams.finish("webm", reader.is_cut_off())
    }

    pub(super) fn mp4(&mut self, file: impl Read + Seek, len: u64) -> RecordingReport {
        let mut reader = mp4::Reader::new(file, len);
        let mut streams = Streams::new(self, None);
        reader.read(|sample| streams.sample(sample));
        streams.finish("mp4", reader.is_cut_off())
    }
}

/// The streams of one recording.
struct Streams<'a, 'b> {
    recordings: &'b mut Recordings<'a>,
    streams: BTreeMap<Name, Stream<'a>>,
    begun: Option<UnixMillis>,
    /// When the first datagram was captured, if the capture says it.
    first: Option<Option<Since>>,
    ignored: u64,
}

/// What tells streams apart.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Name {
    Packets { flow: Option<Flow>, ssrc: u32 },
    Track(u64),
}

impl<'a, 'b> Streams<'a, 'b> {
    const fn new(recordings: &'b mut Recordings<'a>, begun: Option<UnixMillis>) -> Self {
        Self { recordings, streams: BTreeMap::new(), begun, first: None, ignored: 0 }
    }

    fn packet(
        &mut self,
        flow: Option<Flow>,
        bytes: &[u8],
        recorded: Option<Since>,
        format: impl Fn(u8) -> Option<Format>,
    ) {
        if self.take_packet(flow, bytes, recorded, format).is_none() {
            self.ignored = self.ignored.saturating_add(1);
        }
    }

    /// Takes a packet; `None` if it is none of a stream that was asked for.
    fn take_packet(
        &mut self,
        flow: Option<Flow>,
        bytes: &[u8],
        recorded: Option<Since>,
        format: impl Fn(u8) -> Option<Format>,
    ) -> Option<()> {
        let packet = rtp::Packet::parse(bytes).filter(|_| !rtp::is_rtcp(bytes))?;
        let wanted = &self.recordings.rules.ssrcs;
        let is_wanted = wanted.is_empty() || wanted.contains(&packet.ssrc);
        let format = format(packet.payload_type).filter(|_| is_wanted)?;
        let name = Name::Packets { flow, ssrc: packet.ssrc };
        let (stream, tracks) = self.stream(name, format.codec)?;
        stream.packet(&packet, format, recorded, tracks);
        Some(())
    }

    fn sample(&mut self, sample: super::container::Sample) {
        if let Some((stream, tracks)) = self.stream(Name::Track(sample.track), sample.codec) {
            stream.sample(sample, tracks);
        }
    }

    /// Returns the stream of a name; `None` if there are too many.
    fn stream(&mut self, name: Name, codec: Codec) -> Option<(&mut Stream<'a>, &mut Tracks)> {
        let Recordings { keys, tracks, streams: count, .. } = &mut *self.recordings;
        if !self.streams.contains_key(&name) {
            if self.streams.len() >= MAX_STREAMS {
                return None;
            }
            let text = match name {
                Name::Packets { ssrc, .. } => format!("SSRC {ssrc:#010x}"),
                Name::Track(number) => format!("track {number}"),
            };
            *count = count.saturating_add(1);
            self.streams.insert(name, Stream::new(*count, text, codec, keys, self.begun));
        }
        Some((self.streams.get_mut(&name)?, tracks))
    }

    fn finish(self, format: &'static str, cut_off: bool) -> RecordingReport {
        let Self { recordings, streams, ignored, .. } = self;
        let tracks = &mut recordings.tracks;
        let streams = streams.into_values().map(|stream| stream.finish(tracks)).collect();
        RecordingReport {
            format: Some(format),
            cut_off,
            ignored_packets: ignored,
            streams,
            ..RecordingReport::default()
        }
    }
}

/// Returns the report of a recording of which nothing could be read.
fn failed(error: &RecordingError) -> RecordingReport {
    RecordingReport { error: Some(error.to_string()), ..RecordingReport::default() }
}

/// Returns the payload types of a capture, and how many packets have each.
fn seen(reader: &mut pcap::Reader<'_>) -> BTreeMap<u8, u64> {
    let mut seen = BTreeMap::new();
    reader.read(|datagram, _| {
        let packet = rtp::Packet::parse(datagram.payload);
        if let Some(packet) = packet.filter(|_| !rtp::is_rtcp(datagram.payload)) {
            let count: &mut u64 = seen.entry(packet.payload_type).or_default();
            *count = count.saturating_add(1);
        }
    });
    seen
}

/// Why a recording could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub(super) enum RecordingError {
    /// A codec that no sealed frame has.
    Codec(String),
    /// Of Janus, but its beginning is damaged.
    Damaged,
    /// Of a data channel: no media.
    Data,
    Io(io::Error),
    /// What `janus-pp-rec` makes of sound if it is not asked for something else.
    Ogg,
    /// A capture, and nobody said what its payload types are. With those that are there.
    PayloadTypes(BTreeMap<u8, u64>),
    /// Nothing that is read here.
    Unknown,
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Codec(codec) => {
                return write!(f, "its codec is {codec:?}, which is never sealed");
            }
            Self::Damaged => "its beginning is damaged: nothing says what is recorded",
            Self::Data => "it is of a data channel, not of sound or pictures",
            Self::Io(error) => return error.fmt(f),
            Self::PayloadTypes(seen) => {
                f.write_str(
                    "a capture does not tell codecs: say each with --payload-type N=CODEC",
                )?;
                let mut seen = seen.iter();
                return seen
                    .try_for_each(|(kind, count)| write!(f, "; {kind} has {count} packets"));
            }
            Self::Ogg => "it is Ogg; open the .mjr, or let janus-pp-rec make a .mka of it",
            Self::Unknown => "it is no .mjr, pcap, WebM or MP4",
        })
    }
}

impl From<io::Error> for RecordingError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// How `WebM` and Matroska begin.
const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];

/// More than a call has in one recording; each takes memory.
const MAX_STREAMS: usize = 64;
