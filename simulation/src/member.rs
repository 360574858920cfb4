//! One member of a call: a manager, and what a worker does with its outputs.

use alloc::collections::BTreeMap;
use core::mem::discriminant;
use core::time::Duration;

use cpu_time::ThreadTime;
use frameseal_keymgmt::limits::MAX_GENERATIONS;
use frameseal_keymgmt::{
    Event, Fingerprint, Input, InputError, KeyManager, MemberId, Options, Output, Timestamp,
};
use frameseal_sframe::{
    CipherSuite, FrameKind, KeyId, KeyIdLayout, OpenError, Profile, Receiver, Sender,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::call::Instance;
use crate::hoard::Hoard;
use crate::ledger::Ledger;
use crate::wire;

/// What a member sent, and what it cost.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Traffic {
    /// Messages; one to all counts once.
    pub messages: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Processor time inside the manager.
    pub busy: Duration,
}

/// One life of a member: from its arrival until it leaves or crashes. Who returns is another.
#[derive(Debug)]
pub struct Member {
    id: MemberId,
    fingerprint: Fingerprint,
    suite: CipherSuite,
    /// `None` once it is gone.
    manager: Option<KeyManager<ChaCha20Rng>>,
    /// The same manager once more, if it hoards: keys can't be copied, but they can be made twice.
    twin: Option<KeyManager<ChaCha20Rng>>,
    hoard: Option<Hoard>,
    sender: Option<Sender>,
    receiver: Receiver<MemberId>,
    /// Base keys that it was given and has not wiped.
    held: BTreeMap<KeyId, MemberId>,
    /// The last key of each slot that opened a frame.
    opened: BTreeMap<u16, KeyId>,
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
    seals: Vec<(u64, KeyId)>,
    opened_keys: usize,
    refreshed: usize,
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
    /// Makes a member whose manager gets its randomness from `seed`; `options` makes the same each
    /// time.
    pub(crate) fn new(options: impl Fn() -> Options, seed: u64, hoards: bool) -> Self {
        let manager = || {
            let rng = ChaCha20Rng::seed_from_u64(seed);
            KeyManager::new(options(), rng).expect("options of a test")
        };
        let Options { member: id, suite, .. } = options();
        let twin = hoards.then(manager);
        let manager = manager();
        Self {
            id,
            fingerprint: manager.fingerprint(),
            suite,
            manager: Some(manager),
            twin,
            hoard: hoards.then(|| Hoard::new(suite)),
            sender: None,
            receiver: Receiver::new(Profile::Frameseal1, suite),
            held: BTreeMap::new(),
            opened: BTreeMap::new(),
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
            seals: Vec::new(),
            opened_keys: 0,
            refreshed: 0,
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

    /// Its manager, while it is there.
    #[must_use]
    pub fn manager(&self) -> &KeyManager<ChaCha20Rng> {
        self.manager.as_ref().expect("it is there")
    }

    /// Tells whether it is there.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.manager.is_some()
    }

    /// What the manager told, and when, since [`Call::forget_events`](crate::Call::forget_events).
    #[must_use]
    pub fn events(&self) -> &[(u64, Event)] {
        &self.events
    }

    pub(crate) fn forget_events(&mut self) {
        self.events.clear();
    }

    /// Every key that it was told to seal under, and when.
    #[must_use]
    pub fn seals(&self) -> &[(u64, KeyId)] {
        &self.seals
    }

    /// How many keys it was given to open frames with.
    #[must_use]
    pub const fn opened_keys(&self) -> usize {
        self.opened_keys
    }

    /// How often it was told to make key frames.
    #[must_use]
    pub const fn refreshed(&self) -> usize {
        self.refreshed
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
        self.sender.as_ref().map(Sender::key_id)
    }

    /// The keys that it can open frames with, by whom they are of.
    pub fn held(&self) -> impl Iterator<Item = (KeyId, &MemberId)> {
        self.held.iter().map(|(key_id, member)| (*key_id, member))
    }

    /// All keys that it ever had, if it keeps them.
    pub const fn hoard(&mut self) -> Option<&mut Hoard> {
        self.hoard.as_mut()
    }

    /// Seals a frame under the present key; `None` if there is none.
    pub fn seal(&mut self) -> Option<Vec<u8>> {
        let sender = self.sender.as_mut()?;
        Some(sender.seal(TRACK, KIND, b"a frame").expect("far from the key's end"))
    }

    /// Opens `body` if its key is here; otherwise, and where the key is new, tells what the
    /// manager has to hear of it.
    pub(crate) fn open(&mut self, body: &[u8]) -> (bool, Option<Input>) {
        match self.receiver.open(KIND, &mut body.to_vec()) {
            Ok(opened) => {
                let slot = layout(opened.key_id).slot;
                let is_new = self.opened.insert(slot, opened.key_id) != Some(opened.key_id);
                (true, is_new.then_some(Input::Opened(opened.key_id)))
            }
            Err(OpenError::UnknownKey(key_id)) => (false, Some(Input::Missing(key_id))),
            Err(_) => (false, None),
        }
    }

    pub(crate) fn handle(&mut self, now: u64, input: &Input) -> Result<(), InputError> {
        let now = Timestamp::from_millis(now);
        let Some(manager) = &mut self.manager else {
            return Ok(());
        };
        let started = ThreadTime::now();
        let result = manager.handle(now, input.clone());
        self.traffic.busy += started.elapsed();
        if let Some(twin) = &mut self.twin {
            assert_eq!(twin.handle(now, input.clone()), result, "the same input, another result");
        }
        result
    }

    /// Does at most `limit` of the manager's outputs. Returns the messages to send, and whether
    /// that is all for now.
    pub(crate) fn poll(
        &mut self,
        now: u64,
        limit: usize,
        ledger: &mut Ledger,
    ) -> (Vec<Transmission>, bool) {
        let mut outputs = Vec::new();
        let started = ThreadTime::now();
        let is_idle = loop {
            if outputs.len() >= limit {
                break false;
            }
            let Some(manager) = &mut self.manager else {
                break true;
            };
            let output = manager.poll();
            if let Some(twin) = &mut self.twin {
                hoard(&output, twin.poll(), self.hoard.as_mut());
            }
            if let Output::Idle { wake_at } = output {
                self.wake_at = wake_at.map(|at| at.as_millis().max(now));
                break true;
            }
            outputs.push(output);
            self.outputs += 1;
        };
        self.traffic.busy += started.elapsed();

        if is_idle && self.outputs > MAX_OUTPUTS {
            let members = self.manager.as_ref().map_or(0, |manager| manager.members().count());
            let bound = MAX_OUTPUTS + MAX_OUTPUTS_PER_MEMBER * members;
            assert!(self.outputs <= bound, "{}: {} outputs until idle", self.id, self.outputs);
        }
        if is_idle {
            self.outputs = 0;
        }
        let outputs = outputs.into_iter();
        let transmissions = outputs.filter_map(|output| self.follow(now, output, ledger)).collect();
        (transmissions, is_idle)
    }

    /// It is gone without a word; what it hoarded stays.
    pub(crate) fn vanish(&mut self) {
        self.manager = None;
        self.twin = None;
        self.sender = None;
        self.receiver = Receiver::new(Profile::Frameseal1, self.suite);
        self.held.clear();
        self.opened.clear();
        self.announced.clear();
        self.wake_at = None;
    }

    pub(crate) const fn hoards(&self) -> bool {
        self.hoard.is_some()
    }

    /// Returns when to wake it, unless that is planned.
    pub(crate) fn plan_wake(&mut self) -> Option<u64> {
        let at = self.wake_at.filter(|at| self.planned.is_none_or(|planned| *at < planned))?;
        self.planned = Some(at);
        Some(at)
    }

    /// Tells whether its manager wants to be woken now. It must not want that without end.
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
        self.hoard = None;
    }

    fn follow(&mut self, now: u64, output: Output, ledger: &mut Ledger) -> Option<Transmission> {
        if self.trace && !matches!(output, Output::Transmit { .. }) {
            println!("{now:>9} {} wants {output:?}", self.id);
        }
        match output {
            Output::Transmit { to, message } => {
                self.check_sequence(&message);
                self.traffic.messages += 1;
                self.traffic.bytes += message.len();
                return Some((to, message));
            }
            Output::Seal { key_id, key } => {
                ledger.install(self.suite, key_id, &key);
                self.seals.push((now, key_id));
                self.sender = Some(Sender::new(Profile::Frameseal1, self.suite, key_id, key));
            }
            Output::Open { key_id, key, member } => {
                self.opened_keys += 1;
                self.held.insert(key_id, member.clone());
                self.check_held_keys(key_id);
                self.receiver.add(key_id, key, member);
            }
            Output::Wipe { slot, before } => {
                let before = before.map(layout);
                let stays = |key_id| {
                    let key = layout(key_id);
                    key.slot != slot || before.is_some_and(|before| !key.precedes(before))
                };
                self.receiver.retain(stays);
                let wiped: Vec<_> = self.held_of(slot).filter(|key_id| !stays(*key_id)).collect();
                for key_id in wiped {
                    self.held.remove(&key_id);
                }
            }
            Output::RefreshVideo => self.refreshed += 1,
            Output::Event(event) => self.events.push((now, event)),
            Output::Idle { .. } => {}
        }
        None
    }

    /// A nonce is the sequence number, and there is one sequence for all that a member seals: so
    /// no nonce comes twice under any wrapping key if the sequence only goes up.
    fn check_sequence(&mut self, message: &[u8]) {
        if let Some(sequence) = wire::sequence(message).expect("a key message") {
            assert!(sequence > self.last_sequence, "{}: sequence {sequence} again", self.id);
            self.last_sequence = sequence;
        }
    }

    /// The others can't make us hold keys without bound.
    fn check_held_keys(&self, key_id: KeyId) {
        let count = self.held_of(layout(key_id).slot).count();
        assert!(count <= MAX_GENERATIONS, "{}: {count} keys of slot of {key_id:?}", self.id);
    }

    fn held_of(&self, slot: u16) -> impl Iterator<Item = KeyId> {
        let first = KeyIdLayout { slot, generation: 0, step: 0, track: 0 }.to_key_id();
        let from_there = self.held.range(first..).map(|(key_id, _)| *key_id);
        from_there.take_while(move |key_id| layout(*key_id).slot == slot)
    }
}

fn layout(key_id: KeyId) -> KeyIdLayout {
    KeyIdLayout::from_key_id(key_id).expect("a key ID of our profile")
}

/// Keeps the key that the twin gave, after a look at whether the twin is one.
fn hoard(output: &Output, twin: Output, hoard: Option<&mut Hoard>) {
    match (output, twin) {
        (Output::Transmit { message, .. }, Output::Transmit { message: twin, .. }) => {
            assert_eq!(*message, twin, "the same inputs, another message");
        }
        (Output::Open { .. }, Output::Open { key_id, key, .. }) => {
            if let Some(hoard) = hoard {
                hoard.add(key_id, key);
            }
        }
        (output, twin) => assert_eq!(discriminant(output), discriminant(&twin)),
    }
}

/// Frames of the simulation are all of one track, because tracks are the core's affair.
const TRACK: u8 = 0;
const KIND: FrameKind = FrameKind::Delta;

/// Most times that a manager wants to be woken within one ms.
const MAX_WAKES: usize = 10_000;

/// Most outputs of one input: some for everybody, and some.
const MAX_OUTPUTS: usize = 100;
const MAX_OUTPUTS_PER_MEMBER: usize = 20;
