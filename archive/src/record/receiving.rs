//! Frames on their way through the session: which pipeline they are of, and those that wait.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use core::time::Duration;
use std::time::Instant;

use frameseal::{Direction, Failure, MediaKind, MemberId, PipelineOptions, Verdict};
use str0m::media::{MediaData, Mid};

use super::clock::later;
use super::format::Format;
use super::member::MemberSession;
use super::timeline::Stamp;
use super::transport::ConnectionId;

/// Where a stream comes in.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Inlet {
    pub(crate) connection: ConnectionId,
    pub(crate) mid: Mid,
}

/// A frame as it came.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    pub(crate) data: Arc<[u8]>,
    pub(crate) format: Format,
    pub(crate) stamp: Stamp,
}

/// A receiving pipeline of the session.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) number: u32,
    pub(crate) inlet: Inlet,
    kind: MediaKind,
    /// The only member whose frames may come out.
    from: Option<MemberId>,
    format: Format,
    /// Whose frames come out, and of which track.
    pub(crate) source: Option<(MemberId, u8)>,
    /// Frames whose key has not come, in their order.
    pub(crate) waiting: VecDeque<Sealed>,
    asked_at: Option<Instant>,
}

/// What became of a frame in the session.
#[derive(Debug)]
pub(crate) enum Fate {
    Opened(Vec<u8>),
    /// Its key has not come.
    Waits,
    Lost,
}

impl From<Result<Verdict<'_>, Failure>> for Fate {
    fn from(verdict: Result<Verdict<'_>, Failure>) -> Self {
        match verdict {
            Ok(Verdict::Pass(frame)) => Self::Opened(frame.to_vec()),
            Ok(Verdict::Wait) => Self::Waits,
            Ok(Verdict::Drop) | Err(_) => Self::Lost,
        }
    }
}

/// All pipelines.
#[derive(Debug, Default)]
pub(crate) struct Receiving {
    pipelines: BTreeMap<Inlet, Pipeline>,
    next: u32,
}

impl Receiving {
    /// Returns the pipeline of a stream, made when its first frame comes. `None`: the session takes no
    /// more of them.
    pub(crate) fn pipeline(
        &mut self,
        session: &mut MemberSession,
        inlet: Inlet,
        from: Option<&MemberId>,
        format: Format,
    ) -> Option<&mut Pipeline> {
        if !self.pipelines.contains_key(&inlet) {
            let pipeline = Pipeline {
                number: self.next,
                inlet,
                kind: if format.is_sound() { MediaKind::Audio } else { MediaKind::Video },
                from: from.cloned(),
                format,
                source: None,
                waiting: VecDeque::new(),
                asked_at: None,
            };
            session.add_pipeline(pipeline.options()).ok()?;
            self.next = self.next.saturating_add(1);
            self.pipelines.insert(inlet, pipeline);
        }
        self.pipelines.get_mut(&inlet)
    }

    pub(crate) fn numbered(&mut self, number: u32) -> Option<&mut Pipeline> {
        self.pipelines.values_mut().find(|pipeline| pipeline.number == number)
    }

    /// Takes what a key has proven: whose frames come out, now and from now on. Else the frames of two could
    /// take turns, and be written as one's.
    pub(crate) fn prove(
        &mut self,
        session: &mut MemberSession,
        number: u32,
        member: MemberId,
        track: u8,
    ) {
        let Some(pipeline) = self.numbered(number) else { return };
        if pipeline.from.is_none() {
            pipeline.from = Some(member.clone());
            // It was taken before with the same numbers.
            let _ = session.retarget(pipeline.options());
        }
        pipeline.source = Some((member, track));
    }

    /// Forgets the streams of all connections but these.
    pub(crate) fn keep(&mut self, session: &mut MemberSession, live: &[ConnectionId]) {
        self.pipelines.retain(|inlet, pipeline| {
            let is_live = live.contains(&inlet.connection);
            if !is_live {
                session.release(pipeline.number);
            }
            is_live
        });
    }
}

impl Pipeline {
    /// Has the session open frames as those of this codec.
    pub(crate) fn set_format(&mut self, session: &mut MemberSession, format: Format) {
        if self.format != format {
            self.format = format;
            session.set_mime_type(self.number, String::from(format.mime_type));
        }
    }

    /// Whether to ask for a key frame now, and not again for a while.
    pub(crate) fn may_ask(&mut self, now: Instant) -> bool {
        let is_early = self.asked_at.is_some_and(|at| now < later(at, ASK_INTERVAL));
        if is_early || self.kind == MediaKind::Audio {
            return false;
        }
        self.asked_at = Some(now);
        true
    }

    fn options(&self) -> PipelineOptions {
        PipelineOptions {
            pipeline: self.number,
            direction: Direction::Receive,
            kind: self.kind,
            track: 0,
            codec: Some(String::from(self.format.mime_type)),
            from: self.from.clone(),
        }
    }
}

/// Takes a frame from a connection; `None`: it is of no codec that is recorded.
pub(crate) fn sealed(connection: ConnectionId, data: &MediaData) -> Option<Sealed> {
    let format = Format::of(data.params.spec().codec)?;
    let stamp = Stamp { connection, media: data.time, came: data.network_time };
    Some(Sealed { data: Arc::clone(&data.data), format, stamp })
}

/// A key frame costs its sender ten times a delta frame, and comes a round trip later.
const ASK_INTERVAL: Duration = Duration::from_millis(500);
