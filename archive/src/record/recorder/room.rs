//! The room: who is in it, and what they say.

use std::time::Instant;

use anyhow::{Result, anyhow};
use frameseal::{Input, MemberId, MemberState};

use super::super::names::visible;
use super::super::outbox::Kind;
use super::super::roster::Change;
use super::super::sealed::{self, Said};
use super::super::signalling::Heard;
use super::{Person, Recorder, Standing, Task};

impl Recorder {
    /// Takes what the server says.
    pub(super) fn hear(&mut self, now: Instant, heard: Option<Heard>) -> Result<()> {
        match heard {
            Some(Heard::Welcome(welcome)) => {
                self.is_online = true;
                self.report.enter();
                self.prepare_media(now, &welcome);
                let changes = self.roster.welcome(now, &welcome.server, &welcome.members);
                changes.into_iter().try_for_each(|change| self.take_change(now, change))
            }
            Some(Heard::Joined(card)) => {
                let change = self.roster.join(card);
                change.map_or(Ok(()), |change| self.take_change(now, change))
            }
            Some(Heard::Left(id)) => {
                let change = self.roster.leave(&id);
                change.map_or(Ok(()), |change| self.take_change(now, change))
            }
            Some(Heard::Relayed { from, data }) => {
                self.take_relayed(now, &from, &data);
                Ok(())
            }
            Some(Heard::Refused(reason)) => {
                self.report.say(&format!("The server: {}", visible(&reason)));
                Ok(())
            }
            Some(Heard::Lost(error)) => {
                self.is_online = false;
                let told =
                    format!("The connection to the server broke ({error:#}); it is tried again.");
                self.report.say(&told);
                Ok(())
            }
            Some(Heard::Over(error)) => Err(error),
            None => Err(anyhow!("the connection to the server has ended")),
        }
    }

    pub(super) fn take_change(&mut self, now: Instant, change: Change) -> Result<()> {
        let at = self.clock.timestamp(now);
        match change {
            Change::Joined(card) => {
                let Ok(id) = MemberId::new(&card.id) else { return Ok(()) };
                // A server that names us among the others is no reason to stop.
                if self.session.handle(at, Input::Joined(id.clone())).is_err() {
                    return Ok(());
                }
                let name = visible(&card.name);
                self.report.say(&format!("{name} is here."));
                let standing = Standing::Pending;
                self.people.insert(id, Person { name, fingerprint: None, standing });
                if let Task::Keys(keeper) = &mut self.task {
                    keeper.join()?;
                }
            }
            Change::Left(card) => {
                let Ok(id) = MemberId::new(&card.id) else { return Ok(()) };
                // It is on the roster still, or never was.
                let _ = self.session.handle(at, Input::Left(id.clone()));
                if let Some(person) = self.people.remove(&id) {
                    self.report.say(&format!("{} has left.", person.name));
                }
                self.lines.forget(&id);
                match &mut self.task {
                    Task::Media(_) => self.hang_up(&id),
                    Task::Keys(keeper) => keeper.forget(now, &id)?,
                }
            }
        }
        Ok(())
    }

    fn take_relayed(&mut self, now: Instant, from: &str, data: &[u8]) {
        let Ok(id) = MemberId::new(from) else { return };
        match sealed::read(data) {
            Said::Key(message) => {
                let input = Input::Received { from: id, message: message.to_vec() };
                // What is wrong with a message, the session tells itself.
                let _ = self.session.handle(self.clock.timestamp(now), input);
                self.may_open = true;
            }
            Said::Sealed(sealed) => {
                self.lines.push(now, &id, sealed);
                self.may_open = true;
            }
            Said::Unsealed => {
                let name = self.name_of(&id);
                self.report.warn(
                    now,
                    &format!("{name} sent something that is not sealed; it was dropped."),
                );
            }
        }
    }

    /// Takes the fingerprint of a member's key; another one is of another session.
    pub(super) fn take_fingerprint(
        &mut self,
        now: Instant,
        id: &MemberId,
        fingerprint: Option<String>,
    ) -> Result<()> {
        let Some(person) =
            self.people.get_mut(id).filter(|person| person.fingerprint != fingerprint)
        else {
            return Ok(());
        };
        let is_another = person.fingerprint.is_some();
        person.fingerprint = fingerprint;
        if !is_another {
            return Ok(());
        }
        person.standing = Standing::Pending;
        let told = format!("{} has another key than before.", person.name);
        self.report.say(&told);
        self.lines.forget(id);
        match &mut self.task {
            Task::Media(_) => self.hang_up(id),
            Task::Keys(keeper) => keeper.forget(now, id)?,
        }
        Ok(())
    }

    /// Tells who has let us have keys; connects to them.
    pub(super) fn note_standings(&mut self, now: Instant) -> Result<()> {
        let members = self.session.key_manager().into_iter().flat_map(|manager| manager.members());
        let mut consented = Vec::new();
        for status in members {
            let Some(person) = self.people.get_mut(&status.id) else { continue };
            let is_secured = MemberState::from(status.state) == MemberState::Secured;
            let standing = match (is_secured, status.recorder, status.epoch) {
                (false, ..) => Standing::Pending,
                (true, _, Some(_)) => Standing::Consented,
                (true, Some(_), None) => Standing::Recorder,
                (true, None, None) => Standing::Silent,
            };
            if standing == person.standing {
                continue;
            }
            person.standing = standing;
            self.report.note_standing(person);
            if standing == Standing::Consented {
                consented.push(status.id);
            }
        }
        consented.iter().try_for_each(|id| self.connect(now, id))
    }

    /// Takes what members say to us under seal.
    pub(super) fn take_signals(&mut self, now: Instant) -> Result<()> {
        if !core::mem::take(&mut self.may_open) || self.lines.is_empty() {
            return Ok(());
        }
        let signals = self.lines.open(&mut self.session, self.clock, now, &self.id);
        signals.iter().try_for_each(|(from, signal)| self.take_signal(now, from, signal))
    }

    /// Says what is to be said about connections.
    pub(super) fn send_signals(&mut self, now: Instant) {
        let Task::Media(media) = &mut self.task else { return };
        for signal in media.take_signals() {
            if let Some(sealed) = sealed::seal(&mut self.session, self.clock, now, &signal) {
                self.signalling.relay(Some(signal.to), sealed, Kind::Other);
            }
        }
    }

    pub(super) fn name_of(&self, id: &MemberId) -> String {
        self.people.get(id).map_or_else(|| String::from("Somebody"), |person| person.name.clone())
    }
}
