//! The key manager: a state machine that does no IO.

mod options;
mod receiving;
mod rotation;
mod transmitting;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use frameseal_sframe::{CipherSuite, KeyId, KeyIdLayout};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub use self::options::{Options, OptionsError};
use crate::input::{Input, InputError};
use crate::key_pair::{Fingerprint, KeyPair};
use crate::limits::{MAX_CREDENTIAL_LEN, MAX_MEMBERS, MAX_SILENT_MESSAGES};
use crate::member_id::MemberId;
use crate::message::Hello;
use crate::output::{Event, MemberState, Output};
use crate::own_keys::OwnKeys;
use crate::peer::{Association, Peer, Wipe};
use crate::room::RoomTag;
use crate::safety_number::SafetyNumber;
use crate::timestamp::Timestamp;

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
/// that has frames to see to may do so between any two.
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
///
/// let now = Timestamp::from_millis(0);
/// manager.handle(now, Input::Send)?; // there is a camera
/// manager.handle(now, Input::Joined(MemberId::new("bob")?))?;
/// loop {
///     match manager.poll() {
///         Output::Seal { key_id, key } => { /* Sender::new(…, key_id, key) */ }
///         Output::Transmit { to, message } => { /* signalling.send(to, message) */ }
///         Output::Idle { wake_at } => break, // until then, or the next input
///         _ => {}
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyManager<R> {
    member: MemberId,
    room: RoomTag,
    salt: Zeroizing<[u8; 32]>,
    suite: CipherSuite,
    verify: bool,
    rotate_every: Duration,
    key_pair: KeyPair,
    /// How we introduce ourselves to those who join now.
    hello: Hello,
    rng: R,

    now: Timestamp,
    /// Not later than the first timer.
    wake: Option<Timestamp>,
    ratchet_at: Option<Timestamp>,
    rotate_at: Option<Timestamp>,

    slot: u16,
    /// Of the last message that was sealed, to whomever: so no nonce comes twice under any key.
    sequence: u64,
    keys: Option<OwnKeys>,

    /// By ascending ID.
    peers: Vec<Peer>,
    inbox: VecDeque<(MemberId, Vec<u8>)>,
    inbox_bytes: usize,
    /// Messages of members that may be about to join, the last of each, and when they came.
    strangers: VecDeque<(Timestamp, MemberId, Vec<u8>)>,
    work: VecDeque<Work>,
    /// Whether anybody was told who we are.
    announced: bool,
    outputs: VecDeque<Output>,
}

/// A message to make.
#[derive(Debug)]
enum Work {
    /// Our hello, to all.
    Announce,
    /// What is due to a member.
    Transmit(MemberId),
}

impl<R: CryptoRng> KeyManager<R> {
    /// Makes a key pair, and a manager for a room with no other members yet.
    ///
    /// # Errors
    ///
    /// [`OptionsError`]: an option is out of range.
    pub fn new(options: Options, mut rng: R) -> Result<Self, OptionsError> {
        options.check()?;
        let Options { room, member, secret, suite, slot, credential, verify, rotate_every } =
            options;
        let key_pair = KeyPair::generate(&mut rng);
        let public_key = *key_pair.public().encoded();
        let nonce = random(&mut rng);
        let suite_number = suite.number();
        Ok(Self {
            member,
            room: room.tag(),
            salt: secret.salt(&room),
            suite,
            verify,
            rotate_every,
            key_pair,
            hello: Hello { public_key, nonce, suite: suite_number, credential },
            slot: slot.unwrap_or_else(|| u16::from_be_bytes(random(&mut rng))),
            rng,
            now: Timestamp::default(),
            wake: None,
            ratchet_at: None,
            rotate_at: None,
            sequence: 0,
            keys: None,
            peers: Vec::new(),
            inbox: VecDeque::new(),
            inbox_bytes: 0,
            strangers: VecDeque::new(),
            work: VecDeque::new(),
            announced: false,
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
        if self.announced {
            return Err(OptionsError::CredentialTooLate);
        }
        self.hello.credential = credential;
        Ok(())
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
            Input::Opened(key_id) => {
                self.opened(key_id);
                Ok(())
            }
            Input::Missing(key_id) => {
                self.request(key_id);
                Ok(())
            }
            Input::Accept(id, fingerprint) => self.accept(&id, fingerprint),
            Input::Reject(id, fingerprint) => self.reject(&id, fingerprint),
            Input::Timeout => Ok(()),
        };
        self.run_timers();
        outcome
    }

    /// Returns the next thing for the caller to do. After [`Output::Idle`] there is nothing more
    /// until the next [`handle`](Self::handle).
    pub fn poll(&mut self) -> Output {
        for _ in 0..MAX_SILENT_MESSAGES {
            if let Some(output) = self.outputs.pop_front() {
                return output;
            }
            let message = match self.work.pop_front() {
                Some(Work::Announce) => Some(self.announcement()),
                Some(Work::Transmit(id)) => self.transmission(&id),
                None => None,
            };
            if let Some(message) = message {
                return message;
            }
            if self.work.is_empty() {
                let Some((from, message)) = self.inbox.pop_front() else {
                    return Output::Idle { wake_at: self.wake };
                };
                self.inbox_bytes = self.inbox_bytes.saturating_sub(message.len());
                self.read(&from, message);
            }
        }
        match self.outputs.pop_front() {
            Some(output) => output,
            None => Output::Idle { wake_at: Some(self.now) },
        }
    }

    /// Returns the fingerprint of our own public key, which a credential can vouch for.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.key_pair.public().fingerprint()
    }

    /// Returns the safety number of us and one member, or of us and all secured members.
    ///
    /// In a room of two, both are the same number.
    ///
    /// # Errors
    ///
    /// [`NotSecured`]: the member is not here, or its key is not known for certain yet.
    pub fn safety_number(&self, member: Option<&MemberId>) -> Result<SafetyNumber, NotSecured> {
        let of_interest = |peer: &&Peer| member.is_none_or(|member| peer.id == *member);
        let mut members: Vec<_> = self
            .peers
            .iter()
            .filter(of_interest)
            .filter_map(|peer| {
                let proven = peer.proven.as_ref()?;
                Some((peer.id.as_str(), proven.public_key.encoded()))
            })
            .collect();
        if member.is_some() && members.is_empty() {
            return Err(NotSecured);
        }
        members.push((self.member.as_str(), self.key_pair.public().encoded()));
        Ok(SafetyNumber::of(members))
    }

    /// Returns how each other member stands, by ascending ID.
    pub fn members(&self) -> impl Iterator<Item = MemberStatus> {
        self.peers.iter().map(|peer| MemberStatus {
            id: peer.id.clone(),
            state: peer.state,
            fingerprint: peer.fingerprint(),
            generation: peer.received.last().map(|key| key.epoch.generation),
        })
    }

    /// Returns generation and step of the key that frames are sealed under; `None` before the first.
    #[must_use]
    pub fn sending(&self) -> Option<(u64, u8)> {
        let epoch = self.keys.as_ref()?.current.epoch;
        Some((epoch.generation, epoch.step))
    }

    /// Returns the generation that a rotation, under way or about to be, leads to; `None` if there
    /// is none.
    #[must_use]
    pub fn rotating_to(&self) -> Option<u64> {
        if self.rotate_at.is_some() {
            return Some(self.next_generation());
        }
        self.keys.as_ref()?.next.as_ref().map(|next| next.key.epoch.generation)
    }

    fn join(&mut self, id: MemberId) -> Result<(), InputError> {
        if id == self.member {
            return Err(InputError::OwnId);
        }
        let Err(at) = self.position(&id) else {
            return Ok(());
        };
        if self.peers.len() >= MAX_MEMBERS {
            return Err(InputError::TooManyMembers);
        }
        let mut peer = Peer::new(id, self.hello.clone());
        let retry_at = peer.retry.arm(self.now, &mut self.rng);
        self.report(&peer);
        self.peers.insert(at, peer);
        self.arm(retry_at);
        // Those who were here before us wait for this. Those who come later begin themselves.
        if !self.announced {
            self.announced = true;
            self.work.push_front(Work::Announce);
        }
        self.ratchet_soon();
        self.recall(at);
        Ok(())
    }

    fn leave(&mut self, id: &MemberId) {
        let Ok(at) = self.position(id) else {
            return;
        };
        let mut peer = self.peers.remove(at);
        peer.state = MemberState::Left;
        let wipes = peer.forget_all();
        self.wipe(wipes);
        self.report(&peer);
        // The leaver keeps what was agreed with this nonce: no newcomer is met with it.
        self.hello.nonce = random(&mut self.rng);
        if peer.proven.is_some_and(|proven| proven.gates) {
            self.one_less_to_wait_for();
        }
        if peer.handed {
            self.rotate_soon();
        }
    }

    fn accept(&mut self, id: &MemberId, fingerprint: Fingerprint) -> Result<(), InputError> {
        let peer = self.peer(id).ok_or(InputError::UnknownMember)?;
        let Some(candidate) = peer.candidate.as_mut().filter(|candidate| {
            candidate.judging && candidate.association.public_key.fingerprint() == fingerprint
        }) else {
            return Ok(()); // it introduced itself with another key in the meantime
        };
        candidate.judging = false;
        if let Some(message) = candidate.waiting.take() {
            self.inbox_bytes = self.inbox_bytes.saturating_add(message.len());
            self.inbox.push_front((id.clone(), message));
        }
        self.welcome(id);
        Ok(())
    }

    fn reject(&mut self, id: &MemberId, fingerprint: Fingerprint) -> Result<(), InputError> {
        let peer = self.peer(id).ok_or(InputError::UnknownMember)?;
        let is_meant =
            |association: &Association| association.public_key.fingerprint() == fingerprint;
        let candidate = peer.candidate.take_if(|candidate| is_meant(&candidate.association));
        let judged = candidate.as_ref().is_some_and(|candidate| candidate.judging);
        let candidate = candidate.map(|candidate| candidate.association);
        // A judgement is about the credential that came with it; else it is about the member.
        let proven = peer.proven.take_if(|proven| !judged && is_meant(proven));
        let Some(rejected) = candidate.as_ref().or(proven.as_ref()) else {
            return Ok(()); // it introduced itself with another key in the meantime
        };
        peer.rejected = Some(rejected.hello.clone());
        if peer.proven.is_none() {
            peer.state = MemberState::Rejected;
            let event =
                Event::Member { id: id.clone(), state: peer.state, fingerprint: Some(fingerprint) };
            self.outputs.push_back(Output::Event(event));
        }
        if proven.is_some() || candidate.is_some_and(|candidate| candidate.handed) {
            self.shut_out(id, proven.is_some_and(|proven| proven.gates));
        }
        Ok(())
    }

    /// Takes the keys back from somebody who was believed to be this member.
    fn shut_out(&mut self, id: &MemberId, gated: bool) {
        let Some(peer) = self.peer(id) else {
            return;
        };
        let wipes = peer.forget_all();
        peer.entitled = None;
        let handed = core::mem::take(&mut peer.handed);
        self.wipe(wipes);
        if gated {
            self.one_less_to_wait_for();
        }
        if handed {
            self.rotate_soon();
        }
        self.ratchet_soon();
    }

    fn opened(&mut self, key_id: KeyId) {
        let Some(layout) = KeyIdLayout::from_key_id(key_id) else {
            return;
        };
        let now = self.now;
        let wipe_at = self.peers.iter_mut().find_map(|peer| peer.opened(now, layout));
        if let Some(at) = wipe_at {
            self.arm(at);
        }
    }

    fn wipe(&mut self, wipes: impl IntoIterator<Item = Wipe>) {
        let wipes = wipes.into_iter().map(|Wipe { slot, before }| Output::Wipe { slot, before });
        self.outputs.extend(wipes);
    }

    fn report(&mut self, peer: &Peer) {
        self.outputs.push_back(Output::Event(Event::Member {
            id: peer.id.clone(),
            state: peer.state,
            fingerprint: peer.fingerprint(),
        }));
    }

    /// Makes sure that timers run at `at`, or before.
    fn arm(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    fn run_timers(&mut self) {
        if self.wake.is_none_or(|wake| wake > self.now) {
            return;
        }
        self.wake = None;
        self.run_own_timers();

        let newest = self.keys.as_ref().map(OwnKeys::newest_fresh);
        let mut next = None;
        for peer in &mut self.peers {
            while let Some(wipes) = peer.faded(self.now) {
                let wipes = wipes.into_iter();
                self.outputs
                    .extend(wipes.map(|Wipe { slot, before }| Output::Wipe { slot, before }));
            }
            if peer.retry.take_due(self.now) && peer.owes(newest) {
                peer.repeat();
                enqueue(&mut self.work, peer);
            }
            next = next.into_iter().chain(peer.retry.at()).chain(peer.fades_at()).min();
        }
        if let Some(at) = next {
            self.arm(at);
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

/// Gives a peer its turn to be sent to.
fn enqueue(work: &mut VecDeque<Work>, peer: &mut Peer) {
    if !peer.queued {
        peer.queued = true;
        work.push_back(Work::Transmit(peer.id.clone()));
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
    /// The newest of its keys that we hold; `None` if we hold none.
    pub generation: Option<u64>,
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
