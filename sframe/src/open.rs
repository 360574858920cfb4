//! Opening: decryption under one key, each frame once (RFC 9605 section 4.4.4).

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

use crate::header::{Counter, Header, HeaderError, KeyId};
use crate::key::{BaseKey, ReceiveKey};
use crate::key_schedule::FrameKey;
use crate::replay::{Replay, ReplayWindow};
use crate::suite::CipherSuite;
#[cfg(feature = "external-aead")]
use crate::suite::NONCE_LEN;

/// Opens frames sealed under one key, each at most once.
///
/// Nothing of a frame is acted on, and nothing here changes, before it authenticated.
#[derive(Debug)]
pub struct OpenContext {
    suite: CipherSuite,
    key_id: KeyId,
    key: FrameKey,
    window: ReplayWindow,
    /// `header || metadata` of the frame at hand; kept to allocate once.
    aad: Vec<u8>,
}

impl OpenContext {
    /// Runs the key schedule for `key_id`.
    #[must_use]
    pub fn new(suite: CipherSuite, key_id: KeyId, key: ReceiveKey) -> Self {
        Self::derive(suite, key_id, key.base_key())
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
        let authentic = self.authenticate(metadata, body)?;
        self.commit(authentic.counter);
        Ok(authentic.plaintext)
    }

    /// Opens `body` without taking note of it: [`commit`](Self::commit) its counter afterwards.
    pub(crate) fn authenticate(
        &mut self,
        metadata: &[u8],
        body: &mut [u8],
    ) -> Result<Authentic, OpenError> {
        let (header, rest) = Header::decode(body)?;
        let text_len = self.begin(header, rest.len())?;
        let start = body.len().saturating_sub(rest.len());
        let (front, rest) = body.split_at_mut_checked(start).ok_or(OpenError::Truncated)?;
        let (text, tag) = rest.split_at_mut_checked(text_len).ok_or(OpenError::Truncated)?;
        self.aad.clear();
        self.aad.extend_from_slice(front);
        self.aad.extend_from_slice(metadata);
        self.key
            .open(header.counter, &self.aad, text, tag)
            .map_err(|_| OpenError::Authentication)?;
        let plaintext = start..start.saturating_add(text_len);
        Ok(Authentic { counter: header.counter, plaintext })
    }

    /// Does what comes before the AEAD: tells whether a body with this header may be opened.
    /// Returns the length of its text, of the `rest_len` bytes after the header.
    pub(crate) fn begin(&self, header: Header, rest_len: usize) -> Result<usize, OpenError> {
        if header.key_id != self.key_id {
            return Err(OpenError::UnknownKey(header.key_id));
        }
        let text_len = rest_len.checked_sub(self.suite.tag_len()).ok_or(OpenError::Truncated)?;
        self.window.check(header.counter)?;
        Ok(text_len)
    }

    /// Tells whether a frame with this counter may be opened.
    #[cfg(feature = "external-aead")]
    pub(crate) fn check(&self, counter: Counter) -> Result<(), OpenError> {
        Ok(self.window.check(counter)?)
    }

    /// Returns the nonce of a counter.
    #[cfg(feature = "external-aead")]
    pub(crate) fn nonce(&self, counter: Counter) -> [u8; NONCE_LEN] {
        self.key.nonce(counter)
    }

    /// Takes note of a frame that authenticated: it does not open again.
    pub(crate) fn commit(&mut self, counter: Counter) {
        self.window.commit(counter);
    }

    pub(crate) fn derive(suite: CipherSuite, key_id: KeyId, key: &BaseKey) -> Self {
        let key = FrameKey::derive(suite, key_id, key);
        Self { suite, key_id, key, window: ReplayWindow::default(), aad: Vec::new() }
    }
}

/// A frame that authenticated and is not yet taken note of.
#[derive(Debug)]
pub(crate) struct Authentic {
    pub(crate) counter: Counter,
    /// Place of the plaintext in the body.
    pub(crate) plaintext: Range<usize>,
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
    /// Too short to hold header and tag: most likely nobody sealed this frame.
    Truncated,
    /// No key with this ID: it has not come yet, or nobody sealed this frame.
    UnknownKey(KeyId),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authentication => f.write_str("authentication failed"),
            Self::Duplicate => f.write_str("frame came before"),
            Self::Header(error) => error.fmt(f),
            Self::Late => f.write_str("frame is older than the replay window"),
            Self::Truncated => f.write_str("too short for header and tag"),
            Self::UnknownKey(key_id) => write!(f, "no key with ID {:#x}", key_id.get()),
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
