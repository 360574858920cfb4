//! One member of a call: a session, and what a driver does with it.

mod keys;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::rc::Rc;
use core::cell::RefCell;
use core::time::Duration;

use cpu_time::ThreadTime;
use frameseal::{
    Direction, Event, Failure, Fingerprint, Input, KeyId, KeyManager, MediaKind, MemberId, Options,
    PipelineOptions, Session, Timestamp, Verdict, Wake,
};
use frameseal_keymgmt::limits::MAX_HELD_KEYS;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use self::keys::Keys;
use crate::call::Instance;
use crate::hoard::Hoard;
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::picture::{PICTURE, body_of, enclose};
use crate::wire;

/// What a member sent, and what it cost.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Traffic {
    /// Messages; one to all counts once.
    pub messages: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Processor time inside the session, frames aside.
    pub busy: Duration,
}

/// A sealed frame, and whose track it comes on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "attackers make their own")]
pub struct Frame {
    /// Whose track, as the media server says.
    pub by: MemberId,
    /// What is on it: the body of a sealed [`PICTURE`].
    pub body: Vec<u8>,
}

/// One life of a member: from its arrival until it leaves or crashes. Who returns is another.
#[derive(Debug)]
pub struct Member {
    id: MemberId,
    fingerprint: Fingerprint,
    /// `None` once it is gone.
    session: Option<Session<ChaCha20Rng>>,
    keys: Rc<RefCell<Keys>>,
    /// The receiving pipeline of each sender's track, and the frames that wait there.
    receiving: BTreeMap<MemberId, u32>,
    waiting: BTreeMap<u32, VecDeque<Vec<u8>>>,
    pipelines: u32,
    /// On whose tracks its pipelines expect their owner, and nobody else.
    expected: Vec<String>,
    /// What its client has yet to send, if that is limited.
    pub(crate) outbox: Option<Outbox>,
    pub(crate) trace: bool,
    /// Has frames to seal.
    pub(crate) is_sender: bool,
    wake_at: Option<u64>,
    /// The next time that the call wakes it at.
    planned: Option<u64>,
    /// When it was woken last, and how often at that time.
    woken: (u64, usize),
    /// When the last news of the server reach it.
    pub(crate) hears_until: u64,
    /// When it heard who came and who went.
    pub(crate) heard: BTreeMap<Instance, Presence>,
    /// Who is there as the server says, since when, and was not secured since.
    pub(crate) announced: BTreeMap<MemberId, u64>,
    last_sequence: u64,
    /// Since it was idle.
    outputs: usize,
    events: Vec<(u64, Event)>,
    refreshed: usize,
    frames_opened: usize,
    traffic: Traffic,
}

/// How long one member thought that another was there, in ms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Presence {
    pub(crate) since: u64,
    pub(crate) until: Option<u64>,
}

/// A message that a member wants sent, and to whom: `None` means all.
pub(crate) type Transmission = (Option<MemberId>, Vec<u8>);

impl Member {
    /// Makes a member whose session gets its randomness from `seed`.
    pub(crate) fn new(
        options: Options,
        seed: u64,
        hoards: bool,
        ledger: &Rc<RefCell<Ledger>>,
    ) -> Self {
        let (id, suites) = (options.member.clone(), options.suites);
        let rng = ChaCha20Rng::seed_from_u64(seed);
        let mut session = Session::new(options, rng).expect("options of a test");
        let fingerprint = session.fingerprint().expect("keys are exchanged");
        let hoard = hoards.then(|| Hoard::new(suites));
        let keys = Rc::new(RefCell::new(Keys::new(Rc::clone(ledger), hoard)));
        session.set_key_log(Box::new(keys::Log(Rc::clone(&keys))));
        let pipeline = pipeline(SENDING, Direction::Send, None);
        session.add_pipeline(pipeline).expect("a pipeline");
        Self {
            id,
            fingerprint,
            session: Some(session),
            keys,
            receiving: BTreeMap::new(),
            waiting: BTreeMap::new(),
            pipelines: SENDING,
            expected: Vec::new(),
            outbox: None,
            trace: false,
            is_sender: false,
            wake_at: None,
            planned: None,
            woken: (0, 0),
            hears_until: 0,
            heard: BTreeMap::new(),
            announced: BTreeMap::new(),
            last_sequence: 0,
            outputs: 0,
            events: Vec::new(),
            refreshed: 0,
            frames_opened: 0,
            traffic: Traffic::default(),
        }
    }

    /// Its name, which it may have had in an earlier life, too.
    #[must_use]
    pub const fn id(&self) -> &MemberId {
        &self.id
    }

    /// Its public key, this life's.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Its key manager, while it is there.
    #[must_use]
    pub fn manager(&self) -> &KeyManager<ChaCha20Rng> {
        let session = self.session.as_ref().expect("it is there");
        session.key_manager().expect("keys are exchanged")
    }

    /// Its session, while it is there.
    pub const fn session_mut(&mut self) -> &mut Session<ChaCha20Rng> {
        self.session.as_mut().expect("it is there")
    }

    /// Tells whether it is there.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.session.is_some()
    }

    /// What the session told, and when, since [`Call::forget_events`](crate::Call::forget_events).
    #[must_use]
    pub fn events(&self) -> &[(u64, Event)] {
        &self.events
    }

    pub(crate) fn forget_events(&mut self) {
        self.events.clear();
    }

    /// Every key that it sealed under, and when it was told to.
    #[must_use]
    pub fn seals(&self) -> Vec<(u64, KeyId)> {
        self.keys.borrow().sent.clone()
    }

    /// How many keys it was given to open frames with.
    #[must_use]
    pub fn opened_keys(&self) -> usize {
        self.keys.borrow().received
    }

    /// How often it was told to make key frames.
    #[must_use]
    pub const fn refreshed(&self) -> usize {
        self.refreshed
    }

    /// Frames that opened, those included that waited.
    #[must_use]
    pub const fn frames_opened(&self) -> usize {
        self.frames_opened
    }

    /// What it sent since [`Member::reset_traffic`].
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Counts from zero again.
    pub fn reset_traffic(&mut self) {
        self.traffic = Traffic::default();
    }

    /// The key that it seals under.
    #[must_use]
    pub fn sealing(&self) -> Option<KeyId> {
        self.session.as_ref()?.send_key_id()
    }

    /// The keys that it can open frames with, by whom they are of.
    pub fn held(&self) -> impl Iterator<Item = (KeyId, &MemberId)> {
        self.session.iter().flat_map(Session::receive_keys)
    }

    /// Looks at all keys that it ever had, if it keeps them.
    pub fn with_hoard<T>(&self, look: impl FnOnce(&Hoard) -> T) -> Option<T> {
        self.keys.borrow().hoard.as_ref().map(look)
    }

    /// Has the pipelines for the tracks of these members expect them, and nobody else.
    pub fn expect_senders(&mut self, names: &[&str]) {
        self.expected = names.iter().map(|name| (*name).to_owned()).collect();
        for (by, number) in self.receiving.clone() {
            let from = self.expected(&by);
            let options = pipeline(number, Direction::Receive, from);
            self.session_mut().retarget(options).expect("a pipeline");
        }
    }

    fn expected(&self, by: &MemberId) -> Option<MemberId> {
        self.expected.iter().any(|name| name == by.as_str()).then(|| by.clone())
    }

    /// Seals a frame under the present key; `None` if there is none.
    pub(crate) fn seal(&mut self, now: u64) -> Option<Frame> {
        let by = self.id.clone();
        let session = self.session.as_mut().filter(|session| session.send_key_id().is_some())?;
        self.keys.borrow_mut().now = now;
        let now = Timestamp::from_millis(now);
        let verdict = session.seal(now, SENDING, PICTURE).expect("a short frame");
        assert!(matches!(verdict, Verdict::Pass(_)), "{by}: a frame is not sealed: {verdict:?}");
        Some(Frame { by, body: body_of(session.output()).to_vec() })
    }

    /// Opens a frame that comes now; tells whether it opened at once.
    pub(crate) fn open(&mut self, now: u64, frame: &Frame) -> bool {
        if !self.is_there() {
            return false;
        }
        let pipeline = self.pipeline_of(&frame.by);
        self.open_through(now, pipeline, &frame.body)
    }

    /// The same through another pipeline of the same track: a media server may open as many as it
    /// likes.
    pub fn open_again(&mut self, now: u64, frame: &Frame) -> bool {
        let pipeline = self.add_pipeline(&frame.by);
        self.open_through(now, pipeline, &frame.body)
    }

    fn open_through(&mut self, now: u64, pipeline: u32, body: &[u8]) -> bool {
        self.keys.borrow_mut().now = now;
        let now = Timestamp::from_millis(now);
        let Some(session) = &mut self.session else {
            return false;
        };
        match session.open(now, pipeline, &enclose(body)).expect("a short frame") {
            Verdict::Pass(frame) => {
                assert_eq!(frame, PICTURE, "another frame than was sealed");
                self.frames_opened += 1;
                true
            }
            Verdict::Drop => false,
            Verdict::Wait => {
                self.waiting.entry(pipeline).or_default().push_back(body.to_vec());
                false
            }
        }
    }

    /// Tries the frames of a pipeline that wait.
    fn retry(&mut self, now: Timestamp, pipeline: u32) {
        let (Some(session), Some(waiting)) = (&mut self.session, self.waiting.get_mut(&pipeline))
        else {
            return;
        };
        while let Some(body) = waiting.front() {
            match session.retry(now, pipeline, &enclose(body)).expect("a short frame") {
                Verdict::Pass(_) => self.frames_opened += 1,
                Verdict::Drop => {}
                Verdict::Wait => return,
            }
            waiting.pop_front();
        }
    }

    fn pipeline_of(&mut self, by: &MemberId) -> u32 {
        match self.receiving.get(by) {
            Some(pipeline) => *pipeline,
            None => {
                let pipeline = self.add_pipeline(by);
                self.receiving.insert(by.clone(), pipeline);
                pipeline
            }
        }
    }

    fn add_pipeline(&mut self, by: &MemberId) -> u32 {
        self.pipelines += 1;
        let from = self.expected(by);
        let options = pipeline(self.pipelines, Direction::Receive, from);
        self.session_mut().add_pipeline(options).expect("a pipeline");
        self.pipelines
    }

    /// Takes away the pipeline of a sender that has gone.
    fn release(&mut self, by: &MemberId) {
        if let Some(pipeline) = self.receiving.remove(by) {
            self.waiting.remove(&pipeline);
            if let Some(session) = &mut self.session {
                session.release(pipeline);
            }
        }
    }

    pub(crate) fn handle(&mut self, now: u64, input: Input) -> Result<(), Failure> {
        if let Input::Left(id) = &input {
            let id = id.clone();
            self.release(&id);
        }
        self.keys.borrow_mut().now = now;
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let started = ThreadTime::now();
        let result = session.handle(Timestamp::from_millis(now), input);
        self.traffic.busy += started.elapsed();
        result
    }

    /// Does at most `limit` pieces of the session's work. Returns the messages to send, and whether
    /// that is all for now.
    pub(crate) fn poll(&mut self, now: u64, limit: usize) -> (Vec<Transmission>, bool) {
        self.keys.borrow_mut().now = now;
        let at = Timestamp::from_millis(now);
        let (mut transmissions, mut is_idle) = (Vec::new(), false);
        for _ in 0..limit {
            self.obey(now, &mut transmissions);
            let Some(session) = &mut self.session else {
                return (transmissions, true);
            };
            let started = ThreadTime::now();
            let wake = session.work(at);
            self.traffic.busy += started.elapsed();
            self.outputs += 1;
            if wake != Wake::Now {
                self.wake_at = match wake {
                    Wake::At(wake_at) => Some(wake_at.as_millis().max(now)),
                    Wake::Now | Wake::Never => None,
                };
                is_idle = true;
                break;
            }
        }
        self.obey(now, &mut transmissions);
        if is_idle {
            self.check_outputs();
            self.check_held_keys();
        }
        (transmissions, is_idle)
    }

    /// Does what the session wants done.
    fn obey(&mut self, now: u64, transmissions: &mut Vec<Transmission>) {
        while let Some(event) = self.session.as_mut().and_then(Session::poll_event) {
            if self.trace && !matches!(event, Event::Message { .. }) {
                println!("{now:>9} {} is told {event:?}", self.id);
            }
            match event {
                Event::Message { to, data } => {
                    self.check_sequence(&data);
                    self.traffic.messages += 1;
                    self.traffic.bytes += data.len();
                    transmissions.push((to, data));
                }
                Event::Retry { pipeline } => self.retry(Timestamp::from_millis(now), pipeline),
                Event::KeyFrameNeeded { .. } => self.refreshed += 1,
                Event::Source { .. } | Event::KeyFrameWanted { .. } => {}
                event => self.events.push((now, event)),
            }
        }
    }

    /// It is gone without a word; what it hoarded stays.
    pub(crate) fn vanish(&mut self) {
        self.session = None;
        self.receiving.clear();
        self.waiting.clear();
        self.announced.clear();
        self.wake_at = None;
    }

    pub(crate) fn hoards(&self) -> bool {
        self.keys.borrow().hoard.is_some()
    }

    /// Returns when to wake it, unless that is planned.
    pub(crate) fn plan_wake(&mut self) -> Option<u64> {
        let at = self.wake_at.filter(|at| self.planned.is_none_or(|planned| *at < planned))?;
        self.planned = Some(at);
        Some(at)
    }

    /// Tells whether its session wants to be woken now. It must not want that without end.
    pub(crate) fn wakes_at(&mut self, now: u64) -> bool {
        self.planned.take_if(|planned| *planned <= now);
        let wakes = self.is_there() && self.wake_at.is_some_and(|at| at <= now);
        if wakes {
            let (at, count) = self.woken;
            self.woken = (now, if at == now { count + 1 } else { 1 });
            assert!(self.woken.1 <= MAX_WAKES, "{}: wants to be woken again and again", self.id);
        }
        wakes
    }

    /// Burns the hoard.
    pub(crate) fn forget(&mut self) {
        self.keys.borrow_mut().hoard = None;
    }

    /// A nonce is the sequence number, and there is one sequence for all that a member seals: so
    /// no nonce comes twice under any wrapping key if the sequence only goes up.
    fn check_sequence(&mut self, message: &[u8]) {
        if let Some(sequence) = wire::sequence(message).expect("a key message") {
            assert!(sequence > self.last_sequence, "{}: sequence {sequence} again", self.id);
            self.last_sequence = sequence;
        }
    }

    /// There is an end to what a session has to do.
    fn check_outputs(&mut self) {
        if self.outputs > MAX_OUTPUTS {
            let members = self.manager().members().count();
            let bound = MAX_OUTPUTS + MAX_OUTPUTS_PER_MEMBER * members;
            assert!(self.outputs <= bound, "{}: {} outputs until idle", self.id, self.outputs);
        }
        self.outputs = 0;
    }

    /// The others can't make us hold keys without bound.
    fn check_held_keys(&self) {
        if self.keys.borrow_mut().take_change() {
            let mut counts = BTreeMap::<&MemberId, usize>::new();
            for (_, member) in self.held() {
                *counts.entry(member).or_default() += 1;
            }
            let most = counts.values().max().copied().unwrap_or(0);
            assert!(most <= MAX_HELD_KEYS, "{}: holds {most} keys of one member", self.id);
        }
    }
}

fn pipeline(pipeline: u32, direction: Direction, from: Option<MemberId>) -> PipelineOptions {
    let codec = Some("video/VP9".to_owned());
    PipelineOptions { pipeline, direction, kind: MediaKind::Video, track: 1, codec, from }
}

/// The pipeline of what a member seals; those that it receives through have later numbers.
const SENDING: u32 = 0;

/// Most times that a session wants to be woken within one ms.
const MAX_WAKES: usize = 10_000;

/// Most pieces of work for one input: some for everybody, and some.
const MAX_OUTPUTS: usize = 100;
const MAX_OUTPUTS_PER_MEMBER: usize = 20;
