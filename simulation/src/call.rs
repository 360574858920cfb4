//! A call: members, the link between them, and a server that says who is there.

mod frames;
mod messages;
mod outsiders;
mod roster;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::rc::Rc;
use core::cell::RefCell;

use fastrand::Rng;
use frameseal::{Event, Failure, Input, MemberId, MemberState, Problem, ProblemCode, Room};

use crate::attacker::{Attacker, Datagram};
use crate::ledger::Ledger;
use crate::link::Link;
use crate::member::{Member, Traffic};
use crate::queue::Queue;

pub use outsiders::LEAVER_OPENS;
use outsiders::Sample;
pub use roster::Roster;

/// One life of a member of a [`Call`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instance(usize);

/// Members in one room; what happens to them is a matter of the seed.
#[derive(Debug)]
pub struct Call {
    now: u64,
    rng: Rng,
    room: Room,
    secret: Option<Vec<u8>>,
    link: Link,
    /// How many messages a second each member's client sends, if there is a limit.
    signalling: Option<u32>,
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
    ledger: Rc<RefCell<Ledger>>,
    /// Share of members that keep every key, in per cent.
    hoarding: u8,
    hoarders: Vec<Instance>,
    /// Sealed frames that some may not open.
    samples: VecDeque<Sample>,
    /// How the work of a session is done: all at once, or a few pieces at a time.
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
    Drain(Instance),
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
            signalling: None,
            roster: Roster { delay: 0, patience: 5000 },
            members: Vec::new(),
            live: BTreeMap::new(),
            listed: BTreeMap::new(),
            queue: Queue::new(),
            news: 0,
            attacker: None,
            ledger: Rc::default(),
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

    /// Lets the clients of all who come from now on send so many messages a second, as the page of
    /// the demo does.
    pub const fn limit_signalling(&mut self, per_second: u32) {
        self.signalling = Some(per_second);
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

    /// Does a session's work in small slices, so that inputs come in between.
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

    /// A member has its first frame to seal.
    pub fn send(&mut self, instance: Instance) {
        self.members[instance.0].is_sender = true;
        self.tell(instance, Input::Send);
    }

    /// As [`Call::send`], some time from now.
    pub fn send_after(&mut self, instance: Instance, delay: u64) {
        self.plan(self.now + delay, Happening::Send(instance));
    }

    /// Gives a member's session an input that it has to take.
    pub fn tell(&mut self, instance: Instance, input: Input) {
        self.handle(instance, input).expect("an input that makes sense");
    }

    /// Gives a member's session an input, and does what it wants done.
    ///
    /// # Errors
    ///
    /// Those of the session.
    pub fn handle(&mut self, instance: Instance, input: Input) -> Result<(), Failure> {
        self.note(|| format!("{} hears {}", self[instance].id(), brief(&input)));
        let result = self.members[instance.0].handle(self.now, input);
        self.poll(instance);
        result
    }

    /// A member's name, as managers know it.
    #[must_use]
    pub fn id(&self, name: &str) -> MemberId {
        MemberId::new(name).expect("a short name")
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
        self.ledger.borrow().len()
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
            Happening::Drain(instance) => self.drain(instance),
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

    /// Does what a session wants done.
    pub(crate) fn poll(&mut self, instance: Instance) {
        let limit = if self.slices { self.rng.usize(1..=4) } else { usize::MAX };
        let events_before = self[instance].events().len();
        let (transmissions, is_idle) = self.members[instance.0].poll(self.now, limit);
        for (to, message) in transmissions {
            self.send_out(instance, to, message);
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
            Event::Problem(Problem {
                code: ProblemCode::MessageRejected, reason, count, ..
            }) => {
                let reason = reason.clone().unwrap_or_default();
                *self.tally.rejected.entry(reason).or_default() += *count as usize;
            }
            Event::Member { id, state: MemberState::Secured, fingerprint, .. } => {
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
