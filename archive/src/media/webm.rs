//! `WebM`: VP8, VP9, AV1 or Opus, a cluster for each second and each key frame.
//!
//! The segment has no size until the file is finished, and a void is where the duration will be. So
//! what was written plays at any moment.

use core::time::Duration;
use std::io::{self, Seek, SeekFrom, Write};

use webm_iterable::matroska_spec::{Master, MatroskaSpec as Tag, SimpleBlock};
use webm_iterable::{WebmWriter, WriteOptions};

use super::{MediaError, MediaFrame, PIECE, Size, TrackWriter, av1, opus, vp8, vp9};

/// Which of `WebM`'s codecs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Vp8,
    Vp9,
    Av1,
    Opus,
}

/// Writes one track.
pub(super) struct Writer<W> {
    file: W,
    kind: Kind,
    /// Into a buffer that leaves whole.
    tags: WebmWriter<Vec<u8>>,
    header: Option<Header>,
    cluster: Option<Cluster>,
    /// Bytes in the file.
    len: u64,
    /// When the last frame begins, and how long the one before it was.
    last: Duration,
    step: Duration,
}

/// Where in the file are the places that stay open until it is finished.
#[derive(Clone, Copy, Debug)]
struct Header {
    segment_at: u64,
    duration_at: u64,
}

/// What waits to be written.
struct Cluster {
    /// In milliseconds.
    start: u64,
    blocks: Vec<Tag>,
}

impl<W: Write + Seek> Writer<W> {
    pub(super) fn new(file: W, kind: Kind) -> Self {
        Self {
            file,
            kind,
            tags: WebmWriter::new(Vec::new()),
            header: None,
            cluster: None,
            len: 0,
            last: Duration::ZERO,
            step: Duration::ZERO,
        }
    }

    /// Writes all that comes before the first frame.
    fn begin(&mut self, frame: &MediaFrame<'_>) -> Result<(), MediaError> {
        let track = self.track(frame.data).ok_or(MediaError::Unreadable)?;
        self.add(&ebml())?;
        let segment_at = self.tags.get_ref().len().saturating_add(SEGMENT_ID_LEN);
        let segment = Tag::Segment(Master::Start);
        self.tags
            .write_advanced(&segment, WriteOptions::is_unknown_sized_element())
            .map_err(io::Error::other)?;
        self.add(&Tag::Info(Master::Start))?;
        self.add(&Tag::TimestampScale(NANOSECONDS))?;
        self.add(&Tag::MuxingApp(APPLICATION.into()))?;
        self.add(&Tag::WritingApp(APPLICATION.into()))?;
        self.tags.write_raw(VOID, &[0; DURATION_LEN - 2]).map_err(io::Error::other)?;
        self.add(&Tag::Info(Master::End))?;
        let duration_at = self.tags.get_ref().len().saturating_sub(DURATION_LEN);
        self.add(&Tag::Tracks(Master::Full(vec![Tag::TrackEntry(Master::Full(track))])))?;
        let at = |place| u64::try_from(place).unwrap_or(u64::MAX);
        self.header = Some(Header { segment_at: at(segment_at), duration_at: at(duration_at) });
        self.leave()
    }

    /// Describes the track, by its first frame.
    fn track(&self, frame: &[u8]) -> Option<Vec<Tag>> {
        let mut track = vec![
            Tag::TrackNumber(TRACK),
            Tag::TrackUID(TRACK),
            Tag::FlagLacing(0),
            Tag::TrackType(if self.kind == Kind::Opus { AUDIO } else { VIDEO }),
        ];
        let mut describe = |id: &str, private: Option<Vec<u8>>, media| {
            track.push(Tag::CodecID(id.into()));
            track.extend(private.map(Tag::CodecPrivate));
            track.push(media);
        };
        match self.kind {
            Kind::Vp8 => describe("V_VP8", None, video(vp8::size(frame)?)),
            Kind::Vp9 => describe("V_VP9", None, video(vp9::size(frame)?)),
            Kind::Av1 => {
                let av1::Description { size, record } = av1::description(frame)?;
                describe("V_AV1", Some(record), video(size));
            }
            Kind::Opus => {
                describe("A_OPUS", Some(opus::head()), audio());
                track.push(Tag::SeekPreRoll(SEEK_PRE_ROLL));
            }
        }
        Some(track)
    }

    /// Puts a frame into the cluster at hand.
    fn push(&mut self, frame: &MediaFrame<'_>, at: u64) -> Result<(), MediaError> {
        let is_full = |cluster: &Cluster| {
            frame.is_key && self.kind != Kind::Opus
                || at.saturating_sub(cluster.start) >= millis(PIECE)
                || at < cluster.start
        };
        if self.cluster.as_ref().is_some_and(is_full) {
            self.flush()?;
        }
        let stripped;
        let data = if self.kind == Kind::Av1 {
            stripped = av1::without_delimiters(frame.data);
            &*stripped
        } else {
            frame.data
        };
        let is_key = frame.is_key || self.kind == Kind::Opus;
        let cluster = self.cluster.get_or_insert_with(|| Cluster { start: at, blocks: Vec::new() });
        let offset = at.saturating_sub(cluster.start);
        let offset = i16::try_from(offset).map_err(|_| MediaError::TooLarge)?;
        let block = SimpleBlock::new_uncheked(data, TRACK, offset, false, None, false, is_key);
        cluster.blocks.push(block.into());
        Ok(())
    }

    /// Writes the cluster at hand.
    fn flush(&mut self) -> Result<(), MediaError> {
        let Some(Cluster { start, mut blocks }) = self.cluster.take() else { return Ok(()) };
        blocks.insert(0, Tag::Timestamp(start));
        self.add(&Tag::Cluster(Master::Full(blocks)))?;
        self.leave()
    }

    fn add(&mut self, tag: &Tag) -> Result<(), MediaError> {
        Ok(self.tags.write(tag).map_err(io::Error::other)?)
    }

    /// Writes what was added, at once.
    fn leave(&mut self) -> Result<(), MediaError> {
        let bytes = core::mem::take(self.tags.get_mut());
        self.file.write_all(&bytes)?;
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(len);
        Ok(())
    }

    /// Writes into the open places.
    fn close(&mut self, header: Header) -> io::Result<()> {
        let duration = self.last.saturating_add(self.step).as_secs_f64() * 1000.0;
        let mut element = DURATION.to_vec();
        element.extend(duration.to_be_bytes());
        self.file.seek(SeekFrom::Start(header.duration_at))?;
        self.file.write_all(&element)?;

        let start = header.segment_at.saturating_add(8);
        let size = KNOWN_SIZE | self.len.saturating_sub(start);
        self.file.seek(SeekFrom::Start(header.segment_at))?;
        self.file.write_all(&size.to_be_bytes())?;
        self.file.flush()
    }
}

impl<W: Write + Seek> TrackWriter for Writer<W> {
    fn write(&mut self, frame: &MediaFrame<'_>) -> Result<(), MediaError> {
        if self.header.is_none() {
            if !frame.is_key && self.kind != Kind::Opus {
                return Ok(());
            }
            self.begin(frame)?;
        } else if frame.at > self.last {
            self.step = frame.at.saturating_sub(self.last);
        }
        self.last = self.last.max(frame.at);
        self.push(frame, millis(frame.at))
    }

    fn finish(mut self: Box<Self>) -> Result<(), MediaError> {
        self.flush()?;
        match self.header {
            Some(header) => Ok(self.close(header)?),
            None => Ok(()),
        }
    }
}

fn ebml() -> Tag {
    Tag::Ebml(Master::Full(vec![
        Tag::EbmlVersion(1),
        Tag::EbmlReadVersion(1),
        Tag::EbmlMaxIdLength(4),
        Tag::EbmlMaxSizeLength(8),
        Tag::DocType("webm".into()),
        Tag::DocTypeVersion(4),
        Tag::DocTypeReadVersion(2),
    ]))
}

fn video(Size { width, height }: Size) -> Tag {
    let sides = vec![Tag::PixelWidth(width.into()), Tag::PixelHeight(height.into())];
    Tag::Video(Master::Full(sides))
}

fn audio() -> Tag {
    Tag::Audio(Master::Full(vec![
        Tag::SamplingFrequency(opus::SAMPLE_RATE.into()),
        Tag::Channels(opus::CHANNELS.into()),
    ]))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

const APPLICATION: &str = concat!("frameseal ", env!("CARGO_PKG_VERSION"));

/// The one track there is.
const TRACK: u64 = 1;

/// `TrackType`s (RFC 9559 section 5.1.4.1.3).
const VIDEO: u64 = 1;
const AUDIO: u64 = 2;

/// Of a tick, in ns: a millisecond.
const NANOSECONDS: u64 = 1_000_000;

/// In ns, what an Opus decoder needs before what it makes is right (RFC 7845 section 4.6).
const SEEK_PRE_ROLL: u64 = 80_000_000;

/// Element IDs; `Duration`'s with the size of a number of 8 bytes.
const VOID: u64 = 0xec;
const DURATION: [u8; 3] = [0x44, 0x89, 0x88];
const DURATION_LEN: usize = DURATION.len() + 8;

/// The segment's size comes behind it, in 8 bytes.
const SEGMENT_ID_LEN: usize = 4;

/// Of a size in 8 bytes: the bit that says so.
const KNOWN_SIZE: u64 = 1 << 56;
