//! All that one sender seals under one base key: a context for each of its tracks.

use alloc::vec::Vec;

use crate::header::KeyId;
use crate::key::SendKey;
use crate::key_id_layout::KeyIdLayout;
use crate::metadata::{FrameKind, Profile};
use crate::seal::{SealContext, SealError};
use crate::suite::CipherSuite;
use crate::tracks::Tracks;
#[cfg(feature = "external-aead")]
use {crate::key_schedule, zeroize::Zeroizing};

/// A base key in use for sealing.
///
/// In profile `frameseal/1` each track has its own key, counter and so replay window at the
/// receiver, by the key schedule alone: the track is part of the KID, the KID of the derivation.
/// In profile `rfc9605` there is one key and one counter for all.
#[derive(Debug)]
pub struct Sender {
    profile: Profile,
    suite: CipherSuite,
    key_id: KeyId,
    key: SendKey,
    tracks: Tracks<SealContext>,
}

impl Sender {
    /// Commits `key` to sealing as `key_id`. In profile `frameseal/1` the track bits of `key_id`
    /// are ignored.
    #[must_use]
    pub fn new(profile: Profile, suite: CipherSuite, key_id: KeyId, key: SendKey) -> Self {
        let (key_id, _) = profile.split_track(key_id);
        Self { profile, suite, key_id, key, tracks: Tracks::new() }
    }

    /// Seals `plaintext` as a frame of `track`; returns `header || ciphertext || tag`.
    ///
    /// # Errors
    ///
    /// As [`SealContext::seal`].
    pub fn seal(
        &mut self,
        track: u8,
        kind: FrameKind,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let metadata = self.profile.metadata(kind);
        self.track(track).seal(metadata, plaintext)
    }

    /// Returns the sealing context of `track`, 0 to 15.
    pub fn track(&mut self, track: u8) -> &mut SealContext {
        let (key_id, track) = self.profile.join_track(self.key_id, track);
        let Self { suite, key, tracks, .. } = self;
        tracks.get_or_derive(track, || SealContext::derive(*suite, key_id, key.base_key()))
    }

    /// Returns the AEAD's key for frames of `key_id`, track bits included; `None` if that is none
    /// of this sender's.
    ///
    /// It seals, and opens what was sealed: whoever has it must take each nonce from
    /// [`FrameBuffer::begin_seal`](crate::FrameBuffer::begin_seal).
    #[cfg(feature = "external-aead")]
    #[must_use]
    pub fn aead_key(&self, key_id: KeyId) -> Option<Zeroizing<Vec<u8>>> {
        let (base, _) = self.profile.split_track(key_id);
        let base_key = (base == self.key_id).then(|| self.key.base_key())?;
        Some(key_schedule::aead_key(self.suite, key_id, base_key))
    }

    /// Returns the key ID with its track bits 0.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Returns the profile that frames are sealed in.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }
}

impl Profile {
    /// Splits a KID into what names the base key, and the track.
    pub(crate) fn split_track(self, key_id: KeyId) -> (KeyId, u8) {
        match (self, KeyIdLayout::from_key_id(key_id)) {
            (Self::Frameseal1, Some(layout)) => {
                (KeyIdLayout { track: 0, ..layout }.to_key_id(), layout.track)
            }
            _ => (key_id, 0),
        }
    }

    /// The inverse: the KID of one track; profile `rfc9605` has but one.
    fn join_track(self, key_id: KeyId, track: u8) -> (KeyId, u8) {
        match (self, KeyIdLayout::from_key_id(key_id)) {
            (Self::Frameseal1, Some(layout)) => {
                (KeyIdLayout { track, ..layout }.to_key_id(), track)
            }
            _ => (key_id, 0),
        }
    }
}
