//! Who is there, who the server says is there, and who has heard of whom.

use alloc::rc::Rc;

use frameseal::{Input, MemberId, Options, Secret};

use super::outsiders::LEAVER_OPENS;
use super::{Call, Happening, Instance};
use crate::member::{Member, Presence};
use crate::outbox::Outbox;

/// How soon the server tells who came and who went.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests make their own")]
pub struct Roster {
    /// Longest time in ms until a member hears of it; each hears at its own time.
    pub delay: u64,
    /// Longest time in ms until the server misses a member that crashed.
    pub patience: u64,
}

impl Call {
    /// A member arrives, as one that never was here or, under its old name, as one that returns.
    pub fn join(&mut self, name: &str) -> Instance {
        self.join_with(name, |_| ())
    }

    /// As [`Call::join`], with options of its own.
    pub fn join_with(&mut self, name: &str, adjust: impl Fn(&mut Options)) -> Instance {
        let instance = self.arrive(name, adjust);
        let id = self[instance].id().clone();
        // A server that has not missed who returns may say nothing, or say what has happened.
        let before = self.listed.insert(id, instance);
        let (says_gone, says_here) = match before {
            None => (None, true),
            Some(before) => self
                .rng
                .choice([(None, false), (None, true), (Some(before), true)])
                .expect("one of three"),
        };
        for observer in self.others(instance) {
            if let Some(before) = says_gone {
                self.announce(observer, before, false);
            }
            if says_here {
                self.announce(observer, instance, true);
            }
        }
        instance
    }

    /// As [`Call::join`], and with frames to seal as soon as it heard who is there.
    pub fn join_sending(&mut self, name: &str) -> Instance {
        let instance = self.join(name);
        self.run(0);
        self.send(instance);
        instance
    }

    /// A member leaves; the server says so.
    pub fn leave(&mut self, instance: Instance) {
        let id = self.vanish(instance);
        self.listed.remove(&id);
        for observer in self.others(instance) {
            self.announce(observer, instance, false);
        }
    }

    /// A member is gone without a word, and the server takes a while to miss it.
    pub fn crash(&mut self, instance: Instance) {
        self.vanish(instance);
        let at = self.now + self.rng.u64(..=self.roster.patience);
        self.plan(at, Happening::Missed(instance));
    }

    fn arrive(&mut self, name: &str, adjust: impl Fn(&mut Options)) -> Instance {
        let id = MemberId::new(name).expect("a short name");
        let (seed, hoards) = (self.rng.u64(..), self.rng.u8(..100) < self.hoarding);
        let mut options = Options::new(self.room.clone(), id.clone());
        if let Some(secret) = &self.secret {
            options.secret = Secret::random(secret).expect("a long secret");
        }
        adjust(&mut options);
        let ledger = Rc::clone(&self.ledger);
        let mut member = Member::new(options, seed, hoards, &ledger);
        member.outbox = self.signalling.map(Outbox::new);
        member.trace = self.trace;
        let instance = Instance(self.members.len());
        if hoards {
            self.hoarders.push(instance);
        }
        self.note(|| format!("{instance:?} is {name}"));
        self.members.push(member);
        let before = self.live.insert(id, instance);
        assert_eq!(before, None, "{name} is in the call");
        let listed = self.listed.iter().filter(|(other, _)| other.as_str() != name);
        for other in listed.map(|(_, other)| *other).collect::<Vec<_>>() {
            self.announce(instance, other, true);
        }
        instance
    }

    fn vanish(&mut self, instance: Instance) -> MemberId {
        self.note(|| format!("{} vanishes", self[instance].id()));
        self.members[instance.0].vanish();
        let id = self[instance].id().clone();
        let was = self.live.remove(&id);
        assert_eq!(was, Some(instance), "{id} was in the call");
        id
    }

    /// Lets `by` hear of `about`, after all that it was to hear before.
    fn announce(&mut self, by: Instance, about: Instance, is_there: bool) {
        let at = self.now + self.rng.u64(..=self.roster.delay);
        let last = &mut self.members[by.0].hears_until;
        *last = at.max(*last);
        let at = *last;
        self.plan(at, Happening::Heard { by, about, is_there });
    }

    pub(super) fn heard(&mut self, by: Instance, about: Instance, is_there: bool) {
        if !self[by].is_there() {
            return;
        }
        self.tally.disturbed_at = self.now;
        let id = self[about].id().clone();
        if is_there {
            self.sample(by);
            self.members[by.0].announced.entry(id.clone()).or_insert(self.now);
            self.begin_presence(by, about);
            if let Some(presence) = self.members[by.0].heard.get_mut(&about) {
                presence.until = None;
            }
            self.tell(by, Input::Joined(id));
        } else {
            self.members[by.0].announced.remove(&id);
            if let Some(outbox) = &mut self.members[by.0].outbox {
                outbox.forget(&id);
            }
            self.end_presence(by, &id, |_| true);
            self.tell(by, Input::Left(id));
            self.plan(self.now + LEAVER_OPENS + 1, Happening::Sample(by));
        }
    }

    /// Takes note that `by` knows that `about` is there.
    ///
    /// Who returns before it was missed counts as there since the server said so, if none of its
    /// former lives was secured.
    pub(super) fn begin_presence(&mut self, by: Instance, about: Instance) {
        if self[about].hoards() {
            let announced = self[by].announced.get(self[about].id());
            let presence = Presence { since: *announced.unwrap_or(&self.now), until: None };
            self.members[by.0].heard.entry(about).or_insert(presence);
        }
    }

    /// Takes note that `by` thinks that members of this name are gone.
    pub(super) fn end_presence(
        &mut self,
        by: Instance,
        id: &MemberId,
        which: impl Fn(Instance) -> bool,
    ) {
        let mut heard = core::mem::take(&mut self.members[by.0].heard);
        for (about, presence) in &mut heard {
            if presence.until.is_none() && self[*about].id() == id && which(*about) {
                presence.until = Some(self.now);
            }
        }
        self.members[by.0].heard = heard;
    }

    pub(super) fn missed(&mut self, instance: Instance) {
        let id = self[instance].id().clone();
        if self.listed.get(&id) == Some(&instance) {
            self.listed.remove(&id);
            for observer in self.others(instance) {
                self.announce(observer, instance, false);
            }
        }
    }
}
