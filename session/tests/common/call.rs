//! A room of sessions that exchange keys, over signalling that delivers at once.
#![allow(dead_code, reason = "no user of this module uses all of it")]

use frameseal::{Direction, Event, Input, Options, PipelineOptions, Room, Session, Verdict, Wake};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::common::{TestSession, at, member, video};

/// A room whose clock moves when told to.
pub(crate) struct Call {
    pub(crate) now: u64,
    members: Vec<Member>,
}

pub(crate) struct Member {
    id: &'static str,
    pub(crate) session: TestSession,
    /// What the application or its worker was told, key messages aside.
    pub(crate) told: Vec<Event>,
}

impl Call {
    pub(crate) fn new(ids: &[&'static str]) -> Self {
        let mut call = Self { now: 0, members: Vec::new() };
        for id in ids {
            call.join(id);
        }
        call
    }

    pub(crate) fn join(&mut self, id: &'static str) {
        self.join_with(id, options(id));
    }

    pub(crate) fn join_with(&mut self, id: &'static str, options: Options) {
        let mut session = new_session(options);
        for (pipeline, direction) in [(0, Direction::Send), (1, Direction::Receive)] {
            session.add_pipeline(PipelineOptions { pipeline, ..video(direction) }).unwrap();
        }
        for other in &mut self.members {
            other.session.handle(at(self.now), Input::Joined(member(id))).unwrap();
            session.handle(at(self.now), Input::Joined(member(other.id))).unwrap();
        }
        self.members.push(Member { id, session, told: Vec::new() });
    }

    /// Takes a member out of the room of the others; it does not hear of it.
    pub(crate) fn leave(&mut self, id: &str) -> Member {
        let at_index = self.members.iter().position(|member| member.id == id).unwrap();
        let leaver = self.members.remove(at_index);
        for other in &mut self.members {
            other.session.handle(at(self.now), Input::Left(member(id))).unwrap();
        }
        leaver
    }

    /// Lets time pass while everybody does their work and hears of the others.
    pub(crate) fn pass(&mut self, milliseconds: u64) {
        for _ in 0..milliseconds / 10 {
            self.now += 10;
            while self.exchange() {}
        }
    }

    /// Delivers what everybody has to say now; returns whether that was anything.
    fn exchange(&mut self) -> bool {
        let mut messages = Vec::new();
        for Member { id, session, told } in &mut self.members {
            while session.work(at(self.now)) == Wake::Now {}
            for event in core::iter::from_fn(|| session.poll_event()) {
                match event {
                    Event::Message { to, data } => messages.push((*id, to, data)),
                    event => told.push(event),
                }
            }
        }
        for (from, to, data) in &messages {
            for other in self.members.iter_mut().filter(|other| other.id != *from) {
                if to.as_ref().is_none_or(|to| to.as_str() == other.id) {
                    let input = Input::Received { from: member(from), message: data.clone() };
                    other.session.handle(at(self.now), input).unwrap();
                }
            }
        }
        !messages.is_empty()
    }

    pub(crate) fn seal(&mut self, id: &str, frame: &[u8]) -> Vec<u8> {
        let now = at(self.now);
        match self.of(id).session.seal(now, 0, frame).unwrap() {
            Verdict::Pass(sealed) => sealed.to_vec(),
            verdict => panic!("{id} did not seal: {verdict:?}"),
        }
    }

    pub(crate) fn open(&mut self, id: &str, sealed: &[u8]) -> Verdict<'_> {
        let now = at(self.now);
        self.of(id).session.open(now, 1, sealed).unwrap()
    }

    pub(crate) fn retry(&mut self, id: &str, sealed: &[u8]) -> Verdict<'_> {
        let now = at(self.now);
        self.of(id).session.retry(now, 1, sealed).unwrap()
    }

    pub(crate) fn of(&mut self, id: &str) -> &mut Member {
        self.members.iter_mut().find(|member| member.id == id).unwrap()
    }

    pub(crate) fn told(&mut self, id: &str) -> Vec<Event> {
        core::mem::take(&mut self.of(id).told)
    }
}

pub(crate) fn options(id: &str) -> Options {
    Options::new(Room::new("room").unwrap(), member(id))
}

pub(crate) fn new_session(options: Options) -> TestSession {
    let seed =
        options.member.as_str().bytes().fold(7, |seed: u64, byte| seed * 31 + u64::from(byte));
    Session::new(options, ChaCha20Rng::seed_from_u64(seed)).unwrap()
}
