//! Messages of others: whose they are, and whether they open.

use alloc::boxed::Box;
use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::{Judgement, KeyManager};
use crate::association::{Association, Candidate, Introduction, Topic};
use crate::key_pair::{PublicKey, PublicKeyError};
use crate::limits::{ANSWER_INTERVAL, HELLO_INTERVAL};
use crate::member_id::MemberId;
use crate::message::{Body, Hello, Message, MessageError, Sealed, suite_numbers};
use crate::output::{Event, Output};
use crate::peer::{Exposure, Greeting, Peer, State};
use crate::wrapping_key::Party;

impl<R: CryptoRng> KeyManager<R> {
    /// Lets a message wait for its turn.
    pub(super) fn receive(&mut self, from: MemberId, message: Vec<u8>) {
        if let Err(reason) = self.inbox.push(&from, message) {
            self.tell(Event::Rejected { from, reason });
        }
    }

    /// Works on a message: at most one agreement.
    pub(super) fn read(&mut self, from: &MemberId, bytes: Vec<u8>) {
        let refused = self.try_read(from, bytes).err();
        match self.position(from).ok().and_then(|at| self.peers.get_mut(at)) {
            Some(peer) => peer.heard.note(refused),
            None => {
                let refused = refused.unwrap_or(MessageError::UnknownMember);
                self.stranger = Some((self.now, from.clone(), refused));
            }
        }
        if let Some(reason) = refused {
            self.tell(Event::Rejected { from: from.clone(), reason });
        }
    }

    fn try_read(&mut self, from: &MemberId, bytes: Vec<u8>) -> Result<(), MessageError> {
        let Message { hello, sealed, .. } = self.addressed(from, &bytes)?;
        let Ok(at) = self.position(from) else {
            return self.keep(from, bytes);
        };
        let confirms = self.peers.get(at).is_some_and(|peer| peer.is_proven_by(hello.as_ref()));
        let greeted = hello.is_some();
        let is_known = |hello| self.peers.get(at).is_some_and(|peer| peer.knows(hello));
        match (hello, &sealed) {
            (Some(hello), None) if is_known(&hello) => self.greet_again(at),
            (Some(hello), _) if !is_known(&hello) => self.meet(at, hello)?,
            _ => {}
        }
        let Some(sealed) = sealed else {
            return Ok(());
        };
        match self.open(at, &sealed)? {
            Opened::Body(body) => {
                if let Some(peer) = self.peers.get_mut(at).filter(|_| confirms) {
                    peer.confirm();
                }
                self.take(at, body, greeted);
            }
            Opened::Later => self.keep_for_judgement(at, bytes),
            Opened::InVain => {}
        }
        Ok(())
    }

    /// Takes a message apart, if it is for us and from whom signalling says it is.
    fn addressed<'a>(&self, from: &MemberId, bytes: &'a [u8]) -> Result<Message<'a>, MessageError> {
        let message = Message::decode(bytes)?;
        let us = self.member.as_str();
        if message.room != self.room {
            return Err(MessageError::OtherRoom);
        }
        if message.from == us {
            let ours = self.key_pair.public().encoded();
            let is_ours = message.hello.as_ref().is_none_or(|hello| hello.public_key == *ours);
            return Err(if is_ours { MessageError::Reflected } else { MessageError::Namesake });
        }
        if *from == self.member {
            return Err(MessageError::WrongSender);
        }
        if message.from != from.as_str() || message.to.is_some_and(|to| to != us) {
            return Err(MessageError::Misaddressed);
        }
        Ok(message)
    }

    /// Keeps the message of a member that is not here yet; the one that is dropped for it is told.
    fn keep(&mut self, from: &MemberId, bytes: Vec<u8>) -> Result<(), MessageError> {
        let reason = MessageError::UnknownMember;
        match self.inbox.keep(self.now, from, bytes) {
            Some(id) if id == *from => return Err(reason),
            Some(from) => self.tell(Event::Rejected { from, reason }),
            None => {}
        }
        Ok(())
    }

    /// Keeps what a candidate sealed until the application has judged it.
    fn keep_for_judgement(&mut self, at: usize, bytes: Vec<u8>) {
        let peer = self.peers.get_mut(at);
        if let Some(Candidate::Unjudged { sealed, .. }) = peer.and_then(Peer::candidate_mut) {
            *sealed = Some(bytes);
        }
    }

    /// Handles a hello that claims to be from this member, and is not known.
    fn meet(&mut self, at: usize, hello: Hello) -> Result<(), MessageError> {
        self.check_hello(at, &hello)?;
        self.pace_introductions(at)?;
        let public_key = PublicKey::decode(&hello.public_key)?;
        if self.peers.get(at).is_some_and(|peer| peer.was_turned_away(&hello)) {
            return Err(MessageError::RejectedMember);
        }
        self.introduce(at, Introduction::new(hello, public_key));
        Ok(())
    }

    /// Answers a hello that is known and has nothing sealed with it: the member may lack ours, for it
    /// could not open what we said, or nothing came.
    fn greet_again(&mut self, at: usize) {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        if !peer.answers.allows(now, ANSWER_INTERVAL) {
            return;
        }
        peer.greeting = Greeting::Due;
        if let Some(accepted) = peer.accepted() {
            accepted.due.raise(Topic::Answer);
        } else if let Some(proven) = peer.proven_mut() {
            proven.due.raise(Topic::Answer);
        }
        self.agenda.add(&peer.id);
    }

    /// Checks what can be told of a hello without an agreement.
    fn check_hello(&self, at: usize, hello: &Hello) -> Result<(), MessageError> {
        if hello.public_key == *self.key_pair.public().encoded() {
            return Err(PublicKeyError::Own.into());
        }
        if hello.suites != suite_numbers(self.suites) {
            return Err(MessageError::CipherSuites(hello.suites));
        }
        if hello.recording.is_allowed() != self.hello.recording.is_allowed() {
            return Err(MessageError::Recording);
        }
        let proven = self.peers.get(at).and_then(Peer::proven).map(Association::hello);
        let is_forged = proven.is_some_and(|proven| {
            proven.public_key == hello.public_key && !proven.is_same_introduction(hello)
        });
        // A key pair has one role and one credential for life.
        if is_forged { Err(MessageError::Authentication) } else { Ok(()) }
    }

    /// Refuses one hello too soon after another: each costs an agreement.
    fn pace_introductions(&mut self, at: usize) -> Result<(), MessageError> {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(at) else {
            return Ok(());
        };
        let is_first = peer.proven().is_none() && peer.candidate().is_none();
        if is_first || peer.introductions.is_over(now) {
            return Ok(());
        }
        // A delayed hello may have gone first: let the member say soon which one holds.
        let again_at = now.after(ANSWER_INTERVAL);
        peer.retry.hasten(again_at);
        self.set_alarm(at, again_at);
        Err(MessageError::TooSoon)
    }

    /// Takes somebody for a candidate.
    fn introduce(&mut self, at: usize, mut introduction: Introduction) {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        peer.introductions.start(now, HELLO_INTERVAL);
        peer.retry.reset();
        let proven = peer.proven().map(|proven| &proven.introduction);
        let forgotten = peer.candidate().map(Candidate::introduction);
        for earlier in proven.into_iter().chain(forgotten) {
            introduction.follow(earlier);
        }
        // Whoever the member was taken for before may have our keys.
        if peer.proven().is_none() && peer.candidate().is_some() {
            peer.exposure = match peer.exposure {
                Exposure::None => Exposure::None,
                Exposure::Member | Exposure::Stranger => Exposure::Stranger,
            };
        }
        let (id, fingerprint) = (peer.id.clone(), introduction.fingerprint());
        match self.judgement {
            Judgement::Roster => {
                let event = peer.introduce(Candidate::Accepted(Association::new(introduction)));
                self.outputs.extend(event.map(Output::Event));
                self.welcome(at);
            }
            Judgement::Application => {
                let credential = introduction.hello.credential.clone();
                let event = peer.introduce(Candidate::Unjudged { introduction, sealed: None });
                self.outputs.extend(event.map(Output::Event));
                self.tell(Event::Verify { id, fingerprint, credential });
            }
        }
    }

    /// Opens the sealed part by what is agreed with the member, or with whoever claims to be it.
    fn open(&mut self, at: usize, sealed: &Sealed<'_>) -> Result<Opened, MessageError> {
        let Some(peer) = self.peers.get_mut(at) else {
            return Err(MessageError::UnknownMember);
        };
        let failure = match peer.proven_mut().map(|proven| proven.open(sealed)) {
            Some(Ok(body)) => return Ok(Opened::Body(body)),
            Some(Err(failure)) => failure,
            None => MessageError::Authentication,
        };
        if matches!(peer.candidate(), Some(Candidate::Unjudged { .. })) {
            return Ok(Opened::Later);
        }
        let (id, hello) = (peer.id.clone(), peer.hello.clone());
        if let Some(accepted) = peer.accepted() {
            let us = Party { id: self.member.as_str(), hello: &hello };
            accepted.keys(&*self.salt, &self.key_pair, us, &id);
            if let Ok(body) = accepted.open(sealed) {
                return Ok(self.promote(at, body));
            }
        }
        // It seals for somebody else than us: that it knows us no more is the harmless reason.
        if failure == MessageError::Authentication && peer.answers.allows(self.now, ANSWER_INTERVAL)
        {
            peer.greeting = Greeting::Due;
            self.agenda.add(&id);
        }
        Err(failure)
    }

    /// Takes a candidate for the member, now that it has proven to hold its key.
    fn promote(&mut self, at: usize, body: Body) -> Opened {
        let sends = self.keys.is_some();
        let Some(peer) = self.peers.get_mut(at) else {
            return Opened::InVain;
        };
        let Some(Candidate::Accepted(mut association)) = peer.take_candidate() else {
            return Opened::InVain;
        };
        peer.introductions.reset();
        peer.heard.refused = None;
        let key_of = |association: &Association| association.introduction.fingerprint();
        match peer.proven().map(key_of) {
            Some(other) if other != key_of(&association) => {
                self.begin_anew(at, association);
                return Opened::InVain;
            }
            // It forgot us, and most likely our keys.
            Some(_) if sends => association.due.raise(Topic::Keys),
            _ => {}
        }
        let id = peer.id.clone();
        let leaked = peer.exposure == Exposure::Stranger;
        if leaked {
            peer.exposure = Exposure::Member;
        }
        self.set_state(at, State::Secured { proven: Box::new(association), claimant: None });
        self.stop_waiting_for(&id);
        if leaked {
            self.rotate_soon();
        }
        self.give_access(at);
        Opened::Body(body)
    }
}

/// What became of a sealed part.
enum Opened {
    Body(Body),
    /// The application has to judge its sender first.
    Later,
    /// It proved who has come, with whom we begin anew.
    InVain,
}
