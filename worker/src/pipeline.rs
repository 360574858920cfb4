//! One direction of one transceiver: what its frames are, what became of them.

use alloc::rc::Rc;

use frameseal_sframe::FrameKind;
use frameseal_sframe::envelope::Codec;

use crate::latency::Latency;
use crate::message::{Dropped, Event, PipelineStats, ProblemCode};
use crate::problems::{Culprit, Problems};

/// What a pipeline is for.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Chosen by the main thread, unique in the session.
    pub(crate) pipeline: u32,
    pub(crate) direction: Direction,
    pub(crate) kind: MediaKind,
    /// Sending: which of this member's tracks, 0 to 15.
    pub(crate) track: u8,
    /// MIME type to assume while the browser does not tell one.
    pub(crate) codec: Option<String>,
    /// Receiving: the only member whose frames may come out.
    pub(crate) from: Option<String>,
}

/// Which way frames go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    /// Encoder to network: frames are sealed.
    Send,
    /// Network to decoder: frames are opened.
    Receive,
}

/// What frames are pieces of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MediaKind {
    Audio,
    Video,
}

/// State of one pipeline.
#[derive(Debug)]
pub(crate) struct Pipeline {
    options: Options,
    /// What frames are handled as; `None`: nothing we know, so nothing passes.
    codec: Option<Codec>,
    mime_type: Option<String>,
    source: Option<Source>,
    /// The source that the application was told of, and when, in ms.
    announced: Option<Source>,
    announced_at: f64,
    /// Video cannot be shown before the next key frame: some was dropped, or somebody is new.
    broken: bool,
    /// When a key frame was last asked for, in ms.
    key_frame_wanted: f64,
    stats: PipelineStats,
    latency: Latency,
    problems: Problems,
}

/// Who is playing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Source {
    pub(crate) member: Rc<str>,
    pub(crate) track: u8,
}

/// Why a frame was dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Drop {
    Problem(ProblemCode),
    /// Browsers deliver the same frame several times.
    Duplicate,
    Late,
}

impl Pipeline {
    pub(crate) fn new(options: Options) -> Self {
        let stats = PipelineStats { pipeline: options.pipeline, ..PipelineStats::default() };
        let mut pipeline = Self {
            options,
            codec: None,
            mime_type: None,
            source: None,
            announced: None,
            announced_at: f64::NEG_INFINITY,
            broken: false,
            key_frame_wanted: f64::NEG_INFINITY,
            stats,
            latency: Latency::new(),
            problems: Problems::default(),
        };
        pipeline.choose_codec();
        pipeline
    }

    /// Takes other options; what was counted stays.
    pub(crate) fn retarget(&mut self, options: Options) {
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
    pub(crate) fn leave_to_web_crypto(&mut self) {
        self.stats.web_crypto = self.stats.web_crypto.saturating_add(1);
    }

    /// Notes a frame that was sealed or opened, of `len` bytes before and `output_len` after;
    /// returns whether a key frame is wanted now.
    pub(crate) fn pass(
        &mut self,
        now: f64,
        kind: FrameKind,
        len: usize,
        output_len: usize,
    ) -> Option<Event> {
        self.stats.passed = self.stats.passed.saturating_add(1);
        self.stats.bytes_in += as_f64(len);
        self.stats.bytes_out += as_f64(output_len);
        if kind == FrameKind::Key {
            self.broken = false;
        }
        self.want_key_frame(now)
    }

    /// Notes a frame that was dropped; returns the event to send, if one is due.
    pub(crate) fn drop(&mut self, now: f64, reason: Drop, culprit: Culprit) -> Option<Event> {
        let count = reason.counter(&mut self.stats.dropped);
        *count = count.saturating_add(1);
        let Drop::Problem(code) = reason else {
            return None;
        };
        self.broken = self.options.kind == MediaKind::Video;
        self.problems.count(now, code, Some(self.options.pipeline), culprit)
    }

    /// Notes that somebody new watches what is sent here; returns whether a key frame is due.
    pub(crate) fn refresh(&mut self, now: f64) -> Option<Event> {
        // A transceiver that does not send has nothing to show.
        let sends = self.options.direction == Direction::Send && self.stats.passed > 0;
        self.broken |= sends && self.options.kind == MediaKind::Video;
        self.want_key_frame(now)
    }

    /// Asks for a key frame if nothing else mends the video, but not again and again.
    pub(crate) fn want_key_frame(&mut self, now: f64) -> Option<Event> {
        let due = self.broken && now - self.key_frame_wanted >= KEY_FRAME_INTERVAL_MS;
        due.then(|| {
            self.key_frame_wanted = now;
            let pipeline = self.options.pipeline;
            match self.options.direction {
                Direction::Send => Event::KeyFrameNeeded { pipeline },
                Direction::Receive => Event::KeyFrameWanted { pipeline },
            }
        })
    }

    /// Notes who is playing; returns the event if that is news, and the last news are not too fresh.
    pub(crate) fn play(&mut self, now: f64, source: Source) -> Option<Event> {
        if self.source.as_ref() != Some(&source) {
            self.source = Some(source);
        }
        if self.source == self.announced || now - self.announced_at < SOURCE_INTERVAL_MS {
            return None;
        }
        self.announced_at = now;
        self.announced = self.source.clone();
        let Source { member, track } = self.source.as_ref()?;
        let member = String::from(&**member);
        Some(Event::Source { pipeline: self.options.pipeline, member, track: *track })
    }

    /// Notes how long a frame took.
    pub(crate) fn took(&mut self, microseconds: f64) {
        self.latency.record(microseconds);
    }

    pub(crate) fn direction(&self) -> Direction {
        self.options.direction
    }

    pub(crate) fn track(&self) -> u8 {
        self.options.track
    }

    pub(crate) fn codec(&self) -> Option<Codec> {
        self.codec
    }

    /// Whether the application wants to see this member here.
    pub(crate) fn accepts(&self, member: &str) -> bool {
        self.options.from.as_deref().is_none_or(|from| from == member)
    }

    pub(crate) fn stats(&self) -> PipelineStats {
        PipelineStats {
            codec: self.mime_type.clone().or_else(|| self.options.codec.clone()),
            member: self.source.as_ref().map(|source| String::from(&*source.member)),
            track: self.source.as_ref().map(|source| source.track),
            microseconds: self.latency.percentiles(),
            ..self.stats.clone()
        }
    }

    /// Audio is opaque to everyone on the way, whatever its codec.
    fn choose_codec(&mut self) {
        let mime_type = self.mime_type.as_ref().or(self.options.codec.as_ref());
        self.codec = match self.options.kind {
            MediaKind::Audio => Some(Codec::Audio),
            MediaKind::Video => mime_type
                .and_then(|mime_type| Codec::from_mime_type(mime_type))
                .filter(|codec| *codec != Codec::Audio),
        };
    }
}

impl Drop {
    fn counter(self, dropped: &mut Dropped) -> &mut u32 {
        match self {
            Self::Problem(code) => match code {
                ProblemCode::AuthenticationFailed => &mut dropped.authentication_failed,
                ProblemCode::KeyExhausted => &mut dropped.key_exhausted,
                // The last two are no reasons to drop a frame.
                ProblemCode::MalformedFrame
                | ProblemCode::MessageRejected
                | ProblemCode::SlotConflict => &mut dropped.malformed_frame,
                ProblemCode::MissingKey => &mut dropped.missing_key,
                ProblemCode::NotSealed => &mut dropped.not_sealed,
                ProblemCode::UnsupportedCodec => &mut dropped.unsupported_codec,
                ProblemCode::WrongSource => &mut dropped.wrong_source,
            },
            Self::Duplicate => &mut dropped.duplicate,
            Self::Late => &mut dropped.late,
        }
    }
}

/// Byte counts leave as JavaScript numbers, exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a frame has at most 16 MiB")]
pub(crate) fn as_f64(len: usize) -> f64 {
    len as f64
}

/// A key frame costs the sender ten times a delta frame, and the answer takes a round trip: so not
/// for each frame, yet soon enough that a lost request delays the picture by half a second only.
const KEY_FRAME_INTERVAL_MS: f64 = 500.0;

/// A media server that mixes two members on one receiver changes the source with every frame; a
/// person can't follow more than a few changes a second.
const SOURCE_INTERVAL_MS: f64 = 250.0;
