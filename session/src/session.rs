//! A session: a member's keys, its pipelines, and each frame's way through them.

#[cfg(feature = "external-aead")]
mod away;
mod blackouts;
mod data;
mod exchange;
mod explain;
mod frames;
mod outcome;
mod pipelines;

use alloc::collections::VecDeque;

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_keymgmt::{Input, KeyManager, MemberId, Options};
use frameseal_sframe::{
    BaseKey, FrameBuffer, KeyId, Profile, ReceiveKey, Receiver, SendKey, Sender, Suites, Timestamp,
};

pub use self::data::OpenedData;
pub use self::frames::Verdict;
#[cfg(feature = "external-aead")]
use crate::away::{Away, WebKeys};
use crate::blackout::Attachment;
use crate::event::Event;
use crate::failure::{Failure, FailureCode};
#[cfg(feature = "key-log")]
use crate::key_log::KeyLog;
use crate::keys::Keys;
use crate::manual_keys::ManualKeys;
use crate::pipeline::{Direction, Pipeline};
use crate::problems::Problems;

/// One member's end-to-end encryption in one call, without IO.
///
/// The driver has the sockets, the clock and the frames:
///
/// 1. It gives the session what happens: [`handle`](Self::handle) who joins, leaves and says
///    something, and the frames, by [`seal`](Self::seal) and [`open`](Self::open).
/// 2. After each call it does what [`poll_event`](Self::poll_event) returns, until that is `None`.
/// 3. It calls [`work`](Self::work) until that is not [`Wake::Now`], with frames in between; then
///    again at the time that it names, and whenever [`wants_work`](Self::wants_work) says so.
///
/// A frame whose key has not come is told to wait. The driver keeps it, in the order of its pipeline,
/// and tries it again at [`Event::Retry`] with [`retry`](Self::retry).
///
/// # Examples
///
/// ```
/// use std::time::Instant;
///
/// use frameseal::{
///     Direction, Event, Input, MediaKind, MemberId, Options, PipelineOptions, Room, Session,
///     Timestamp, Verdict, Wake,
/// };
/// # use rand_chacha::rand_core::SeedableRng;
/// # let rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
///
/// let start = Instant::now();
/// let now = || Timestamp::from(start.elapsed());
/// let options = Options::new(Room::new("standup")?, MemberId::new("alice")?);
/// let mut session = Session::new(options, rng)?;
/// session.add_pipeline(PipelineOptions {
///     pipeline: 0,
///     direction: Direction::Send,
///     kind: MediaKind::Audio,
///     track: 0,
///     codec: None,
///     from: None,
/// })?;
/// session.handle(now(), Input::Joined(MemberId::new("bob")?))?;
///
/// match session.seal(now(), 0, b"a piece of sound")? {
///     Verdict::Pass(sealed) => assert_ne!(sealed, b"a piece of sound"), // send it
///     Verdict::Drop | Verdict::Wait => unreachable!("the session makes its key when it is needed"),
/// }
/// while session.work(now()) == Wake::Now {}
/// while let Some(event) = session.poll_event() {
///     match event {
///         Event::Message { to, data } => { /* signalling.send(to, data) */ }
///         event => println!("{event:?}"),
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Session<R> {
    profile: Profile,
    suites: Suites,
    keys: Keys<R>,
    sender: Option<Sender>,
    receiver: Receiver<MemberId>,
    /// By their number, which the driver counts up from 0.
    pipelines: Vec<Option<Box<Pipeline>>>,
    buffer: FrameBuffer,
    #[cfg(feature = "external-aead")]
    away: Away,
    #[cfg(feature = "external-aead")]
    web_keys: WebKeys,
    #[cfg(feature = "key-log")]
    key_log: Option<Box<dyn KeyLog>>,
    problems: Problems,
    first_key: FirstKey,
    attachment: Attachment,
    work: Work,
    events: VecDeque<Event>,
}

/// When a session with key exchange makes its first key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum FirstKey {
    /// When there is something to seal.
    WhenNeeded,
    /// As soon as somebody is there to have it: frames are about to come.
    WhenSomebodyIsThere,
}

/// Whether the key manager has something to do before the time that it named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Work {
    None,
    Wanted,
}

/// When to call [`Session::work`] again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else to say")]
pub enum Wake {
    /// There is more to do. Frames that wait may go first.
    Now,
    /// At this time, or when something happens.
    At(Timestamp),
    /// When something happens.
    Never,
}

impl<R: CryptoRng> Session<R> {
    /// Makes a session that exchanges keys with other members'.
    ///
    /// # Errors
    ///
    /// `invalid-argument`: an option is out of range.
    pub fn new(options: Options, rng: R) -> Result<Self, Failure> {
        let suites = options.suites;
        let manager = KeyManager::new(options, rng).map_err(|error| Failure::refused(&error))?;
        Ok(Self::with(Profile::Frameseal1, suites, Keys::Manager(Box::new(manager))))
    }

    /// Makes a session that gets its keys from the application.
    #[must_use]
    pub fn with_manual_keys(profile: Profile, suites: Suites) -> Self {
        Self::with(profile, suites, Keys::Application(ManualKeys::default()))
    }

    fn with(profile: Profile, suites: Suites, keys: Keys<R>) -> Self {
        Self {
            profile,
            suites,
            keys,
            sender: None,
            receiver: Receiver::new(profile, suites),
            pipelines: Vec::new(),
            buffer: FrameBuffer::new(),
            #[cfg(feature = "external-aead")]
            away: Away::default(),
            #[cfg(feature = "external-aead")]
            web_keys: WebKeys::default(),
            #[cfg(feature = "key-log")]
            key_log: None,
            problems: Problems::default(),
            first_key: FirstKey::WhenNeeded,
            attachment: Attachment::default(),
            work: Work::None,
            events: VecDeque::new(),
        }
    }

    /// Has an observer hear of every key.
    #[cfg(feature = "key-log")]
    pub fn set_key_log(&mut self, log: Box<dyn KeyLog>) {
        self.key_log = Some(log);
    }

    /// Seals under this key from now on. With manual keys alone, as the next two.
    ///
    /// # Errors
    ///
    /// - `invalid-argument`: there is no such `key_id` in the profile.
    /// - `key-reused`: the key opened frames, or sealed before another took its place.
    /// - `unsupported`: keys are exchanged.
    pub fn set_send_key(&mut self, key_id: u64, key: BaseKey) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        if self.keys.manual()?.send(key_id, key.fingerprint())? {
            self.seal_with(key_id, key.into_send_key());
        }
        Ok(())
    }

    /// Opens frames of this key from now on, and of no other; `member` is whose key it is.
    ///
    /// # Errors
    ///
    /// As [`set_send_key`](Self::set_send_key).
    pub fn add_receive_key(
        &mut self,
        now: Timestamp,
        key_id: u64,
        key: BaseKey,
        member: MemberId,
    ) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        self.keys.manual()?.receive(key.fingerprint())?;
        self.receiver.add(key_id, key.into_receive_key(), member);
        self.key_came(now);
        Ok(())
    }

    /// Forgets a key given by [`add_receive_key`](Self::add_receive_key).
    ///
    /// # Errors
    ///
    /// `missing-key`: there is none of this ID; others as [`set_send_key`](Self::set_send_key).
    pub fn remove_receive_key(&mut self, key_id: u64) -> Result<(), Failure> {
        let key_id = self.key_id(key_id)?;
        self.keys.manual()?;
        if self.receiver.remove(key_id) {
            self.forget_web_keys();
            return Ok(());
        }
        Err(Failure::new(FailureCode::MissingKey, "no key with this ID"))
    }

    /// Returns the keys that frames open under, as they were given, and whose they are.
    pub fn receive_keys(&self) -> impl Iterator<Item = (KeyId, &MemberId)> {
        self.receiver.keys()
    }

    /// Returns the key that frames leave under; `None` before the first.
    #[must_use]
    pub fn send_key_id(&self) -> Option<KeyId> {
        self.sender.as_ref().map(Sender::key_id)
    }

    /// Returns the key manager, for what else it tells; `None` with manual keys.
    #[must_use]
    pub fn key_manager(&self) -> Option<&KeyManager<R>> {
        self.keys.manager()
    }

    /// Returns what happened since the last call, one at a time.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Tells whether [`poll_event`](Self::poll_event) has something.
    #[must_use]
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Tells whether [`work`](Self::work) has something to do before the time that it named.
    #[must_use]
    pub fn wants_work(&self) -> bool {
        self.work == Work::Wanted
    }

    fn seal_with(&mut self, key_id: KeyId, key: SendKey) {
        #[cfg(feature = "key-log")]
        if let Some(log) = &mut self.key_log {
            log.send(key_id, key.expose_secret());
        }
        self.sender = Some(Sender::new(self.profile, self.suites, key_id, key));
        self.forget_web_keys();
    }

    fn follow(&mut self, now: Timestamp, key_id: KeyId, key: ReceiveKey, member: MemberId) {
        #[cfg(feature = "key-log")]
        if let Some(log) = &mut self.key_log {
            log.receive(&member, key_id, key.expose_secret());
        }
        self.receiver.follow(key_id, key, member);
        self.key_came(now);
    }

    /// Sees to those who may have waited for a key that came.
    fn key_came(&mut self, now: Timestamp) {
        self.forget_web_keys();
        for pipeline in self.pipelines.iter_mut().flatten() {
            if pipeline.direction() == Direction::Receive {
                // Whoever lost video for want of this key needs a key frame to begin with.
                self.events.extend(pipeline.want_key_frame(now));
            }
            if !pipeline.line.is_empty() {
                self.events.push_back(Event::Retry { pipeline: pipeline.number() });
            }
        }
    }

    /// Has an AEAD elsewhere forget its keys, whichever of them has changed.
    fn forget_web_keys(&mut self) {
        #[cfg(feature = "external-aead")]
        if self.web_keys.clear() {
            self.events.push_back(Event::KeysChanged);
        }
    }

    /// The KID of an application's key ID.
    fn key_id(&self, number: u64) -> Result<KeyId, Failure> {
        self.profile.key_id(number).ok_or_else(|| Failure::invalid_argument("keyId"))
    }

    /// Tells the key manager something.
    ///
    /// # Errors
    ///
    /// `invalid-argument`: see [`InputError`](frameseal_keymgmt::InputError). `unsupported`: keys are
    /// manual.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Result<(), Failure> {
        let outcome = self.keys.exchange()?.handle(now, input);
        self.work = Work::Wanted;
        outcome.map_err(|error| Failure::refused(&error))
    }
}
