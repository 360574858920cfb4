//! Sessions in one process, over signalling that delivers at once.

use std::time::Instant;

use frameseal::{
    Direction, Event, Input, MediaKind, MemberId, Options, PipelineOptions, Recording, Room,
    Session, Verdict, Wake,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::clock::Clock;
use super::member::MemberSession;

/// A room whose members speak when [`exchange`](Self::exchange) is called; `rec` records, and everybody
/// consents at once.
pub(crate) struct TestRoom {
    members: Vec<(MemberId, MemberSession)>,
}

impl TestRoom {
    pub(crate) fn new(ids: &[&str]) -> Self {
        let mut room = Self { members: Vec::new() };
        for id in ids {
            room.join(id);
        }
        room
    }

    pub(crate) fn join(&mut self, id: &str) {
        let clock = Clock::start();
        let now = clock.timestamp(clock.now());
        let id = MemberId::new(id).unwrap();
        let is_recorder = id.as_str().starts_with("rec");
        let recording = if is_recorder { Recording::Recorder } else { Recording::ByConsent };
        let options = Options { recording, ..Options::new(Room::new("room").unwrap(), id.clone()) };
        let seed = id.as_str().bytes().fold(7, |seed: u64, byte| seed * 31 + u64::from(byte));
        let mut session = Session::new(options, ChaCha20Rng::seed_from_u64(seed)).unwrap();
        for track in 0..2 {
            let kind = if track == 0 { MediaKind::Audio } else { MediaKind::Video };
            let codec = Some(String::from(if track == 0 { "audio/opus" } else { "video/VP8" }));
            let (pipeline, direction) = (u32::from(track), Direction::Send);
            let options = PipelineOptions { pipeline, direction, kind, track, codec, from: None };
            session.add_pipeline(options).unwrap();
        }
        for (other, of_other) in &mut self.members {
            of_other.handle(now, Input::Joined(id.clone())).unwrap();
            session.handle(now, Input::Joined(other.clone())).unwrap();
        }
        self.members.push((id, session));
    }

    /// Takes a member out of the room of the others.
    pub(crate) fn leave(&mut self, clock: Clock, now: Instant, id: &str) {
        self.members.retain(|(member, _)| member.as_str() != id);
        let id = MemberId::new(id).unwrap();
        for (_, session) in &mut self.members {
            session.handle(clock.timestamp(now), Input::Left(id.clone())).unwrap();
        }
    }

    pub(crate) fn sessions<const N: usize>(&mut self) -> [&mut MemberSession; N] {
        let sessions: Vec<_> = self.members.iter_mut().map(|(_, session)| session).collect();
        sessions.try_into().unwrap_or_else(|_| panic!("another number of members"))
    }

    pub(crate) fn of(&mut self, id: &str) -> &mut MemberSession {
        let member = self.members.iter_mut().find(|(member, _)| member.as_str() == id);
        &mut member.unwrap().1
    }

    /// Seals a frame of a track, 0 sound and 1 pictures of VP8.
    pub(crate) fn seal(
        &mut self,
        clock: Clock,
        now: Instant,
        id: &str,
        track: u8,
        frame: &[u8],
    ) -> Vec<u8> {
        let sealed = self.of(id).seal(clock.timestamp(now), u32::from(track), frame).unwrap();
        match sealed {
            Verdict::Pass(sealed) => sealed.to_vec(),
            verdict => panic!("{id} did not seal: {verdict:?}"),
        }
    }

    /// Delivers until nobody has anything to say; returns what they told, key messages aside.
    pub(crate) fn exchange(&mut self, clock: Clock, now: Instant) -> Vec<(MemberId, Event)> {
        let mut told = Vec::new();
        loop {
            let (mut messages, told_before) = (Vec::new(), told.len());
            for (id, session) in &mut self.members {
                while session.work(clock.timestamp(now)) == Wake::Now {}
                while let Some(event) = session.poll_event() {
                    match event {
                        Event::Message { to, data } => messages.push((id.clone(), to, data)),
                        event => told.push((id.clone(), event)),
                    }
                }
            }
            self.consent(clock, now, told.get(told_before..).unwrap_or_default());
            if messages.is_empty() && told.len() == told_before {
                return told;
            }
            for (from, to, data) in messages {
                for (id, session) in &mut self.members {
                    if *id == from || to.as_ref().is_some_and(|to| to != id) {
                        continue;
                    }
                    let input = Input::Received { from: from.clone(), message: data.clone() };
                    session.handle(clock.timestamp(now), input).unwrap();
                }
            }
        }
    }

    fn consent(&mut self, clock: Clock, now: Instant, told: &[(MemberId, Event)]) {
        for (of, event) in told {
            if let Event::Member { id, fingerprint: Some(fingerprint), recorder, .. } = event
                && *recorder == Some(frameseal::Consent::Missing)
            {
                let consent = Input::Consent(id.clone(), *fingerprint);
                // Whoever has left is asked no more.
                let _ = self.of(of.as_str()).handle(clock.timestamp(now), consent);
            }
        }
    }
}
