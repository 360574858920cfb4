//! All that one sender seals under one base key: a context for each of its tracks.

use alloc::vec::Vec;

use crate::header::KeyId;
use crate::key::SendKey;
use crate::key_id_layout::{carries, data_track};
use crate::metadata::{FrameKind, Profile};
use crate::seal::{SealContext, SealError};
use crate::suite::Suites;
use crate::tracks::Tracks;
#[cfg(feature = "external-aead")]
use {crate::key_schedule, crate::suite::CipherSuite, zeroize::Zeroizing};

/// A base key in use for sealing.
///
/// In profile `frameseal/1` each track has its own key, counter and so replay window at the
/// receiver, by the key schedule alone: the track is part of the KID, the KID of the derivation.
/// In profile `rfc9605` there is one key and one counter for all.
#[derive(Debug)]
pub struct Sender {
    profile: Profile,
    suites: Suites,
    key_id: KeyId,
    key: SendKey,
    tracks: Tracks<SealContext>,
}

impl Sender {
    /// Commits `key` to sealing as `key_id`. In profile `frameseal/1` the track bits of `key_id`
    /// are ignored.
    #[must_use]
    pub fn new(profile: Profile, suites: impl Into<Suites>, key_id: KeyId, key: SendKey) -> Self {
        let (key_id, _) = profile.split_track(key_id);
        Self { profile, suites: suites.into(), key_id, key, tracks: Tracks::new() }
    }

    /// Seals `plaintext` as a frame of the media track `track`, 0 to 11; returns
    /// `header || ciphertext || tag`.
    ///
    /// # Errors
    ///
    /// As [`SealContext::seal`], and [`SealError::WrongTrack`].
    pub fn seal(
        &mut self,
        track: u8,
        kind: FrameKind,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let metadata = self.profile.metadata(kind);
        self.track(track, kind)?.seal(metadata, plaintext)
    }

    /// Seals application data of `stream`, 0 to 3; returns `header || ciphertext || tag`.
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal).
    pub fn seal_data(&mut self, stream: u8, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let track = data_track(stream).ok_or(SealError::WrongTrack)?;
        self.seal(track, FrameKind::Data, plaintext)
    }

    /// Returns the sealing context of `track` for frames of `kind`.
    ///
    /// # Errors
    ///
    /// [`SealError::WrongTrack`].
    pub fn track(&mut self, track: u8, kind: FrameKind) -> Result<&mut SealContext, SealError> {
        let (key_id, track) = self.profile.join_track(self.key_id, track);
        if self.profile == Profile::Frameseal1 && !carries(track, kind) {
            return Err(SealError::WrongTrack);
        }
        let Self { suites, key, tracks, .. } = self;
        let suite = suites.of(kind);
        let derive = || SealContext::derive(suite, key_id, key.base_key());
        Ok(tracks.get_or_derive(track, suite, derive))
    }

    /// Returns the key of the AEAD of `suite` for frames of `key_id`, track bits included; `None` if
    /// that is none of this sender's.
    ///
    /// It seals, and opens what was sealed: whoever has it must take each nonce from
    /// [`FrameBuffer::begin_seal`](crate::FrameBuffer::begin_seal).
    #[cfg(feature = "external-aead")]
    #[must_use]
    pub fn aead_key(&self, suite: CipherSuite, key_id: KeyId) -> Option<Zeroizing<Vec<u8>>> {
        let (base, _) = self.profile.split_track(key_id);
        let base_key = (base == self.key_id).then(|| self.key.base_key())?;
        Some(key_schedule::aead_key(suite, key_id, base_key))
    }

    /// Returns the suites that frames are sealed with.
    #[must_use]
    pub const fn suites(&self) -> Suites {
        self.suites
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
