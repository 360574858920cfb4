//! One direction of one transceiver: what its frames are, what became of them.

use core::time::Duration;

use frameseal_keymgmt::MemberId;
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{Arrival, FrameKind, Header, Timestamp};

use crate::blackout::Darkness;
use crate::event::{Event, ProblemCode};
use crate::latency::Latency;
use crate::problems::{Culprit, Problems};
use crate::repeats::Repeats;
use crate::sequence::{Looks, Sequence};
use crate::stats::{Dropped, PipelineStats};
use crate::waiting::Line;

/// What a pipeline is for.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever makes one knows all of it")]
pub struct PipelineOptions {
    /// Chosen by the driver, unique in the session.
    pub pipeline: u32,
    /// Which way frames go.
    pub direction: Direction,
    /// What frames are pieces of.
    pub kind: MediaKind,
    /// Sending: which of this member's media tracks, 0 to 11.
    pub track: u8,
    /// MIME type to assume while the browser does not tell one, for example `video/VP8`.
    pub codec: Option<String>,
    /// Receiving: the only member whose frames may come out.
    pub from: Option<MemberId>,
}

/// Which way frames go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Direction {
    /// Encoder to network: frames are sealed.
    Send,
    /// Network to decoder: frames are opened.
    Receive,
}

/// What frames are pieces of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "WebRTC has no other")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// State of one pipeline.
#[derive(Debug)]
pub(crate) struct Pipeline {
    options: PipelineOptions,
    codec: Format,
    mime_type: Option<String>,
    source: Option<Source>,
    /// The source that the application was told of, and when.
    announced: Option<(Source, Timestamp)>,
    picture: Picture,
    /// When a key frame was last asked for.
    key_frame_asked: Option<Timestamp>,
    stats: PipelineStats,
    latency: Latency,
    problems: Problems,
    repeats: Repeats,
    /// Frames that wait for their key.
    pub(crate) line: Line,
    pub(crate) darkness: Darkness,
    /// Of frames whose key is not here.
    sequence: Sequence,
    /// Why the last frame was dropped, if that was a problem.
    refusal: Option<ProblemCode>,
}

/// What frames are handled as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Codec(Codec),
    /// Nothing we know, so nothing passes.
    Unknown,
    /// What browsers send past any transform: nobody ever sealed it.
    NeverSealed,
}

/// How the video of a pipeline stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Picture {
    Whole,
    /// It cannot be shown before the next key frame: some was dropped, or somebody is new.
    Broken,
}

/// Who is playing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Source {
    pub(crate) member: MemberId,
    pub(crate) track: u8,
}

/// Why a frame was dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Drop {
    Problem(ProblemCode),
    /// Browsers deliver the same frame several times.
    Duplicate,
    Late,
    /// Sound that waited for too long to be played.
    Stale,
    /// Its key is not here, or nobody sealed it.
    Unclear,
}

impl Pipeline {
    pub(crate) fn new(options: PipelineOptions) -> Self {
        let stats = PipelineStats { pipeline: options.pipeline, ..PipelineStats::default() };
        let mut pipeline = Self {
            options,
            codec: Format::Unknown,
            mime_type: None,
            source: None,
            announced: None,
            picture: Picture::Whole,
            key_frame_asked: None,
            stats,
            latency: Latency::new(),
            problems: Problems::default(),
            repeats: Repeats::default(),
            line: Line::default(),
            darkness: Darkness::default(),
            sequence: Sequence::default(),
            refusal: None,
        };
        pipeline.choose_codec();
        pipeline
    }

    /// Takes other options; what was counted stays.
    pub(crate) fn retarget(&mut self, options: PipelineOptions) {
        self.options = options;
        self.choose_codec();
    }

    /// Takes the codec that the browser names, which goes before the hint of the options.
    pub(crate) fn set_mime_type(&mut self, mime_type: String) {
        self.mime_type = Some(mime_type);
        self.choose_codec();
    }

    /// Notes a frame that came in.
    pub(crate) fn see(&mut self) {
        self.stats.seen = self.stats.seen.saturating_add(1);
    }

    /// Notes a frame of no bytes: there is nothing to protect in it.
    pub(crate) fn pass_empty(&mut self) {
        self.stats.empty = self.stats.empty.saturating_add(1);
    }

    /// Notes a frame whose AEAD ran in WebCrypto.
    #[cfg(feature = "external-aead")]
    pub(crate) fn leave_to_web_crypto(&mut self) {
        self.stats.web_crypto = self.stats.web_crypto.saturating_add(1);
    }

    /// Notes a frame that was sealed or opened, of `len` bytes before and `output_len` after;
    /// returns whether a key frame is wanted now.
    pub(crate) fn pass(
        &mut self,
        now: Timestamp,
        kind: Option<FrameKind>,
        len: usize,
        output_len: usize,
    ) -> Option<Event> {
        self.stats.passed = self.stats.passed.saturating_add(1);
        self.stats.bytes_in += as_f64(len);
        self.stats.bytes_out += as_f64(output_len);
        self.repeats.pass(now);
        self.lift();
        if kind == Some(FrameKind::Key) {
            self.picture = Picture::Whole;
        }
        self.want_key_frame(now)
    }

    /// Notes a frame that was dropped; returns the event to send, if one is due.
    pub(crate) fn drop(&mut self, now: Timestamp, reason: Drop, culprit: Culprit) -> Option<Event> {
        let count = reason.counter(&mut self.stats.dropped);
        *count = count.saturating_add(1);
        let code = match reason {
            Drop::Problem(code) => Some(code),
            Drop::Unclear => None,
            Drop::Duplicate | Drop::Late if self.repeats.is_flood(now) => {
                return self.report(now, ProblemCode::RepeatedFrames, culprit);
            }
            Drop::Duplicate | Drop::Late | Drop::Stale => return None,
        };
        if self.options.kind == MediaKind::Video {
            self.picture = Picture::Broken;
        }
        self.refusal = code.or(self.refusal);
        self.report(now, code?, culprit)
    }

    /// Decides why a frame is dropped whose key is not here.
    pub(crate) fn lacks(&mut self, header: Header) -> Drop {
        match self.sequence.note(header) {
            Looks::Sealed => Drop::Problem(ProblemCode::MissingKey),
            Looks::Clear => Drop::Problem(ProblemCode::NotSealed),
            Looks::Unclear => Drop::Unclear,
        }
    }

    /// Why frames were dropped last, while none opens; `None`: it is not clear.
    pub(crate) const fn last_refusal(&self) -> Option<ProblemCode> {
        self.refusal
    }

    /// Notes that a frame opened: what was wrong before is over.
    pub(crate) fn lift(&mut self) {
        self.darkness.lift();
        self.sequence = Sequence::default();
        self.refusal = None;
    }

    /// Whether a frame that is dropped for this reason leaves the picture black, or the sound silent.
    pub(crate) fn is_darkened_by(&self, reason: Drop) -> bool {
        match self.options.direction {
            // Comfort noise is no sound that anybody misses.
            Direction::Receive => reason.darkens() && self.codec != Format::NeverSealed,
            Direction::Send => reason == Drop::Problem(ProblemCode::MissingKey),
        }
    }

    /// Notes something that the application should know; returns the event, if one is due.
    pub(crate) fn report(
        &mut self,
        now: Timestamp,
        code: ProblemCode,
        culprit: Culprit,
    ) -> Option<Event> {
        self.problems.count(now, code, Some(self.options.pipeline), culprit)
    }

    /// Notes that somebody new watches what is sent here; returns whether a key frame is due.
    pub(crate) fn refresh(&mut self, now: Timestamp) -> Option<Event> {
        // A transceiver that does not send has nothing to show.
        let sends = self.options.direction == Direction::Send && self.stats.passed > 0;
        if sends && self.options.kind == MediaKind::Video {
            self.picture = Picture::Broken;
        }
        self.want_key_frame(now)
    }

    /// Notes that the decoder makes nothing of what passes; returns whether a key frame is wanted.
    pub(crate) fn stand_still(&mut self, now: Timestamp) -> Option<Event> {
        self.picture = Picture::Broken;
        self.key_frame_asked = None; // whoever looks at the decoder has a pace of its own
        self.want_key_frame(now)
    }

    /// Asks for a key frame if nothing else mends the video, but not again and again.
    pub(crate) fn want_key_frame(&mut self, now: Timestamp) -> Option<Event> {
        let is_early = self.key_frame_asked.is_some_and(|at| now.since(at) < KEY_FRAME_INTERVAL);
        if self.picture == Picture::Whole || is_early {
            return None;
        }
        self.key_frame_asked = Some(now);
        self.stats.key_frames_asked = self.stats.key_frames_asked.saturating_add(1);
        let pipeline = self.options.pipeline;
        Some(match self.options.direction {
            Direction::Send => Event::KeyFrameNeeded { pipeline },
            Direction::Receive => Event::KeyFrameWanted { pipeline },
        })
    }

    /// Notes who is playing; returns an event if that changed and the last one is some time ago.
    pub(crate) fn play(&mut self, now: Timestamp, source: Source) -> Option<Event> {
        if self.source.as_ref() != Some(&source) {
            self.source = Some(source);
        }
        let is_told = self.announced.as_ref().is_some_and(|(told, at)| {
            self.source.as_ref() == Some(told) || now.since(*at) < SOURCE_INTERVAL
        });
        if is_told {
            return None;
        }
        let Source { member, track } = self.source.clone()?;
        self.announced = Some((Source { member: member.clone(), track }, now));
        Some(Event::Source { pipeline: self.options.pipeline, member, track })
    }

    /// Notes how long a frame took.
    pub(crate) fn took(&mut self, microseconds: f64) {
        self.latency.record(microseconds);
    }

    pub(crate) fn number(&self) -> u32 {
        self.options.pipeline
    }

    pub(crate) fn direction(&self) -> Direction {
        self.options.direction
    }

    pub(crate) fn track(&self) -> u8 {
        self.options.track
    }

    pub(crate) fn kind(&self) -> MediaKind {
        self.options.kind
    }

    pub(crate) fn codec(&self) -> Format {
        self.codec
    }

    /// The only member whose frames this pipeline may deliver.
    pub(crate) fn from(&self) -> Option<&MemberId> {
        self.options.from.as_ref()
    }

    /// Describes the arrival of a frame at `now`.
    pub(crate) fn arrival(&self, now: Timestamp) -> Arrival<'_, MemberId> {
        Arrival { now, pipeline: self.options.pipeline, from: self.from() }
    }

    pub(crate) fn stats(&self) -> PipelineStats {
        PipelineStats {
            codec: self.mime_type.clone().or_else(|| self.options.codec.clone()),
            member: self.source.as_ref().map(|source| source.member.clone()),
            track: self.source.as_ref().map(|source| source.track),
            microseconds: self.latency.percentiles(),
            ..self.stats.clone()
        }
    }

    /// Audio is opaque to everyone on the way, whatever its codec.
    fn choose_codec(&mut self) {
        let mime_type = self.mime_type.as_ref().or(self.options.codec.as_ref());
        let codec = mime_type.and_then(|mime_type| Codec::from_mime_type(mime_type));
        let is_never_sealed = |mime_type: &String| {
            NEVER_SEALED.iter().any(|never| mime_type.eq_ignore_ascii_case(never))
        };
        self.codec = match self.options.kind {
            _ if mime_type.is_some_and(is_never_sealed) => Format::NeverSealed,
            MediaKind::Audio => Format::Codec(Codec::Audio),
            MediaKind::Video => match codec {
                Some(Codec::Audio) | None => Format::Unknown,
                Some(codec) => Format::Codec(codec),
            },
        };
    }
}

impl Drop {
    /// Whether nothing is heard or seen for it: a frame that comes again has been played.
    const fn darkens(self) -> bool {
        matches!(self, Self::Problem(_) | Self::Unclear)
    }

    fn counter(self, dropped: &mut Dropped) -> &mut u32 {
        match self {
            Self::Problem(code) => match code {
                ProblemCode::AuthenticationFailed => &mut dropped.authentication_failed,
                ProblemCode::KeyExhausted => &mut dropped.key_exhausted,
                // All but the first are no reasons to drop a frame.
                ProblemCode::MalformedFrame
                | ProblemCode::MessageRejected
                | ProblemCode::NoMedia
                | ProblemCode::RepeatedFrames
                | ProblemCode::RolledBack
                | ProblemCode::SlotConflict
                | ProblemCode::TransformNotRunning => &mut dropped.malformed_frame,
                ProblemCode::MissingKey => &mut dropped.missing_key,
                ProblemCode::NotSealed => &mut dropped.not_sealed,
                ProblemCode::UnsupportedCodec => &mut dropped.unsupported_codec,
                ProblemCode::WrongSource => &mut dropped.wrong_source,
            },
            Self::Duplicate => &mut dropped.duplicate,
            Self::Late => &mut dropped.late,
            Self::Stale => &mut dropped.stale,
            Self::Unclear => &mut dropped.unclear,
        }
    }
}

/// Byte counts leave as JavaScript numbers, exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a frame has at most 16 MiB")]
fn as_f64(len: usize) -> f64 {
    len as f64
}

/// A key frame costs the sender ten times a delta frame, and the answer takes a round trip: so not
/// for each frame, yet soon enough that a lost request delays the picture by half a second only.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

/// A media server that mixes two members on one receiver changes the source with every frame; a
/// person can't follow more than a few changes a second.
const SOURCE_INTERVAL: Duration = Duration::from_millis(250);

/// Tones (RFC 4733) and comfort noise (RFC 3389), which browsers make behind the encoder.
const NEVER_SEALED: [&str; 2] = ["audio/telephone-event", "audio/CN"];
