//! All keys that one receiver opens with: finds the key by the frame's KID, ratchets when the
//! sender did.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use crate::header::{Counter, Header, KeyId};
use crate::key::ReceiveKey;
use crate::key_id_layout::{KeyIdLayout, STEPS};
use crate::metadata::{FrameKind, Profile};
use crate::open::{Authentic, OpenContext, OpenError};
use crate::suite::CipherSuite;
use crate::tracks::Tracks;
#[cfg(feature = "external-aead")]
use {crate::key_schedule, crate::suite::NONCE_LEN, zeroize::Zeroizing};

/// The base keys in use for opening. `S` is what the caller wants to be told about who sealed a
/// frame: it comes back with each frame that the key opens.
#[derive(Debug)]
pub struct Receiver<S> {
    profile: Profile,
    suite: CipherSuite,
    /// By ascending key ID. A tree would be 8 kB of WebAssembly, and faster for nobody.
    keys: Vec<Entry<S>>,
}

/// Where a key is: small, because it is searched for each frame, and moved when others come.
#[derive(Debug)]
struct Entry<S> {
    /// Track bits are 0.
    key_id: KeyId,
    /// The key ID given to [`Receiver::add`], from which this key was ratcheted if it is another.
    root: KeyId,
    held: Box<Held<S>>,
}

/// A base key and its contexts.
#[derive(Debug)]
struct Held<S> {
    key: ReceiveKey,
    source: S,
    tracks: Tracks<OpenContext>,
}

/// A frame that authenticated, in the buffer that it came in.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Opened<S> {
    /// The key that it was sealed under, track bits included.
    pub key_id: KeyId,
    /// Place of the plaintext in the body.
    pub plaintext: Range<usize>,
    /// Who sealed it.
    pub source: S,
    /// Which of the sealer's tracks it is of, 0 to 15; 0 in profile `rfc9605`.
    pub track: u8,
}

impl<S: Clone> Receiver<S> {
    /// Makes a receiver that has no keys yet.
    #[must_use]
    pub const fn new(profile: Profile, suite: CipherSuite) -> Self {
        Self { profile, suite, keys: Vec::new() }
    }

    /// Opens frames of `key_id` with `key` from now on; in profile `frameseal/1` the track bits
    /// of `key_id` are ignored.
    ///
    /// A key under the same ID is [removed](Self::remove). The same key again changes `source`
    /// alone: what was opened before stays opened before.
    pub fn add(&mut self, key_id: KeyId, key: ReceiveKey, source: S) {
        let (key_id, _) = self.profile.split_track(key_id);
        match self.held_mut(key_id) {
            Some(held) if held.key.base_key().is(key.base_key()) => held.source = source,
            _ => {
                self.remove(key_id);
                self.insert(Entry::new(key_id, key_id, key, source));
            }
        }
    }

    /// Wipes the key that was [added](Self::add) as `key_id`, and all that were ratcheted from it;
    /// tells whether there was one. Its frames open no more, nor do any under keys that its holder
    /// can compute.
    pub fn remove(&mut self, key_id: KeyId) -> bool {
        let (key_id, _) = self.profile.split_track(key_id);
        let before = self.keys.len();
        self.keys.retain(|entry| entry.root != key_id);
        self.keys.len() < before
    }

    /// Wipes the keys whose ID `keep` rejects. It is asked about each key by itself, those that
    /// were ratcheted included, with track bits 0.
    ///
    /// For forgetting what is old while what was ratcheted from it goes on. The holder of an
    /// earlier key can compute all later ones of its generation: to shut out a sender, reject
    /// them all, or [remove](Self::remove) its keys.
    pub fn retain(&mut self, mut keep: impl FnMut(KeyId) -> bool) {
        self.keys.retain(|entry| keep(entry.key_id));
    }

    /// Returns the profile that frames are opened in.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Returns who seals under `key_id`, as [`Receiver::add`] was told.
    #[must_use]
    pub fn source(&self, key_id: KeyId) -> Option<&S> {
        let (key_id, _) = self.profile.split_track(key_id);
        self.entry(key_id).map(|entry| &entry.held.source)
    }

    /// Opens `body`, which is `header || ciphertext || tag`, where it is.
    ///
    /// `kind` is what the receiver's browser says of the frame. On an error `body` is left as it
    /// was, and so is the receiver.
    ///
    /// # Errors
    ///
    /// As [`OpenContext::open_in_place`].
    pub fn open(&mut self, kind: FrameKind, body: &mut [u8]) -> Result<Opened<S>, OpenError> {
        self.authenticate(kind, body).map(Pending::commit)
    }

    /// Opens `body` as [`Receiver::open`] does, but takes note of it only if the result is
    /// [committed](Pending::commit).
    pub(crate) fn authenticate(
        &mut self,
        kind: FrameKind,
        body: &mut [u8],
    ) -> Result<Pending<'_, S>, OpenError> {
        let (Header { key_id, .. }, _) = Header::decode(body)?;
        let (base, track) = self.profile.split_track(key_id);
        let (suite, metadata) = (self.suite, self.profile.metadata(kind));
        // The sender may have ratcheted (RFC 9605 section 5.1): try, keep what authenticates.
        let unknown = OpenError::UnknownKey(key_id);
        let mut found = match self.position(base) {
            Ok(at) => Found::Here(at),
            Err(_) => Found::Ratcheted(self.ratcheted(base).ok_or(unknown)?),
        };
        let held = found.held(&mut self.keys).ok_or(unknown)?;
        let authentic = held.track(suite, key_id, track).authenticate(metadata, body);
        let source = held.source.clone();
        let Authentic { counter, plaintext } = match authentic {
            // Whether the sender ratcheted is not known then: the key is as missing as it was.
            Err(OpenError::Authentication) if matches!(found, Found::Ratcheted(_)) => Err(unknown),
            authentic => authentic,
        }?;
        let opened = Opened { key_id, plaintext, source, track };
        Ok(Pending { receiver: self, found, counter, opened })
    }

    /// Looks up what it takes to open `body`; `None` if it may not be opened, or under no key that
    /// is here without ratcheting.
    #[cfg(feature = "external-aead")]
    pub(crate) fn begin(&mut self, body: &[u8]) -> Option<Begun> {
        let (header, rest) = Header::decode(body).ok()?;
        let context = self.context(header.key_id)?;
        let text_len = context.begin(header, rest.len()).ok()?;
        Some(Begun { header, nonce: context.nonce(header.counter), text_len })
    }

    /// Takes note of a frame that [began](Self::begin) to be opened and authenticated.
    #[cfg(feature = "external-aead")]
    pub(crate) fn finish(
        &mut self,
        Header { key_id, counter }: Header,
        plaintext: Range<usize>,
    ) -> Result<Opened<S>, OpenError> {
        let (_, track) = self.profile.split_track(key_id);
        let context = self.context(key_id).ok_or(OpenError::UnknownKey(key_id))?;
        context.check(counter)?; // it may have come by another way meanwhile
        context.commit(counter);
        let source = self.source(key_id).ok_or(OpenError::UnknownKey(key_id))?.clone();
        Ok(Opened { key_id, plaintext, source, track })
    }

    /// Returns the AEAD's key for frames of `key_id`, track bits included; `None` if there is none.
    ///
    /// It opens what this one track's sender seals, and can seal in its name.
    #[cfg(feature = "external-aead")]
    #[must_use]
    pub fn aead_key(&self, key_id: KeyId) -> Option<Zeroizing<Vec<u8>>> {
        let (base, _) = self.profile.split_track(key_id);
        let entry = self.entry(base)?;
        Some(key_schedule::aead_key(self.suite, key_id, entry.held.key.base_key()))
    }

    #[cfg(feature = "external-aead")]
    fn context(&mut self, key_id: KeyId) -> Option<&mut OpenContext> {
        let (base, track) = self.profile.split_track(key_id);
        let suite = self.suite;
        Some(self.held_mut(base)?.track(suite, key_id, track))
    }

    /// Ratchets a copy of the nearest key from which steps lead to `key_id`.
    fn ratcheted(&self, key_id: KeyId) -> Option<Entry<S>> {
        if self.profile != Profile::Frameseal1 {
            return None;
        }
        let later = KeyIdLayout::from_key_id(key_id)?;
        let (steps, entry) = (1..STEPS)
            .find_map(|steps| Some((steps, self.entry(later.earlier(steps).to_key_id())?)))?;

        let first = entry.held.key.ratchet(self.suite);
        let key = (1..steps).fold(first, |key, _| key.ratchet(self.suite));
        Some(Entry::new(key_id, entry.root, key, entry.held.source.clone()))
    }

    fn insert(&mut self, entry: Entry<S>) {
        match self.position(entry.key_id) {
            Ok(at) => {
                if let Some(place) = self.keys.get_mut(at) {
                    *place = entry;
                }
            }
            Err(at) => self.keys.insert(at, entry),
        }
    }

    fn entry(&self, key_id: KeyId) -> Option<&Entry<S>> {
        self.position(key_id).ok().and_then(|at| self.keys.get(at))
    }

    fn held_mut(&mut self, key_id: KeyId) -> Option<&mut Held<S>> {
        let at = self.position(key_id).ok()?;
        self.keys.get_mut(at).map(|entry| &mut *entry.held)
    }

    /// Where the key is, or where it would have to be.
    fn position(&self, key_id: KeyId) -> Result<usize, usize> {
        self.keys.binary_search_by_key(&key_id, |entry| entry.key_id)
    }
}

impl<S: Clone> Entry<S> {
    fn new(key_id: KeyId, root: KeyId, key: ReceiveKey, source: S) -> Self {
        Self { key_id, root, held: Box::new(Held { key, source, tracks: Tracks::new() }) }
    }
}

impl<S> Held<S> {
    fn track(&mut self, suite: CipherSuite, key_id: KeyId, track: u8) -> &mut OpenContext {
        let Self { key, tracks, .. } = self;
        tracks.get_or_derive(track, || OpenContext::derive(suite, key_id, key.base_key()))
    }
}

/// A frame that may be opened, and has not been.
#[cfg(feature = "external-aead")]
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) header: Header,
    pub(crate) nonce: [u8; NONCE_LEN],
    pub(crate) text_len: usize,
}

/// The key of a frame: one that is held, or one that was ratcheted for it.
#[derive(Debug)]
enum Found<S> {
    Here(usize),
    Ratcheted(Entry<S>),
}

impl<S> Found<S> {
    fn held<'a>(&'a mut self, keys: &'a mut [Entry<S>]) -> Option<&'a mut Held<S>> {
        match self {
            Self::Here(at) => Some(&mut *keys.get_mut(*at)?.held),
            Self::Ratcheted(entry) => Some(&mut *entry.held),
        }
    }
}

/// A frame that authenticated. Dropped, it leaves the receiver as it was before.
#[derive(Debug)]
pub(crate) struct Pending<'a, S> {
    receiver: &'a mut Receiver<S>,
    found: Found<S>,
    counter: Counter,
    opened: Opened<S>,
}

impl<S: Clone> Pending<'_, S> {
    /// Takes note of the frame, and of the key if it is a new one.
    pub(crate) fn commit(self) -> Opened<S> {
        let Self { receiver, mut found, counter, opened } = self;
        let suite = receiver.suite;
        if let Some(held) = found.held(&mut receiver.keys) {
            held.track(suite, opened.key_id, opened.track).commit(counter);
        }
        if let Found::Ratcheted(entry) = found {
            receiver.insert(entry);
        }
        opened
    }

    /// Returns the place of the plaintext in the body.
    pub(crate) fn plaintext(&self) -> Range<usize> {
        self.opened.plaintext.clone()
    }

    /// Returns the key that the frame was sealed under.
    pub(crate) fn key_id(&self) -> KeyId {
        self.opened.key_id
    }
}
