//! The key manager: a state machine that does no IO.

mod consent;
mod frames;
mod options;
mod reading;
mod roster;
mod rotation;
mod slots;
mod taking;
mod transmitting;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use frameseal_sframe::{KeyId, Profile, Receiver, SendKey, Sender, Suites, Wipe};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub use self::frames::Fate;
pub use self::options::{Options, OptionsError};
use crate::agenda::{Agenda, Task};
use crate::alarms::Alarms;
use crate::association::{Candidate, Topic};
use crate::epoch::Epoch;
use crate::heard::Heard;
use crate::inbox::Inbox;
use crate::input::{Input, InputError};
use crate::key_pair::{Fingerprint, KeyPair};
use crate::limits::{MAX_CREDENTIAL_LEN, MAX_SILENT_MESSAGES, STRANGER_MEMORY};
use crate::member_id::MemberId;
use crate::message::{Hello, MessageError, suite_numbers};
use crate::output::{Event, MemberState, Output};
use crate::own_keys::OwnKeys;
use crate::pace::Pace;
use crate::peer::{Peer, Proof, State};
use crate::recording::Consent;
use crate::room::RoomTag;
use crate::safety_number::SafetyNumber;
use frameseal_sframe::Timestamp;

/// Exchanges the keys of one member of a room with all others.
///
/// Does no IO, reads no clock, spawns nothing. The caller drives it:
///
/// 1. [`handle`](Self::handle) one [`Input`], with the current time;
/// 2. [`poll`](Self::poll) until [`Output::Idle`], acting on each output in order;
/// 3. wait for the next input, or for the time that `Idle` names, then go to 1.
///
/// Handling again before `Idle` is allowed: outputs stay in order, only later. `handle` is always
/// cheap. A `poll` agrees on at most one key pair and wraps keys for at most one member, so a caller
/// that has frames to see to may do so between any two; [`Output::More`] says that it should.
///
/// Frames tell the manager one thing: which key they lacked. See [`lacks`](Self::lacks). Crate
/// `frameseal` does all of this, and takes frames through it.
///
/// # Examples
///
/// ```
/// use frameseal_keymgmt::{Input, KeyManager, MemberId, Options, Output, Room, Timestamp};
/// # use rand_chacha::rand_core::SeedableRng;
/// # let rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
///
/// let options = Options::new(Room::new("standup")?, MemberId::new("alice")?);
/// let mut manager = KeyManager::new(options, rng)?;
/// let mut receiver = manager.receiver();
/// let mut sender = None;
///
/// let now = Timestamp::from_millis(0);
/// manager.handle(now, Input::Send)?; // there is a camera
/// manager.handle(now, Input::Joined(MemberId::new("bob")?))?;
/// let mut outbox = Vec::new();
/// loop {
///     match manager.poll() {
///         Output::Seal { key_id, key } => sender = Some(manager.sender(key_id, key)),
///         Output::Open { key_id, key, member } => receiver.follow(key_id, key, member),
///         Output::Wipe(wipe) => receiver.wipe(&wipe),
///         Output::Transmit { to, message } => outbox.push((to, message)),
///         Output::Event(event) => println!("{event:?}"),
///         Output::RefreshVideo => { /* have the encoder make a key frame */ }
///         Output::More => { /* see to frames that wait */ }
///         Output::Idle { wake_at: _ } => break, // until then, or the next input
///     }
/// }
/// assert!(sender.is_some() && !outbox.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyManager<R> {
    member: MemberId,
    room: RoomTag,
    salt: Zeroizing<[u8; 32]>,
    suites: Suites,
    proof: Proof,
    judgement: Judgement,
    rotate_every: Duration,
    key_pair: KeyPair,
    /// How we introduce ourselves to those who join now.
    hello: Hello,
    rng: R,

    now: Timestamp,
    /// Not later than the first timer.
    wake: Option<Timestamp>,
    alarms: Alarms,
    /// When everybody has to be heard again, for a member left that was not secured.
    doubt_at: Option<Timestamp>,
    /// Of that.
    doubts: Pace,
    ratchet_at: Option<Timestamp>,
    rotate_at: Option<Timestamp>,

    slot: u16,
    /// Of changes of the slot.
    slot_changes: Pace,
    /// Of the last message that was sealed, to whomever: so no nonce comes twice under any key.
    sequence: u64,
    keys: Option<OwnKeys>,

    /// By ascending ID.
    peers: Vec<Peer>,
    inbox: Inbox,
    /// Who spoke last without being here, when, and why it was not heard.
    stranger: Option<(Timestamp, MemberId, MessageError)>,
    /// Whether the roster named us among the others.
    met_itself: bool,
    agenda: Agenda,
    introduced: Introduced,
    outputs: VecDeque<Output>,
}

/// Who decides whether a candidate is the member.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Judgement {
    /// Nobody: who the roster has is believed.
    Roster,
    /// The application, at [`Event::Verify`].
    Application,
}

/// Whether anybody was told who we are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Introduced {
    No,
    Yes,
}

impl<R: CryptoRng> KeyManager<R> {
    /// Makes a key pair, and a manager for a room with no other members yet.
    ///
    /// # Errors
    ///
    /// [`OptionsError`]: an option is out of range.
    pub fn new(options: Options, mut rng: R) -> Result<Self, OptionsError> {
        options.check()?;
        let Options { room, member, secret, suites, recording, slot, verify, .. } = options;
        let key_pair = KeyPair::generate(&mut rng);
        let hello = Hello {
            public_key: *key_pair.public().encoded(),
            other_keys: Vec::new(),
            nonce: random(&mut rng),
            suites: suite_numbers(suites),
            recording,
            credential: options.credential,
        };
        let proof = if verify || secret.is_some() { Proof::Due } else { Proof::Waived };
        Ok(Self {
            member,
            room: room.tag(),
            salt: secret.salt(&room, recording),
            suites,
            proof,
            judgement: if verify { Judgement::Application } else { Judgement::Roster },
            rotate_every: options.rotate_every,
            key_pair,
            hello,
            slot: slot.unwrap_or_else(|| u16::from_be_bytes(random(&mut rng))),
            slot_changes: Pace::default(),
            rng,
            now: Timestamp::default(),
            wake: None,
            alarms: Alarms::default(),
            doubt_at: None,
            doubts: Pace::default(),
            ratchet_at: None,
            rotate_at: None,
            sequence: 0,
            keys: None,
            peers: Vec::new(),
            inbox: Inbox::default(),
            stranger: None,
            met_itself: false,
            agenda: Agenda::default(),
            introduced: Introduced::No,
            outputs: VecDeque::new(),
        })
    }

    /// Sets the credential, for one that vouches for this manager's own key: see
    /// [`fingerprint`](Self::fingerprint).
    ///
    /// # Errors
    ///
    /// [`OptionsError::CredentialTooLong`]; [`OptionsError::CredentialTooLate`] once a member
    /// joined, for a key pair has one credential for its life.
    pub fn set_credential(&mut self, credential: Vec<u8>) -> Result<(), OptionsError> {
        if credential.len() > MAX_CREDENTIAL_LEN {
            return Err(OptionsError::CredentialTooLong);
        }
        if self.introduced == Introduced::Yes {
            return Err(OptionsError::CredentialTooLate);
        }
        self.hello.credential = credential;
        Ok(())
    }

    /// Makes a receiver for the frames of this room.
    #[must_use]
    pub fn receiver(&self) -> Receiver<MemberId> {
        Receiver::new(Profile::Frameseal1, self.suites)
    }

    /// Makes a sender of what [`Output::Seal`] gave.
    #[must_use]
    pub fn sender(&self, key_id: KeyId, key: SendKey) -> Sender {
        Sender::new(Profile::Frameseal1, self.suites, key_id, key)
    }

    /// Advances the state machine by one input. `now` must not run backwards.
    ///
    /// # Errors
    ///
    /// [`InputError`]: the caller's mistake; nothing changed. What others send never is one: see
    /// [`Event::Rejected`].
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Result<(), InputError> {
        self.now = self.now.max(now);
        let outcome = match input {
            Input::Joined(id) => self.join(id),
            Input::Left(id) => {
                self.leave(&id);
                Ok(())
            }
            Input::Received { from, message } => {
                self.receive(from, message);
                Ok(())
            }
            Input::Send => {
                self.start_sending();
                Ok(())
            }
            Input::Rotate => {
                self.rotate_on_demand();
                Ok(())
            }
            Input::Accept(id, fingerprint) => self.accept(&id, fingerprint),
            Input::Reject(id, fingerprint) => self.reject(&id, fingerprint),
            Input::Consent(id, fingerprint) => self.consent(&id, fingerprint),
            Input::Withdraw(id, fingerprint) => self.withdraw(&id, fingerprint),
            Input::Timeout => Ok(()),
        };
        self.run_timers();
        outcome
    }

    /// Returns the next thing for the caller to do. After [`Output::Idle`] there is nothing more
    /// until the next [`handle`](Self::handle).
    pub fn poll(&mut self) -> Output {
        for _ in 0..MAX_SILENT_MESSAGES {
            if let Some(output) = self.poll_ready() {
                return output;
            }
            if let Some(message) = self.agenda.next().and_then(|task| self.make(task)) {
                return message;
            }
            if self.agenda.is_empty() {
                let Some((from, message)) = self.inbox.pop() else {
                    return self.poll_ready().unwrap_or(Output::Idle { wake_at: self.wake });
                };
                self.read(&from, message);
            }
        }
        self.poll_ready().unwrap_or(Output::More)
    }

    /// Returns the next thing to do that is ready: what takes no agreement and no wrapping of keys.
    /// For a frame that is about to be sealed, and must not be under a key whose time is over.
    pub fn poll_ready(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Returns when [`Input::Timeout`] is due, as [`Output::Idle`] does.
    #[must_use]
    pub const fn wake_at(&self) -> Option<Timestamp> {
        self.wake
    }

    /// Returns the fingerprint of our own public key, which a credential can vouch for.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.key_pair.public().fingerprint()
    }

    /// Returns the safety number of us and one member. In a room of two, it is
    /// [that of the room](Self::room_safety_number).
    ///
    /// # Errors
    ///
    /// [`NotSecured`]: the member is not here, or its key is not known for certain yet.
    pub fn safety_number(&self, member: &MemberId) -> Result<SafetyNumber, NotSecured> {
        let peer = self.peers.iter().find(|peer| peer.id == *member && peer.proven().is_some());
        Ok(self.safety_number_with(peer.map(core::slice::from_ref).ok_or(NotSecured)?))
    }

    /// Returns the safety number of us and all secured members.
    #[must_use]
    pub fn room_safety_number(&self) -> SafetyNumber {
        self.safety_number_with(&self.peers)
    }

    fn safety_number_with(&self, peers: &[Peer]) -> SafetyNumber {
        let others = peers.iter().filter_map(|peer| {
            let public_key = &peer.proven()?.introduction.public_key;
            Some((peer.id.as_str(), public_key.encoded()))
        });
        let us = (self.member.as_str(), self.key_pair.public().encoded());
        SafetyNumber::of(others.chain([us]).collect())
    }

    /// Returns how each other member stands, by ascending ID.
    pub fn members(&self) -> impl Iterator<Item = MemberStatus> {
        self.peers.iter().map(|peer| MemberStatus {
            id: peer.id.clone(),
            state: peer.member_state(),
            fingerprint: peer.fingerprint(),
            epoch: peer.keys.anchor(),
            heard: peer.heard,
            awaits_judgement: matches!(peer.candidate(), Some(Candidate::Unjudged { .. })),
            recorder: peer.recorder(),
        })
    }

    /// Returns who spoke just now without being in the room, as far as the application has told, and why
    /// it was not heard: a member that is not announced, or whose messages come under another name.
    #[must_use]
    pub fn stranger(&self, now: Timestamp) -> Option<(&MemberId, MessageError)> {
        let (at, id, refused) = self.stranger.as_ref()?;
        (now.since(*at) < STRANGER_MEMORY).then_some((id, *refused))
    }

    /// Tells whether the roster named us among the others: if nobody else is there, somebody has our name.
    #[must_use]
    pub const fn met_itself(&self) -> bool {
        self.met_itself
    }

    /// Tells whether this member records.
    #[must_use]
    pub fn records(&self) -> bool {
        self.hello.records()
    }

    /// Returns the epoch of the key that frames are sealed under; `None` before the first.
    #[must_use]
    pub fn sending(&self) -> Option<Epoch> {
        Some(self.keys.as_ref()?.current.epoch)
    }

    /// Returns the epoch that a rotation, under way or about to be, leads to; `None` if there is none.
    #[must_use]
    pub fn rotating_to(&self) -> Option<Epoch> {
        if self.rotate_at.is_some() {
            return Some(self.next_fresh());
        }
        self.keys.as_ref()?.next.as_ref().map(|next| next.key.epoch)
    }

    fn make(&mut self, task: Task) -> Option<Output> {
        match task {
            Task::Announce => Some(self.announcement()),
            Task::Transmit(id) => self.transmission(&id),
        }
    }

    /// Changes how a member stands, and tells the application; returns what was before.
    fn set_state(&mut self, at: usize, state: State) -> Option<State> {
        let (event, before) = self.peers.get_mut(at)?.set_state(state);
        self.tell(event);
        Some(before)
    }

    fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Wipes keys of a member at the receiver: one, or all.
    fn wipe(&mut self, source: &MemberId, key_id: Option<KeyId>) {
        self.outputs.push_back(Output::Wipe(Wipe { source: source.clone(), key_id }));
    }

    /// Gives a member its turn to be sent to; if it waits for a key, along with that.
    fn say_to(&mut self, at: usize) {
        let sends = self.keys.is_some();
        match self.peers.get(at) {
            Some(peer) if sends && peer.awaits_step(self.proof) => self.ratchet_soon(),
            Some(peer) => self.agenda.add(&peer.id),
            None => {}
        }
    }

    /// Makes sure that timers run at `at`, or before.
    fn arm(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    /// Has a member looked at, at this time.
    fn set_alarm(&mut self, at: usize, time: Timestamp) {
        if let Some(peer) = self.peers.get_mut(at) {
            self.alarms.set(&mut peer.alarm, time, &peer.id);
            self.arm(time);
        }
    }

    fn run_timers(&mut self) {
        if self.wake.is_none_or(|wake| wake > self.now) {
            return;
        }
        self.wake = None;
        self.run_own_timers();
        if self.doubt_at.is_some_and(|at| at <= self.now) {
            self.doubt_all();
        }
        let newest = self.newest_fresh();
        while let Some((due, id)) = self.alarms.take_due(self.now) {
            if let Ok(at) = self.position(&id)
                && self.peers.get_mut(at).is_some_and(|peer| peer.alarm.take(due))
            {
                self.run_timers_of(at, newest);
            }
        }
        if let Some(at) = self.alarms.next_at().into_iter().chain(self.doubt_at).min() {
            self.arm(at);
        }
    }

    fn run_timers_of(&mut self, at: usize, newest: Option<Epoch>) {
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        let due = peer.keys.take_due(self.now);
        if peer.retry.take_due(self.now) && peer.owes(newest) {
            peer.repeat(newest, self.proof);
            self.agenda.add(&peer.id);
        }
        let id = peer.id.clone();
        if let Some(next) = peer.due_at() {
            self.alarms.set(&mut peer.alarm, next, &id);
        }
        for key_id in due.wipes {
            self.wipe(&id, Some(key_id));
        }
        if due.ask {
            self.ask(at);
        }
    }

    /// Returns our newest fresh key: whoever has said that it has it lacks nothing.
    fn newest_fresh(&self) -> Option<Epoch> {
        self.keys.as_ref().map(OwnKeys::newest_fresh)
    }

    /// Lets a member have our keys with the next message.
    fn owe_keys(&mut self, at: usize) {
        let proof = self.proof;
        let Some(peer) = self.peers.get_mut(at) else {
            return;
        };
        if let Some(recipient) = peer.recipient(proof) {
            recipient.due.raise(Topic::Keys);
            self.agenda.add(&peer.id);
        }
    }

    fn peer(&mut self, id: &MemberId) -> Option<&mut Peer> {
        let at = self.position(id).ok()?;
        self.peers.get_mut(at)
    }

    /// Where the member is, or where it would have to be.
    fn position(&self, id: &MemberId) -> Result<usize, usize> {
        self.peers.binary_search_by(|peer| peer.id.cmp(id))
    }
}

fn random<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

impl<R> fmt::Debug for KeyManager<R> {
    /// Whose it is and how it stands; no key, no secret, no state of the generator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyManager")
            .field("member", &self.member)
            .field("slot", &self.slot)
            .field("keys", &self.keys)
            .field("peers", &self.peers.len())
            .finish_non_exhaustive()
    }
}

/// How another member stands.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MemberStatus {
    /// Which member.
    pub id: MemberId,
    /// How its keys stand.
    pub state: MemberState,
    /// Of its public key; `None` before it introduced itself.
    pub fingerprint: Option<Fingerprint>,
    /// Of the newest key that it gave us; `None` if we hold none. Frames may be some steps further.
    pub epoch: Option<Epoch>,
    /// Its messages.
    pub heard: Heard,
    /// Whether the application has not judged it yet.
    pub awaits_judgement: bool,
    /// Whether the application has consented to it, if it records; `None`: it does not say that it does.
    pub recorder: Option<Consent>,
}

/// There is no safety number for a member whose key is not certain: wait until it is secured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotSecured;

impl fmt::Display for NotSecured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the member is not secured")
    }
}

impl Error for NotSecured {}

#[cfg(test)]
mod tests;
