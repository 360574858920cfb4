//! Sealing: encryption under one key, with counters that cannot repeat (RFC 9605 section 4.4.3).

use alloc::vec;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

use crate::header::{Counter, Header, KeyId};
use crate::key::{BaseKey, SendKey};
use crate::key_schedule::FrameKey;
use crate::suite::CipherSuite;
#[cfg(feature = "external-aead")]
use crate::suite::NONCE_LEN;

/// Seals frames under one key, each with the next counter.
///
/// There is one context for a (base key, KID), because making it spends the [`SendKey`], and
/// there is no way to set or repeat a counter: so no nonce comes twice (RFC 9605 section 9.1).
///
/// # Examples
///
/// ```
/// use frameseal_sframe::{BaseKey, CipherSuite, KeyId, OpenContext, SealContext};
///
/// let suite = CipherSuite::Aes128GcmSha256_128;
/// let key = || BaseKey::new(vec![7; 16]); // random in real life, and sent to the receiver
/// let mut sealer = SealContext::new(suite, KeyId::new(1), key().into_send_key());
/// let mut opener = OpenContext::new(suite, KeyId::new(1), key().into_receive_key());
///
/// let body = sealer.seal(b"metadata", b"an encoded frame")?;
/// assert_eq!(opener.open(b"metadata", &body)?, b"an encoded frame");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SealContext {
    suite: CipherSuite,
    key_id: KeyId,
    key: FrameKey,
    next: Counter,
    blocks: u64,
    /// `header || metadata` of the frame at hand; kept to allocate once.
    aad: Vec<u8>,
}

impl SealContext {
    /// Runs the key schedule for `key_id`; the first frame gets counter 0.
    #[must_use]
    pub fn new(suite: CipherSuite, key_id: KeyId, key: SendKey) -> Self {
        Self::derive(suite, key_id, key.base_key())
    }

    /// As [`SealContext::new`], but the first frame gets counter `next`.
    ///
    /// Dangerous: if any frame was sealed with `next` or above under the same base key and KID,
    /// both frames are as good as readable. For contexts that outlive a process, which must store
    /// the next counter before they use it (RFC 9605 section 9.1), and for test vectors.
    #[must_use]
    pub fn dangerous_resume_at(
        suite: CipherSuite,
        key_id: KeyId,
        key: SendKey,
        next: Counter,
    ) -> Self {
        Self { next, ..Self::new(suite, key_id, key) }
    }

    /// Seals `plaintext`; returns `header || ciphertext || tag`.
    ///
    /// `metadata` is authenticated and not sent: the receiver must know it.
    ///
    /// # Errors
    ///
    /// [`SealError::KeyExhausted`]: the key did its work; seal under a fresh one.
    pub fn seal(&mut self, metadata: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let header_len = self.header_len();
        let mut buffer = vec![0; self.body_len(plaintext.len())];
        let frame = header_len..header_len.saturating_add(plaintext.len());
        if let Some(place) = buffer.get_mut(frame.clone()) {
            place.copy_from_slice(plaintext);
        }
        self.seal_in_place(metadata, &mut buffer, frame)?;
        Ok(buffer)
    }

    /// Seals `buffer[frame]` where it is; returns the range of `header || ciphertext || tag`.
    ///
    /// The header is written before the frame and the tag behind it, so `buffer` needs room for
    /// [`header_len`](Self::header_len) bytes before and the suite's tag after.
    ///
    /// # Errors
    ///
    /// - [`SealError::KeyExhausted`]: the key did its work; seal under a fresh one.
    /// - [`SealError::NoRoom`]: `frame` is not in `buffer`, or too near its ends. Nothing changed.
    pub fn seal_in_place(
        &mut self,
        metadata: &[u8],
        buffer: &mut [u8],
        frame: Range<usize>,
    ) -> Result<Range<usize>, SealError> {
        let Begun { header, body } = self.begin(buffer, frame.clone())?;
        let sealed = buffer.get_mut(body.clone()).ok_or(SealError::NoRoom)?;
        let header_len = header.encoded_len();
        let (front, rest) = sealed.split_at_mut_checked(header_len).ok_or(SealError::NoRoom)?;
        let (text, tag) = rest.split_at_mut_checked(frame.len()).ok_or(SealError::NoRoom)?;
        self.aad.clear();
        self.aad.extend_from_slice(front);
        self.aad.extend_from_slice(metadata);
        self.key.seal(header.counter, &self.aad, text, tag).map_err(|_| SealError::TooLarge)?;
        Ok(body)
    }

    /// Does all of [`seal_in_place`](Self::seal_in_place) but for the AEAD: spends a counter, and
    /// writes the header before the frame.
    pub(crate) fn begin(
        &mut self,
        buffer: &mut [u8],
        frame: Range<usize>,
    ) -> Result<Begun, SealError> {
        let blocks = self.blocks.saturating_add(frame.len().div_ceil(BLOCK_LEN) as u64);
        if self.next.get() >= MAX_FRAMES || blocks > MAX_BLOCKS {
            return Err(SealError::KeyExhausted);
        }
        if frame.start > frame.end {
            return Err(SealError::NoRoom);
        }
        let header = Header { key_id: self.key_id, counter: self.next };
        let encoded = header.encode();
        let body_start = frame.start.checked_sub(encoded.len()).ok_or(SealError::NoRoom)?;
        let body_end = frame.end.checked_add(self.suite.tag_len()).ok_or(SealError::NoRoom)?;
        let body = buffer.get_mut(body_start..body_end).ok_or(SealError::NoRoom)?;
        let front = body.get_mut(..encoded.len()).ok_or(SealError::NoRoom)?;

        // Spent before use: whatever happens below, this counter does not come again.
        self.next = header.counter.next().ok_or(SealError::KeyExhausted)?;
        self.blocks = blocks;

        front.copy_from_slice(&encoded);
        Ok(Begun { header, body: body_start..body_end })
    }

    /// Returns the length of the next frame's header in bytes, 1 to 17.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        Header { key_id: self.key_id, counter: self.next }.encoded_len()
    }

    /// Returns the length of the next body in bytes, if its frame is `frame_len` bytes.
    #[must_use]
    pub const fn body_len(&self, frame_len: usize) -> usize {
        self.header_len().saturating_add(frame_len).saturating_add(self.suite.tag_len())
    }

    /// Returns the key ID that frames are sealed under.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Returns the nonce of a counter that [`begin`](Self::begin) spent.
    #[cfg(feature = "external-aead")]
    pub(crate) fn nonce(&self, counter: Counter) -> [u8; NONCE_LEN] {
        self.key.nonce(counter)
    }

    /// Derives the context without spending the key: each KID must be derived once.
    pub(crate) fn derive(suite: CipherSuite, key_id: KeyId, key: &BaseKey) -> Self {
        let key = FrameKey::derive(suite, key_id, key);
        Self { suite, key_id, key, next: Counter::ZERO, blocks: 0, aad: Vec::new() }
    }
}

/// A frame whose counter is spent, and which is still plain.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) header: Header,
    /// Place of `header || text || tag` in the buffer.
    pub(crate) body: Range<usize>,
}

/// Why a frame was not sealed. Nothing of it is in the buffer's sealed range then.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SealError {
    /// The key sealed 2^32 frames or 2^36 AES blocks. Seal under a fresh key.
    KeyExhausted,
    /// Caller's mistake: the buffer has no room for header and tag around the frame.
    NoRoom,
    /// Caller's mistake: more than the AEAD can encrypt under one nonce (64 GiB).
    TooLarge,
    /// Caller's mistake: tracks 0 to 11 are for media, streams 0 to 3 for application data.
    WrongTrack,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyExhausted => "the key has sealed all that it may",
            Self::NoRoom => "no room around the frame for header and tag",
            Self::TooLarge => "frame too large for one nonce",
            Self::WrongTrack => "media has tracks 0 to 11, application data streams 0 to 3",
        })
    }
}

impl Error for SealError {}

/// Frames under one key. Project decision: RFC 9605 sets no number; this is the bound of NIST
/// SP 800-38D section 8.3, 4 years of 30 frames a second.
const MAX_FRAMES: u64 = 1 << 32;

/// AES blocks under one key, 1 TiB. Project decision: the distinguishing advantage against GCM,
/// about `blocks^2 / 2^129`, stays at 2^-57 or under.
const MAX_BLOCKS: u64 = 1 << 36;

/// AES block, in bytes.
const BLOCK_LEN: usize = 16;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{MAX_BLOCKS, MAX_FRAMES, SealContext, SealError};
    use crate::header::{Counter, KeyId};
    use crate::key::BaseKey;
    use crate::suite::CipherSuite;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn sealer(next: u64) -> SealContext {
        SealContext::dangerous_resume_at(
            CipherSuite::default(),
            KeyId::new(1),
            BaseKey::new(vec![1; 16]).into_send_key(),
            Counter::new(next),
        )
    }

    #[test]
    fn stops_at_the_last_frame() {
        let mut context = sealer(MAX_FRAMES - 1);
        assert!(context.seal(b"", b"last").is_ok());
        assert_eq!(context.seal(b"", b"one more"), Err(SealError::KeyExhausted));
    }

    #[test]
    fn stops_at_the_last_block() {
        let mut context = SealContext { blocks: MAX_BLOCKS - 1, ..sealer(0) };
        assert_eq!(context.seal(b"", &[0; 17]), Err(SealError::KeyExhausted));
        assert!(context.seal(b"", &[0; 16]).is_ok());
        assert_eq!(context.seal(b"", &[0; 1]), Err(SealError::KeyExhausted));
    }

    #[test]
    fn no_room_changes_nothing() {
        let mut context = sealer(0);
        let mut buffer = [0xaa; 32];
        #[expect(clippy::reversed_empty_ranges, reason = "that is the mistake at hand")]
        for frame in [0..16, 1..17, 3..40, 40..41, 9..8] {
            assert_eq!(context.seal_in_place(b"", &mut buffer, frame), Err(SealError::NoRoom));
        }
        assert_eq!(buffer, [0xaa; 32]);
        assert_eq!(context.seal_in_place(b"", &mut buffer, 1..16), Ok(0..32));
    }

    #[test]
    fn debug_never_prints_key_bytes() {
        let text = alloc::format!("{:?}", sealer(0));
        assert!(text.contains("key: FrameKey { .. }"), "{text}");
    }
}
