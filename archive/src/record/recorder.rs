//! The member that records: its session, and what drives it.

mod media;
mod report;
mod room;

use alloc::collections::BTreeMap;
use core::future::pending;
use core::ops::ControlFlow;
use core::pin::Pin;
use core::time::Duration;
use std::time::Instant;

use anyhow::Result;
use frameseal::{Event, MemberId, Wake};
use tokio::time::sleep_until;

pub(crate) use self::media::Media;
use self::report::Report;
use super::clock::{Clock, later};
use super::janus_socket::{Came, JanusSocket};
use super::keeper::Keeper;
use super::member::MemberSession;
use super::network::{Datagram, Network};
use super::outbox::Kind;
use super::progress::Progress;
use super::roster::Roster;
use super::sealed::{Lines, key_message};
use super::signalling::{Heard, Signalling};

/// A member that records what others send, or keeps their keys.
pub(crate) struct Recorder {
    clock: Clock,
    id: String,
    session: MemberSession,
    wake: Wake,
    signalling: Signalling,
    is_online: bool,
    roster: Roster,
    people: BTreeMap<MemberId, Person>,
    lines: Lines,
    /// Whether some of them may open now. Each attempt asks for a key, so there must not be too many.
    may_open: bool,
    /// Pipelines whose waiting frames are to be tried again.
    retries: Vec<u32>,
    task: Task,
    tick_at: Instant,
    report: Report,
}

/// What it does.
pub(crate) enum Task {
    /// Writes files of what was said and shown.
    Media(Box<Media>),
    /// Keeps the keys by which others open what they recorded.
    Keys(Box<Keeper>),
}

/// Another member.
#[derive(Clone, Debug)]
struct Person {
    /// With nothing invisible in it.
    name: String,
    fingerprint: Option<String>,
    standing: Standing,
}

/// How far another member is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Standing {
    /// Keys are being exchanged.
    Pending,
    /// It has not given us its keys.
    Silent,
    /// We have its keys.
    Consented,
    /// It records itself.
    Recorder,
}

/// What there is to do next.
enum Next {
    Heard(Option<Heard>),
    Datagram(Option<Datagram>),
    Janus(Option<Came>),
    Time,
    Stop,
}

impl Recorder {
    pub(crate) fn new(
        clock: Clock,
        id: String,
        session: MemberSession,
        signalling: Signalling,
        task: Task,
    ) -> Self {
        let now = clock.now();
        Self {
            clock,
            id,
            session,
            wake: Wake::Now,
            signalling,
            is_online: false,
            roster: Roster::default(),
            people: BTreeMap::new(),
            lines: Lines::default(),
            may_open: false,
            retries: Vec::new(),
            task,
            tick_at: now,
            report: Report::new(now, Progress::new()),
        }
    }

    /// Records until it is told to stop, or cannot go on; what was recorded is whole in any case.
    pub(crate) async fn run(mut self, stop: impl Future<Output = ()>) -> Result<()> {
        let mut stop = core::pin::pin!(stop);
        let outcome = loop {
            match self.step(stop.as_mut()).await {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        outcome.and(self.end().await)
    }

    async fn step(&mut self, stop: Pin<&mut impl Future<Output = ()>>) -> Result<ControlFlow<()>> {
        let next = self.next(stop).await;
        let now = self.clock.now();
        match next {
            Next::Heard(heard) => self.hear(now, heard)?,
            Next::Datagram(datagram) => self.take_datagrams(now, datagram)?,
            Next::Janus(came) => self.hear_janus(now, came)?,
            Next::Time => self.pass(now)?,
            Next::Stop => return Ok(ControlFlow::Break(())),
        }
        self.settle(now)?;
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self, stop: Pin<&mut impl Future<Output = ()>>) -> Next {
        let wake_at = self.wake_at();
        let (network, janus) = match &mut self.task {
            Task::Media(media) => media.sources(),
            Task::Keys(_) => (None, None),
        };
        tokio::select! {
            () = stop => Next::Stop,
            heard = self.signalling.hear() => Next::Heard(heard),
            datagram = receive(network) => Next::Datagram(datagram),
            came = hear_janus(janus) => Next::Janus(came),
            () = sleep_until(wake_at.into()) => Next::Time,
        }
    }

    fn wake_at(&mut self) -> Instant {
        let session = match self.wake {
            Wake::Now => Some(self.clock.now()),
            Wake::At(at) => Some(self.clock.instant(at)),
            Wake::Never => None,
        };
        let media = match &mut self.task {
            Task::Media(media) => media.wake_at(),
            Task::Keys(_) => None,
        };
        [session, media].into_iter().flatten().fold(self.tick_at, Instant::min)
    }

    /// Does what time brings.
    fn pass(&mut self, now: Instant) -> Result<()> {
        self.pass_media(now)?;
        if now < self.tick_at {
            return Ok(());
        }
        self.tick_at = later(now, TICK);
        self.may_open = true;
        for change in self.roster.expire(now) {
            self.take_change(now, change)?;
        }
        self.tick_media(now)?;
        if let Task::Keys(keeper) = &mut self.task {
            keeper.keep(now, &self.session)?;
        }
        self.show(now);
        Ok(())
    }

    /// Does all that follows from what happened.
    fn settle(&mut self, now: Instant) -> Result<()> {
        loop {
            self.work(now);
            if let Task::Keys(keeper) = &mut self.task {
                keeper.keep(now, &self.session)?;
            }
            self.take_events(now)?;
            while let Some(pipeline) = self.retries.pop() {
                self.retry(now, pipeline)?;
            }
            self.note_standings(now)?;
            self.take_signals(now)?;
            self.send_signals(now);
            if !self.session.has_events() && !self.session.wants_work() {
                return Ok(());
            }
        }
    }

    fn work(&mut self, now: Instant) {
        self.wake = Wake::Now;
        while self.wake == Wake::Now {
            self.wake = self.session.work(self.clock.timestamp(now));
        }
    }

    /// Takes what the session tells.
    fn take_events(&mut self, now: Instant) -> Result<()> {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Message { to, data } => {
                    let to = to.map(|to| to.as_str().to_owned());
                    self.signalling.relay(to, key_message(&data), Kind::Key);
                }
                Event::Member { id, fingerprint, .. } => {
                    let fingerprint = fingerprint.map(|fingerprint| fingerprint.to_string());
                    self.take_fingerprint(now, &id, fingerprint)?;
                }
                Event::Problem(problem) => self.note_problem(now, &problem),
                Event::Source { pipeline, member, track } => self.prove(pipeline, member, track),
                Event::Retry { pipeline } => self.retries.push(pipeline),
                Event::KeyFrameWanted { pipeline } => self.ask_key_frame(now, pipeline),
                Event::Verify { .. }
                | Event::Keychange { .. }
                | Event::KeyFrameNeeded { .. }
                | Event::KeysChanged => {}
            }
        }
        Ok(())
    }

    /// Leaves the room, and ends all files.
    async fn end(mut self) -> Result<()> {
        let now = self.clock.now();
        self.signalling.leave().await;
        match self.task {
            Task::Media(media) => self.report.end_media(&media.end(now)?),
            Task::Keys(keeper) => self.report.end_keys(keeper.end(now)?),
        }
        Ok(())
    }
}

async fn receive(network: Option<&mut Network>) -> Option<Datagram> {
    match network {
        Some(network) => network.receive().await,
        None => pending().await,
    }
}

async fn hear_janus(socket: Option<&mut JanusSocket>) -> Option<Came> {
    match socket {
        Some(socket) => socket.hear().await,
        None => pending().await,
    }
}

/// How often what nobody tells is looked at.
const TICK: Duration = Duration::from_millis(100);
