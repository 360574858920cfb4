//! All keys that one receiver opens with: finds the key by the frame's KID, ratchets when the
//! sender did.

use alloc::collections::BTreeMap;
use core::ops::Range;

use crate::header::{Header, KeyId};
use crate::key::ReceiveKey;
use crate::key_id_layout::{KeyIdLayout, STEPS};
use crate::metadata::{FrameKind, Profile};
use crate::open::{OpenContext, OpenError};
use crate::suite::CipherSuite;
use crate::tracks::Tracks;

/// The base keys in use for opening. `S` is what the caller wants to be told about who sealed a
/// frame: it comes back with each frame that the key opens.
#[derive(Debug)]
pub struct Receiver<S> {
    profile: Profile,
    suite: CipherSuite,
    keys: BTreeMap<KeyId, Entry<S>>,
}

/// A base key and its contexts.
#[derive(Debug)]
struct Entry<S> {
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
        Self { profile, suite, keys: BTreeMap::new() }
    }

    /// Opens frames of `key_id` with `key` from now on; in profile `frameseal/1` the track bits
    /// of `key_id` are ignored.
    ///
    /// A key under the same ID is replaced. The same key again changes `source` alone: what was
    /// opened before stays opened before.
    pub fn add(&mut self, key_id: KeyId, key: ReceiveKey, source: S) {
        let (key_id, _) = self.profile.split_track(key_id);
        match self.keys.get_mut(&key_id) {
            Some(entry) if entry.key.base_key().is(key.base_key()) => entry.source = source,
            _ => {
                self.keys.insert(key_id, Entry::new(key, source));
            }
        }
    }

    /// Wipes the key of `key_id`; tells whether there was one.
    pub fn remove(&mut self, key_id: KeyId) -> bool {
        let (key_id, _) = self.profile.split_track(key_id);
        self.keys.remove(&key_id).is_some()
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
        self.open_if(kind, body, |_| true)
    }

    /// As [`Receiver::open`], with a last look at the plaintext: see [`OpenContext::open_if`].
    pub(crate) fn open_if(
        &mut self,
        kind: FrameKind,
        body: &mut [u8],
        accept: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Opened<S>, OpenError> {
        let (Header { key_id, .. }, _) = Header::decode(body)?;
        let metadata = self.profile.metadata(kind);
        let (base, track) = self.profile.split_track(key_id);
        let suite = self.suite;
        if let Some(entry) = self.keys.get_mut(&base) {
            return entry.open(suite, key_id, track, metadata, body, accept);
        }

        // The sender may have ratcheted (RFC 9605 section 5.1): try, keep what authenticates.
        let mut later = self.ratcheted(base).ok_or(OpenError::UnknownKey(key_id))?;
        let opened = later
            .open(suite, key_id, track, metadata, body, accept)
            .map_err(|_| OpenError::UnknownKey(key_id))?;
        self.keys.insert(base, later);
        Ok(opened)
    }

    /// Ratchets a copy of the nearest key from which steps lead to `key_id`.
    fn ratcheted(&self, key_id: KeyId) -> Option<Entry<S>> {
        if self.profile != Profile::Frameseal1 {
            return None;
        }
        let later = KeyIdLayout::from_key_id(key_id)?;
        let (steps, entry) = (1..STEPS)
            .find_map(|steps| Some((steps, self.keys.get(&later.earlier(steps).to_key_id())?)))?;

        let first = entry.key.ratchet(self.suite);
        let key = (1..steps).fold(first, |key, _| key.ratchet(self.suite));
        Some(Entry::new(key, entry.source.clone()))
    }
}

impl<S: Clone> Entry<S> {
    fn new(key: ReceiveKey, source: S) -> Self {
        Self { key, source, tracks: Tracks::new() }
    }

    fn open(
        &mut self,
        suite: CipherSuite,
        key_id: KeyId,
        track: u8,
        metadata: &[u8],
        body: &mut [u8],
        accept: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Opened<S>, OpenError> {
        let Self { key, source, tracks } = self;
        let plaintext = tracks
            .get_or_derive(track, || OpenContext::derive(suite, key_id, key.base_key()))
            .open_if(metadata, body, accept)?;
        Ok(Opened { key_id, plaintext, source: source.clone(), track })
    }
}
