//! A call: members, the link between them, and a server that says who is there.

use alloc::collections::{BTreeMap, VecDeque};

use fastrand::Rng;
use frameseal_keymgmt::{Event, Input, InputError, MemberId, MemberState, Options, Room, Secret};
use frameseal_sframe::FrameKind;

use crate::attacker::{Attacker, Datagram, PULSE, Tap};
use crate::ledger::Ledger;
use crate::link::Link;
use crate::member::{Member, Presence, Traffic};
use crate::queue::Queue;

/// One life of a member of a [`Call`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instance(usize);

/// How soon the server tells who came and who went.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "tests make their own")]
pub struct Roster {
    /// Longest time in ms until a member hears of it; each hears at its own time.
    pub delay: u64,
    /// Longest time in ms until the server misses a member that crashed.
    pub patience: u64,
}

/// Members in one room; what happens to them is a matter of the seed.
#[derive(Debug)]
pub struct Call {
    now: u64,
    rng: Rng,
    room: Room,
    secret: Option<Vec<u8>>,
    link: Link,
    roster: Roster,
    members: Vec<Member>,
    /// Who is there.
    live: BTreeMap<MemberId, Instance>,
    /// Who is there, as far as the server knows.
    listed: BTreeMap<MemberId, Instance>,
    queue: Queue<Happening>,
    /// How much the queue has of what the server says and of first frames.
    news: usize,
    attacker: Option<Box<dyn Attacker>>,
    ledger: Ledger,
    /// Share of members that keep every key, in per cent.
    hoarding: u8,
    hoarders: Vec<Instance>,
    /// Sealed frames that some may not open.
    samples: VecDeque<Sample>,
    /// How the outputs of a manager are taken: all at once, or a few at a time.
    slices: bool,
    without_media: bool,
    trace: bool,
    tally: Tally,
}

/// What happened in a call.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tally {
    /// Messages that the link lost.
    pub lost: usize,
    /// Messages that came to a member.
    pub delivered: usize,
    /// Messages that were of no use, by reason.
    pub rejected: BTreeMap<String, usize>,
    /// Frames that were kept for those who may not open them.
    pub samples: usize,
    /// Attempts to open such a frame, by someone who had another key of its generation.
    pub near_misses: usize,
    /// When the last message was lost, or the last member heard who is there, in ms.
    pub disturbed_at: u64,
}

/// Something in the future of a call.
#[derive(Debug)]
enum Happening {
    Arrival(Option<Instance>, Datagram),
    Heard { by: Instance, about: Instance, is_there: bool },
    Missed(Instance),
    Poll(Instance),
    Pulse,
    Sample(Instance),
    Send(Instance),
    Wake(Instance),
}

impl Happening {
    /// Whether it is about what the server says, or a first frame.
    const fn is_news(&self) -> bool {
        matches!(self, Self::Heard { .. } | Self::Missed(_) | Self::Send(_))
    }
}

/// A sealed frame.
#[derive(Debug)]
struct Sample {
    by: Instance,
    at: u64,
    body: Vec<u8>,
}

impl Call {
    /// Makes a call that nobody is in, over a perfect link.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            now: 1_000_000,
            rng: Rng::with_seed(seed),
            room: Room::new("simulation").expect("a short name"),
            secret: None,
            link: Link::perfect(),
            roster: Roster { delay: 0, patience: 5000 },
            members: Vec::new(),
            live: BTreeMap::new(),
            listed: BTreeMap::new(),
            queue: Queue::new(),
            news: 0,
            attacker: None,
            ledger: Ledger::default(),
            hoarding: 100,
            hoarders: Vec::new(),
            samples: VecDeque::new(),
            slices: false,
            without_media: false,
            trace: false,
            tally: Tally::default(),
        }
    }

    /// Renames the room, for everybody who joins from now on.
    pub fn set_room(&mut self, name: &str) {
        self.room = Room::new(name).expect("a short name");
    }

    /// Gives everybody who joins from now on the same secret.
    pub fn share_secret(&mut self, secret: &[u8]) {
        self.secret = Some(secret.to_vec());
    }

    /// Replaces the link, for messages sent from now on.
    pub fn set_link(&mut self, link: Link) {
        self.link = link;
    }

    /// Replaces the server's manners.
    pub const fn set_roster(&mut self, roster: Roster) {
        self.roster = roster;
    }

    /// Lets only this share of the members that come keep every key, in per cent: in a large room
    /// all of them would keep millions.
    pub const fn set_hoarding(&mut self, share: u8) {
        self.hoarding = share;
    }

    /// Takes a manager's outputs in small slices, so that inputs come in between.
    pub const fn take_slices(&mut self) {
        self.slices = true;
    }

    /// Makes no frames and keeps no hoards: for rooms in which only messages are of interest.
    pub const fn leave_out_media(&mut self) {
        self.hoarding = 0;
        self.without_media = true;
    }

    /// Prints all that happens.
    pub const fn trace(&mut self) {
        self.trace = true;
    }

    /// Puts `attacker` into the link.
    pub fn attack(&mut self, attacker: impl Attacker + 'static) {
        self.attacker = Some(Box::new(attacker));
        self.plan(self.now, Happening::Pulse);
    }

    /// Puts somebody into the link who just listens.
    pub fn tap(&mut self) -> Tap {
        let tap = Tap::default();
        self.attack(tap.clone());
        tap
    }

    /// Takes the attacker out of the link again.
    pub fn end_attack(&mut self) -> Option<Box<dyn Attacker>> {
        self.attacker.take()
    }

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

    /// A member has its first frame to seal.
    pub fn send(&mut self, instance: Instance) {
        self.members[instance.0].is_sender = true;
        self.tell(instance, Input::Send);
    }

    /// As [`Call::send`], some time from now.
    pub fn send_after(&mut self, instance: Instance, delay: u64) {
        self.plan(self.now + delay, Happening::Send(instance));
    }

    /// Gives a member's manager an input that it has to take.
    pub fn tell(&mut self, instance: Instance, input: Input) {
        self.handle(instance, input).expect("an input that makes sense");
    }

    /// Gives a member's manager an input, and does what it wants done.
    ///
    /// # Errors
    ///
    /// Those of the manager.
    pub fn handle(&mut self, instance: Instance, input: Input) -> Result<(), InputError> {
        self.note(|| format!("{} hears {}", self[instance].id(), brief(&input)));
        let result = self.members[instance.0].handle(self.now, &input);
        self.poll(instance);
        result
    }

    /// A member's name, as managers know it.
    #[must_use]
    pub fn id(&self, name: &str) -> MemberId {
        MemberId::new(name).expect("a short name")
    }

    /// Lets a message come to whoever it is for.
    pub fn deliver(&mut self, datagram: Datagram) {
        self.arrival(None, datagram);
    }

    /// Lets time pass, in ms.
    pub fn run(&mut self, duration: u64) {
        let end = self.now + duration;
        loop {
            let next = self.queue.next_at().filter(|at| *at <= end);
            let Some(at) = next else {
                break;
            };
            self.now = self.now.max(at);
            while let Some(happening) = self.queue.pop(self.now) {
                self.happen(happening);
            }
        }
        self.now = end;
    }

    /// Lets time pass until every member opens frames of every sender; returns how long that took
    /// in ms, `None` if it is over `limit`.
    pub fn run_until_open(&mut self, limit: u64) -> Option<u64> {
        let start = self.now;
        let mut deaf = self.pairs();
        loop {
            deaf = self.still_deaf(deaf);
            if deaf.is_empty() {
                return Some(self.now - start);
            }
            if self.now - start >= limit {
                println!("can't open at {}: (of, by) {deaf:?}", self.now);
                return None;
            }
            self.run(STEP);
        }
    }

    /// Has every sender seal a frame and everybody open it; panics if someone can't.
    pub fn everyone_opens_everyone(&mut self) {
        let pairs = self.pairs();
        let deaf = self.still_deaf(pairs);
        let names = |(by, to): &(Instance, Instance)| (self[*by].id(), self[*to].id());
        assert!(
            deaf.is_empty(),
            "can't open: (of, by) {:?}",
            deaf.iter().map(names).collect::<Vec<_>>()
        );
    }

    /// Sends a fresh frame of `by` to `to`; tells whether it opened.
    pub fn frame_opens(&mut self, by: Instance, to: Instance) -> bool {
        let body = self.members[by.0].seal();
        body.is_some_and(|body| self.show(to, &body))
    }

    /// Sends a fresh frame of one member to everybody else.
    pub fn show_frame(&mut self, by: Instance) {
        let Some(body) = self.members[by.0].seal() else {
            return;
        };
        for to in self.others(by) {
            self.show(to, &body);
        }
    }

    /// Brings a sealed frame to a member; tells whether it opened.
    pub fn show(&mut self, to: Instance, body: &[u8]) -> bool {
        let (opened, input) = self.members[to.0].open(body);
        if let Some(input) = input {
            self.tell(to, input);
        }
        opened
    }

    /// Has a member seal a frame that is kept: whoever hoards keys and may not open it is tried
    /// now, and again at [`Call::check_outsiders`].
    pub fn sample(&mut self, by: Instance) {
        let Some(body) = self.members[by.0].seal().filter(|_| !self.without_media) else {
            return;
        };
        let sample = Sample { by, at: self.now, body };
        self.tally.samples += 1;
        self.check_outsiders_of(&sample);
        self.samples.push_back(sample);
        if self.samples.len() > MAX_SAMPLES {
            self.samples.pop_front();
        }
    }

    /// Checks that nobody has got a key since for a frame that was not for it.
    pub fn check_outsiders(&mut self) {
        let samples = core::mem::take(&mut self.samples);
        for sample in &samples {
            self.check_outsiders_of(sample);
        }
        self.samples = samples;
    }

    /// Burns the hoards of those who are gone.
    pub fn burn_old_hoards(&mut self) {
        let Self { hoarders, members, .. } = self;
        hoarders.retain(|Instance(number)| {
            let member = &mut members[*number];
            if !member.is_there() {
                member.forget();
            }
            member.is_there()
        });
    }

    /// The time in ms.
    #[must_use]
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// Tells whether somebody has yet to hear who is there, or to begin to send.
    #[must_use]
    pub const fn has_news(&self) -> bool {
        self.news > 0
    }

    /// The randomness of the call.
    pub const fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// What happened.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many keys frames were sealed under.
    #[must_use]
    pub fn sealing_keys(&self) -> usize {
        self.ledger.len()
    }

    /// Everybody who is there, by name.
    #[must_use]
    pub fn live(&self) -> Vec<Instance> {
        self.live.values().copied().collect()
    }

    /// Everybody who is there but one.
    #[must_use]
    pub fn others(&self, instance: Instance) -> Vec<Instance> {
        self.live.values().copied().filter(|other| *other != instance).collect()
    }

    /// A member, for its counters.
    pub fn member_mut(&mut self, instance: Instance) -> &mut Member {
        &mut self.members[instance.0]
    }

    /// What all who are there sent.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        let mut sum = Traffic::default();
        for member in &self.members {
            let Traffic { messages, bytes, busy } = member.traffic();
            sum.messages += messages;
            sum.bytes += bytes;
            sum.busy += busy;
        }
        sum
    }

    /// Counts everybody's traffic from zero again.
    pub fn reset_traffic(&mut self) {
        self.members.iter_mut().for_each(Member::reset_traffic);
    }

    /// Forgets what the managers told so far.
    pub fn forget_events(&mut self) {
        self.members.iter_mut().for_each(Member::forget_events);
    }

    fn arrive(&mut self, name: &str, adjust: impl Fn(&mut Options)) -> Instance {
        let id = MemberId::new(name).expect("a short name");
        let (seed, hoards) = (self.rng.u64(..), self.rng.u8(..100) < self.hoarding);
        let options = || {
            let mut options = Options::new(self.room.clone(), id.clone());
            if let Some(secret) = &self.secret {
                options.secret = Secret::random(secret).expect("a long secret");
            }
            adjust(&mut options);
            options
        };
        let mut member = Member::new(options, seed, hoards);
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

    fn plan(&mut self, at: u64, happening: Happening) {
        if happening.is_news() {
            self.news += 1;
        }
        self.queue.push(at, happening);
    }

    fn happen(&mut self, happening: Happening) {
        if happening.is_news() {
            self.news -= 1;
        }
        match happening {
            Happening::Arrival(by, datagram) => self.arrival(by, datagram),
            Happening::Heard { by, about, is_there } => self.heard(by, about, is_there),
            Happening::Missed(instance) => self.missed(instance),
            Happening::Poll(instance) => self.poll(instance),
            Happening::Pulse => self.pulse(),
            Happening::Sample(instance) => self.sample(instance),
            Happening::Send(instance) if self[instance].is_there() => self.send(instance),
            Happening::Wake(instance) => self.wake(instance),
            Happening::Send(_) => {}
        }
    }

    fn arrival(&mut self, by: Option<Instance>, datagram: Datagram) {
        let Datagram { from, to, message } = datagram;
        let Some(instance) = self.live.get(&to).copied() else {
            return;
        };
        self.tally.delivered += 1;
        if let Some(by) = by.filter(|by| self.live.get(&from) == Some(by)) {
            self.begin_presence(instance, by);
        }
        self.tell(instance, Input::Received { from, message });
    }

    fn heard(&mut self, by: Instance, about: Instance, is_there: bool) {
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
            self.end_presence(by, &id, |_| true);
            self.tell(by, Input::Left(id));
            self.plan(self.now + LEAVER_OPENS + 1, Happening::Sample(by));
        }
    }

    /// Takes note that `by` knows that `about` is there.
    ///
    /// Who returns before it was missed counts as there since the server said so, if none of its
    /// former lives was secured.
    fn begin_presence(&mut self, by: Instance, about: Instance) {
        if self[about].hoards() {
            let announced = self[by].announced.get(self[about].id());
            let presence = Presence { since: *announced.unwrap_or(&self.now), until: None };
            self.members[by.0].heard.entry(about).or_insert(presence);
        }
    }

    /// Takes note that `by` thinks that members of this name are gone.
    fn end_presence(&mut self, by: Instance, id: &MemberId, which: impl Fn(Instance) -> bool) {
        let mut heard = core::mem::take(&mut self.members[by.0].heard);
        for (about, presence) in &mut heard {
            if presence.until.is_none() && self[*about].id() == id && which(*about) {
                presence.until = Some(self.now);
            }
        }
        self.members[by.0].heard = heard;
    }

    fn missed(&mut self, instance: Instance) {
        let id = self[instance].id().clone();
        if self.listed.get(&id) == Some(&instance) {
            self.listed.remove(&id);
            for observer in self.others(instance) {
                self.announce(observer, instance, false);
            }
        }
    }

    fn pulse(&mut self) {
        if let Some(attacker) = &mut self.attacker {
            let said = attacker.pulse(self.now);
            self.plan(self.now + PULSE, Happening::Pulse);
            for datagram in said {
                self.plan(self.now, Happening::Arrival(None, datagram));
            }
        }
    }

    /// Does what a manager wants done.
    fn poll(&mut self, instance: Instance) {
        let limit = if self.slices { self.rng.usize(1..=4) } else { usize::MAX };
        let events_before = self[instance].events().len();
        let Self { now, ledger, members, .. } = self;
        let (transmissions, is_idle) = members[instance.0].poll(*now, limit, ledger);
        for (to, message) in transmissions {
            self.transmit(instance, to, &message);
        }
        let told = self[instance].events()[events_before..].to_vec();
        for (_, event) in &told {
            self.told(instance, event);
        }
        if is_idle {
            self.plan_wake(instance);
        } else {
            self.plan(self.now, Happening::Poll(instance));
        }
    }

    fn wake(&mut self, instance: Instance) {
        if self.members[instance.0].wakes_at(self.now) {
            self.tell(instance, Input::Timeout);
        } else {
            self.plan_wake(instance);
        }
    }

    fn plan_wake(&mut self, instance: Instance) {
        if let Some(at) = self.members[instance.0].plan_wake() {
            self.plan(at, Happening::Wake(instance));
        }
    }

    fn told(&mut self, instance: Instance, event: &Event) {
        match event {
            Event::Rejected { reason, .. } => {
                let reason = format!("{reason:?}");
                let name = reason.split('(').next().unwrap_or_default();
                *self.tally.rejected.entry(name.to_owned()).or_default() += 1;
            }
            Event::Member { id, state: MemberState::Secured, fingerprint } => {
                self.members[instance.0].announced.remove(id);
                let current = self.live.get(id).copied();
                let current =
                    current.filter(|current| Some(self[*current].fingerprint()) == *fingerprint);
                if let Some(current) = current {
                    self.end_presence(instance, id, |about| about != current);
                    let again = Happening::Sample(instance);
                    self.plan(self.now + LEAVER_OPENS + 1, again);
                }
            }
            _ => {}
        }
    }

    fn transmit(&mut self, by: Instance, to: Option<MemberId>, message: &[u8]) {
        self.note(|| format!("{} sends {} bytes to {to:?}", self[by].id(), message.len()));
        let from = self[by].id().clone();
        let recipients = match to {
            Some(to) => vec![to],
            None => self.live.keys().filter(|id| **id != from).cloned().collect(),
        };
        for to in recipients {
            let datagram = Datagram { from: from.clone(), to, message: message.to_vec() };
            match &mut self.attacker {
                Some(attacker) => {
                    for datagram in attacker.intercept(self.now, datagram) {
                        self.carry(Some(by), datagram);
                    }
                }
                None => self.carry(Some(by), datagram),
            }
        }
    }

    fn carry(&mut self, by: Option<Instance>, datagram: Datagram) {
        let delays: Vec<_> = self.link.copies(&mut self.rng).collect();
        if delays.is_empty() && self.live.contains_key(&datagram.to) {
            self.tally.lost += 1;
            self.tally.disturbed_at = self.now;
        }
        for delay in delays {
            self.plan(self.now + delay, Happening::Arrival(by, datagram.clone()));
        }
    }

    /// Every sender with everybody who is to open its frames.
    fn pairs(&self) -> Vec<(Instance, Instance)> {
        let senders = self.live().into_iter().filter(|by| self[*by].is_sender);
        senders.flat_map(|by| self.others(by).into_iter().map(move |to| (by, to))).collect()
    }

    /// Those of `pairs`, sorted by sender, of whom the one does not open the other's frames.
    fn still_deaf(&mut self, pairs: Vec<(Instance, Instance)>) -> Vec<(Instance, Instance)> {
        let mut frame = (None, None);
        let mut deaf = Vec::new();
        for (by, to) in pairs {
            if frame.0 != Some(by) {
                frame = (Some(by), self.members[by.0].seal());
            }
            let opened = frame.1.clone().is_some_and(|body| self.show(to, &body));
            if !opened {
                deaf.push((by, to));
            }
        }
        deaf
    }

    fn check_outsiders_of(&mut self, sample: &Sample) {
        let Sample { by, at, body } = sample;
        let heard = core::mem::take(&mut self.members[by.0].heard);
        for hoarder in self.hoarders.iter().filter(|hoarder| *hoarder != by) {
            let presence = heard.get(hoarder);
            let may_open = presence.is_some_and(|presence| {
                presence.since <= *at
                    && presence.until.is_none_or(|until| *at <= until + LEAVER_OPENS)
            });
            let hoard = self.members[hoarder.0].hoard().filter(|hoard| hoard.is_near(body));
            if let Some(hoard) = hoard.filter(|_| !may_open) {
                let opens = hoard.opens(FrameKind::Delta, body);
                assert!(!opens, "{hoarder:?} opens what {by:?} sealed at {at}, {presence:?}");
                self.tally.near_misses += 1;
            }
        }
        self.members[by.0].heard = heard;
    }

    fn note(&self, what: impl FnOnce() -> String) {
        if self.trace {
            println!("{:>9} {}", self.now, what());
        }
    }
}

fn brief(input: &Input) -> String {
    match input {
        Input::Received { from, message } => format!("{} bytes of {from}", message.len()),
        input => format!("{input:?}"),
    }
}

impl core::ops::Index<Instance> for Call {
    type Output = Member;

    fn index(&self, Instance(number): Instance) -> &Member {
        &self.members[number]
    }
}

/// How long after it was heard of a member's departure may a frame be one that it opens, in ms:
/// 100 to collect causes, 500 until the switch.
pub const LEAVER_OPENS: u64 = 600;

/// How often it is tried who opens whose frames, in ms.
const STEP: u64 = 50;

/// Frames that are kept to be tried again.
const MAX_SAMPLES: usize = 2000;
