//! Opening: decryption under one key, each frame once (RFC 9605 section 4.4.4).

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

use crate::header::{Header, HeaderError, KeyId};
use crate::key::{BaseKey, ReceiveKey};
use crate::key_schedule::FrameKey;
use crate::replay::{Replay, ReplayWindow};
use crate::suite::CipherSuite;
#[cfg(feature = "external-aead")]
use crate::{header::Counter, suite::NONCE_LEN};

/// Opens frames sealed under one key, each at most once.
///
/// Nothing of a frame is acted on, and nothing here changes, before it authenticated.
#[derive(Debug)]
pub struct OpenContext {
    key: OpenKey,
    window: ReplayWindow,
}

impl OpenContext {
    /// Runs the key schedule for `key_id`.
    #[must_use]
    pub fn new(suite: CipherSuite, key_id: KeyId, key: ReceiveKey) -> Self {
        let key = OpenKey::derive(suite, key_id, key.base_key());
        Self { key, window: ReplayWindow::new(ReplayWindow::MEDIA_LEN) }
    }

    /// Opens `body`, which is `header || ciphertext || tag`; returns the plaintext.
    ///
    /// # Errors
    ///
    /// As [`OpenContext::open_in_place`].
    pub fn open(&mut self, metadata: &[u8], body: &[u8]) -> Result<Vec<u8>, OpenError> {
        let mut buffer = body.to_vec();
        let plaintext = self.open_in_place(metadata, &mut buffer)?;
        Ok(buffer.get(plaintext).unwrap_or_default().to_vec())
    }

    /// Opens `body` where it is; returns the range of the plaintext in it.
    ///
    /// `body` is `header || ciphertext || tag`. On any error it is left as it was.
    ///
    /// # Errors
    ///
    /// - [`OpenError::Header`], [`OpenError::Truncated`]: not an `SFrame` ciphertext.
    /// - [`OpenError::UnknownKey`]: sealed under another key ID.
    /// - [`OpenError::Duplicate`], [`OpenError::Late`]: came before, or much too late.
    /// - [`OpenError::Authentication`]: not what the sender sealed.
    pub fn open_in_place(
        &mut self,
        metadata: &[u8],
        body: &mut [u8],
    ) -> Result<Range<usize>, OpenError> {
        let (header, plaintext) = self.authenticate(metadata, body)?;
        self.commit(header);
        Ok(plaintext)
    }

    /// Makes a context of a key that was stored: see [`DerivedKey`](crate::DerivedKey).
    #[cfg(feature = "derived-keys")]
    #[must_use]
    pub fn with_derived_key(key: &crate::DerivedKey) -> Self {
        let key = OpenKey::stored(key);
        Self { key, window: ReplayWindow::new(ReplayWindow::MEDIA_LEN) }
    }

    /// The first half of [`open_in_place`](Self::open_in_place): the frame may come again until it is
    /// [committed](Self::commit).
    pub(crate) fn authenticate(
        &mut self,
        metadata: &[u8],
        body: &mut [u8],
    ) -> Result<(Header, Range<usize>), OpenError> {
        let (header, _) = Header::decode(body)?;
        if header.key_id != self.key.key_id {
            return Err(OpenError::UnknownKey(header));
        }
        self.window.check(header.counter)?;
        let plaintext = self.key.authenticate(header, metadata, body)?;
        Ok((header, plaintext))
    }

    pub(crate) fn commit(&mut self, header: Header) {
        self.window.commit(header.counter);
    }
}

/// What frames of one key ID are opened with. Keeps no account of which frames came before.
#[derive(Debug)]
pub(crate) struct OpenKey {
    suite: CipherSuite,
    key_id: KeyId,
    key: FrameKey,
    /// `header || metadata` of the current frame; kept to allocate once.
    aad: Vec<u8>,
}

impl OpenKey {
    /// Runs the key schedule for `key_id`.
    pub(crate) fn derive(suite: CipherSuite, key_id: KeyId, key: &BaseKey) -> Self {
        let key = FrameKey::derive(suite, key_id, key);
        Self { suite, key_id, key, aad: Vec::new() }
    }

    #[cfg(feature = "derived-keys")]
    fn stored(key: &crate::DerivedKey) -> Self {
        let (suite, key_id) = (key.suite(), key.key_id());
        let key = FrameKey::new(suite, key.expose_key(), key.salt());
        Self { suite, key_id, key, aad: Vec::new() }
    }

    /// Decrypts `body`, which begins with `header`, where it is; returns the range of the plaintext.
    pub(crate) fn authenticate(
        &mut self,
        header: Header,
        metadata: &[u8],
        body: &mut [u8],
    ) -> Result<Range<usize>, OpenError> {
        let start = header.encoded_len();
        let (front, rest) = body.split_at_mut_checked(start).ok_or(OpenError::Truncated)?;
        let text_len = text_len(self.suite, rest.len())?;
        let (text, tag) = rest.split_at_mut_checked(text_len).ok_or(OpenError::Truncated)?;
        self.aad.clear();
        self.aad.extend_from_slice(front);
        self.aad.extend_from_slice(metadata);
        self.key
            .open(header.counter, &self.aad, text, tag)
            .map_err(|_| OpenError::Authentication)?;
        Ok(start..start.saturating_add(text_len))
    }

    /// Returns the nonce of a counter.
    #[cfg(feature = "external-aead")]
    pub(crate) fn nonce(&self, counter: Counter) -> [u8; NONCE_LEN] {
        self.key.nonce(counter)
    }
}

/// Returns the length of the text, of the `rest_len` bytes behind a header.
pub(crate) fn text_len(suite: CipherSuite, rest_len: usize) -> Result<usize, OpenError> {
    rest_len.checked_sub(suite.tag_len()).ok_or(OpenError::Truncated)
}

/// Why a frame was not opened. Never the caller's fault: drop the frame and count it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenError {
    /// Not what the holder of the key sealed, with this metadata: another key under the same key
    /// ID, or a change on the way.
    Authentication,
    /// The same frame again. Browsers do that; no reason for alarm.
    Duplicate,
    /// No `SFrame` header at the front: most likely nobody sealed this frame.
    Header(HeaderError),
    /// Older than the replay window reaches.
    Late,
    /// Application data on a track of media, or media on one of data: nobody seals that.
    WrongTrack,
    /// Application data of another stream than the one that is expected.
    WrongStream,
    /// Too short to hold header and tag: most likely nobody sealed this frame.
    Truncated,
    /// No key with this ID: it has not come yet, or nobody sealed this frame.
    UnknownKey(Header),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authentication => f.write_str("authentication failed"),
            Self::Duplicate => f.write_str("frame came before"),
            Self::Header(error) => error.fmt(f),
            Self::Late => f.write_str("frame is older than the replay window"),
            Self::WrongStream => f.write_str("data of another stream"),
            Self::WrongTrack => f.write_str("data on a track of media, or media on one of data"),
            Self::Truncated => f.write_str("too short for header and tag"),
            Self::UnknownKey(Header { key_id, .. }) => {
                write!(f, "no key with ID {:#x}", key_id.get())
            }
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Header(error) => Some(error),
            _ => None,
        }
    }
}

impl From<HeaderError> for OpenError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl From<Replay> for OpenError {
    fn from(replay: Replay) -> Self {
        match replay {
            Replay::Duplicate => Self::Duplicate,
            Replay::Late => Self::Late,
        }
    }
}
