//! A frame's whole way: the encoder's bytes to a sealed frame, and back.

#[cfg(feature = "external-aead")]
mod aead_call;
#[cfg(feature = "derived-keys")]
mod stored;

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

use zeroize::Zeroize;

use crate::envelope::{Codec, EnvelopeError, Place};
use crate::header::{Header, KeyId};
use crate::metadata::FrameKind;
use crate::open::OpenError;
use crate::receiver::{Arrival, Opened, Receiver};
use crate::seal::{SealContext, SealError};
use crate::sender::Sender;

#[cfg(feature = "external-aead")]
pub use self::aead_call::{AeadCall, AeadKeyName};

/// Working memory for one frame at a time, used again for each.
///
/// ```text
/// sealed frame = envelope(codec, body)       body = header || ciphertext || tag
///
/// frame:  HEADROOM | the frame, as it came in | TAILROOM      sealed and opened in place
/// side:   the sealed or unescaped frame of a codec whose body is escaped
/// ```
///
/// One pipeline or all of a worker's pipelines may share one buffer: nothing is kept from frame to
/// frame but the memory, which grows to the largest frame seen.
///
/// # Examples
///
/// ```
/// use frameseal_sframe::envelope::Codec;
/// use frameseal_sframe::{
///     Arrival, BaseKey, CipherSuite, FrameBuffer, KeyId, Profile, Receiver, Sender,
/// };
///
/// let suite = CipherSuite::default();
/// let key = || BaseKey::new(vec![7; 16]); // random in real life, and sent to the receiver
/// let mut sender = Sender::new(Profile::Frameseal1, suite, KeyId::new(0), key().into_send_key());
/// let mut receiver = Receiver::new(Profile::Frameseal1, suite);
/// receiver.add(KeyId::new(0), key().into_receive_key(), "alice");
///
/// let mut buffer = FrameBuffer::new();
/// let encoded = [0x78, 0x07, 0xc9]; // a little Opus
/// buffer.load(&encoded)?;
/// buffer.seal(&mut sender, 1, Codec::Audio)?;
/// let sealed = buffer.output().to_vec();
///
/// buffer.load(&sealed)?;
/// let opened = buffer.open(&mut receiver, Arrival::default(), Codec::Audio)?;
/// let opened = opened.expect("no empty frame");
/// assert_eq!((opened.source, opened.track), ("alice", 1));
/// assert_eq!(buffer.output(), encoded);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct FrameBuffer {
    frame: Vec<u8>,
    frame_len: usize,
    side: Vec<u8>,
    front: Vec<u8>,
    output: Output,
}

/// Which bytes of which buffer the last call made.
#[derive(Clone, Debug)]
enum Output {
    Frame(Range<usize>),
    Side(Range<usize>),
}

impl FrameBuffer {
    /// Longest frame that is handled, in bytes: 16 MiB.
    ///
    /// Project decision: a hundred times a large key frame, far below the AEAD's limits, and what
    /// a peer can make us allocate.
    pub const MAX_FRAME_LEN: usize = 16 << 20;

    /// Makes a buffer; the first frame allocates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies a frame in.
    ///
    /// # Errors
    ///
    /// As [`prepare`](Self::prepare).
    pub fn load(&mut self, frame: &[u8]) -> Result<(), TooLarge> {
        self.prepare(frame.len())?.copy_from_slice(frame);
        Ok(())
    }

    /// Makes room for a frame of `len` bytes and returns the place to write it to, whose contents
    /// are unspecified.
    ///
    /// # Errors
    ///
    /// [`TooLarge`]: over [`FrameBuffer::MAX_FRAME_LEN`]. Nothing was allocated.
    pub fn prepare(&mut self, len: usize) -> Result<&mut [u8], TooLarge> {
        self.frame_len = 0;
        self.output = Output::default();
        if len > Self::MAX_FRAME_LEN {
            return Err(TooLarge { len });
        }
        let needed = HEADROOM.saturating_add(len).saturating_add(TAILROOM);
        if self.frame.len() < needed {
            self.frame.resize(needed, 0);
        }
        self.frame_len = len;
        Ok(self.frame_mut())
    }

    /// Seals the frame that was [loaded](Self::load), as a frame of the sender's media track `track`,
    /// 0 to 11; [`output`](Self::output) is then the sealed frame. Returns what the frame is.
    ///
    /// A frame of no bytes stays one, and is nothing: there is nothing in it to protect, and a
    /// decoder takes it as silence.
    ///
    /// # Errors
    ///
    /// The frame must not be sent then.
    ///
    /// - [`SealFrameError::Envelope`]: not a frame of `codec`.
    /// - [`SealFrameError::Seal`]: the key is exhausted, or there is no such track.
    /// - [`SealFrameError::TooLarge`]: the sealed frame is over [`FrameBuffer::MAX_FRAME_LEN`].
    pub fn seal(
        &mut self,
        sender: &mut Sender,
        track: u8,
        codec: Codec,
    ) -> Result<Option<FrameKind>, SealFrameError> {
        self.output = Output::default();
        if self.frame_len == 0 {
            return Ok(None);
        }
        let kind = self.kind(codec)?;
        let metadata = sender.profile().metadata(kind);
        let context = sender.track(track, kind)?;
        let place = self.build_front(codec, context)?;
        let body = context.seal_in_place(metadata, &mut self.frame, place)?;
        self.enclose(codec, body)?;
        Ok(Some(kind))
    }

    /// Opens the sealed frame that was [loaded](Self::load);
    /// [`output`](Self::output) is then the encoder's frame, bit for bit.
    ///
    /// Everything is checked before anything is believed: the body authenticates, and the envelope
    /// is the one that the frame in it was given. `None` in place of a result: a frame of no bytes,
    /// which nobody sealed.
    ///
    /// # Errors
    ///
    /// The frame must not be decoded then; `receiver` is as it was, and no plaintext is left. The
    /// variants of [`OpenFrameError`] say why.
    pub fn open<S: Clone + Eq>(
        &mut self,
        receiver: &mut Receiver<S>,
        arrival: Arrival<'_, S>,
        codec: Codec,
    ) -> Result<Option<Opened<S>>, OpenFrameError> {
        self.output = Output::default();
        if self.frame_len == 0 {
            return Ok(None);
        }
        let kind = self.kind(codec)?;
        let place = self.place();
        let Self { frame, side, front, .. } = self;
        let sealed = frame.get_mut(place).unwrap_or_default();
        let place = codec.locate(sealed, side)?;
        let body = place.body(sealed, side);
        let body_len = body.len();
        let pending = match receiver.authenticate(kind, arrival, body) {
            Ok(pending) => pending,
            Err(error) => return Err(OpenFrameError::explain(error, body)),
        };

        let range = pending.plaintext();
        let plaintext = body.get_mut(range.clone()).unwrap_or_default();
        let rebuilt = codec.front(plaintext, body_len, front);
        if rebuilt.is_err() || !codec.matches(sealed, front) {
            let key_id = pending.key_id();
            place.body(sealed, side).zeroize();
            return Err(OpenFrameError::Authentication { key_id });
        }
        let opened = pending.commit();
        self.output = output_at(&in_buffer(place), &range);
        Ok(Some(opened))
    }

    /// Returns what the last [`seal`](Self::seal) or [`open`](Self::open) made; nothing after an
    /// error.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        let (buffer, range) = match &self.output {
            Output::Frame(range) => (&self.frame, range),
            Output::Side(range) => (&self.side, range),
        };
        buffer.get(range.clone()).unwrap_or_default()
    }

    /// Wipes what the last call made: for a frame that opened and must not come out.
    pub fn discard(&mut self) {
        let (buffer, range) = match core::mem::take(&mut self.output) {
            Output::Frame(range) => (&mut self.frame, range),
            Output::Side(range) => (&mut self.side, range),
        };
        buffer.get_mut(range).unwrap_or_default().zeroize();
    }

    /// Returns the length of the frame that was [loaded](Self::load).
    #[must_use]
    pub const fn frame_len(&self) -> usize {
        self.frame_len
    }

    /// Returns what the frame at hand says that it is.
    fn kind(&self, codec: Codec) -> Result<FrameKind, EnvelopeError> {
        codec.kind(self.frame.get(self.place()).unwrap_or_default())
    }

    /// Builds what goes before the body of the frame at hand; returns the frame's place.
    fn build_front(
        &mut self,
        codec: Codec,
        context: &SealContext,
    ) -> Result<Range<usize>, EnvelopeError> {
        let place = self.place();
        let encoded = self.frame.get(place.clone()).unwrap_or_default();
        codec.front(encoded, context.body_len(self.frame_len), &mut self.front)?;
        Ok(place)
    }

    /// Makes a sealed body the output, in its envelope.
    fn enclose(&mut self, codec: Codec, body: Range<usize>) -> Result<(), SealFrameError> {
        self.output = self.put_around(codec, body);
        let len = self.output().len();
        if len > Self::MAX_FRAME_LEN {
            self.output = Output::default(); // no receiver would take it
            return Err(SealFrameError::TooLarge(TooLarge { len }));
        }
        Ok(())
    }

    /// Puts the envelope around a sealed body: in place where that can be.
    fn put_around(&mut self, codec: Codec, body: Range<usize>) -> Output {
        let start = body.start.checked_sub(self.front.len());
        if let (Some(start), false) = (start, codec.escapes_body()) {
            let trailer = codec.trailer();
            let end = body.end.saturating_add(trailer.len());
            for (place, bytes) in [(start..body.start, &*self.front), (body.end..end, trailer)] {
                if let Some(room) = self.frame.get_mut(place) {
                    room.copy_from_slice(bytes);
                }
            }
            return Output::Frame(start..end);
        }
        let body = self.frame.get(body).unwrap_or_default();
        codec.close(&self.front, body, &mut self.side);
        Output::Side(0..self.side.len())
    }

    fn place(&self) -> Range<usize> {
        HEADROOM..HEADROOM.saturating_add(self.frame_len)
    }

    fn frame_mut(&mut self) -> &mut [u8] {
        let place = self.place();
        self.frame.get_mut(place).unwrap_or_default()
    }
}

impl fmt::Debug for FrameBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { frame: _, frame_len, side: _, front: _, output } = self; // no bytes of frames
        f.debug_struct("FrameBuffer")
            .field("frame_len", frame_len)
            .field("output", output)
            .finish_non_exhaustive()
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::Frame(0..0)
    }
}

/// Where the plaintext of an opened body lies.
fn output_at(body: &Place, plaintext: &Range<usize>) -> Output {
    let start = body.range().start;
    let range = start.saturating_add(plaintext.start)..start.saturating_add(plaintext.end);
    match body {
        Place::Sealed(_) => Output::Frame(range),
        Place::Scratch(_) => Output::Side(range),
    }
}

/// The place of a body in the whole buffer, of which the sealed frame is but a part.
fn in_buffer(body: Place) -> Place {
    match body {
        Place::Sealed(Range { start, end }) => {
            Place::Sealed(HEADROOM.saturating_add(start)..HEADROOM.saturating_add(end))
        }
        Place::Scratch(_) => body,
    }
}

/// A frame over [`FrameBuffer::MAX_FRAME_LEN`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct TooLarge {
    /// The frame's length in bytes.
    pub len: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame of {} bytes, at most {} are handled", self.len, FrameBuffer::MAX_FRAME_LEN)
    }
}

impl Error for TooLarge {}

/// Why a frame was not sealed: it must not be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SealFrameError {
    /// The encoder's bytes are not a frame of the codec, as far as it must be read.
    Envelope(EnvelopeError),
    /// The key will not seal again.
    Seal(SealError),
    /// The sealed frame would be too large for its receivers.
    TooLarge(TooLarge),
}

impl fmt::Display for SealFrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(error) => write!(f, "no envelope for this frame: {error}"),
            Self::Seal(error) => error.fmt(f),
            Self::TooLarge(error) => error.fmt(f),
        }
    }
}

impl Error for SealFrameError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Envelope(error) => Some(error),
            Self::Seal(error) => Some(error),
            Self::TooLarge(error) => Some(error),
        }
    }
}

impl From<EnvelopeError> for SealFrameError {
    fn from(error: EnvelopeError) -> Self {
        Self::Envelope(error)
    }
}

impl From<SealError> for SealFrameError {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

/// Why a frame was not opened: it must not be decoded. Never the caller's fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenFrameError {
    /// Not what the holder of the key sealed: another key under the same key ID, or body or envelope
    /// were changed on the way.
    Authentication {
        /// The key ID in the frame's header.
        key_id: KeyId,
    },
    /// The same frame again. Browsers do that; no reason for alarm.
    Duplicate,
    /// Older than the replay window reaches.
    Late,
    /// No sealed frame looks like this: nobody sealed it, or it was damaged.
    NotSealed,
    /// No key with this ID: it has not come yet.
    UnknownKey {
        /// The frame's header.
        header: Header,
    },
}

impl OpenFrameError {
    /// Returns the key ID that the frame names, if it got that far. Not authenticated.
    #[must_use]
    pub const fn key_id(self) -> Option<KeyId> {
        match self {
            Self::Authentication { key_id }
            | Self::UnknownKey { header: Header { key_id, .. } } => Some(key_id),
            Self::Duplicate | Self::Late | Self::NotSealed => None,
        }
    }

    /// Why `body` did not open, as far as it can be told from what it looks like.
    fn explain(error: OpenError, body: &[u8]) -> Self {
        match error {
            OpenError::Authentication | OpenError::WrongTrack | OpenError::WrongStream => {
                match Header::decode(body) {
                    Ok((Header { key_id, .. }, _)) => Self::Authentication { key_id },
                    Err(_) => Self::NotSealed,
                }
            }
            OpenError::Duplicate => Self::Duplicate,
            OpenError::Header(_) | OpenError::Truncated => Self::NotSealed,
            OpenError::Late => Self::Late,
            OpenError::UnknownKey(header) => Self::UnknownKey { header },
        }
    }
}

impl fmt::Display for OpenFrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authentication { key_id } => {
                write!(f, "authentication failed with key {:#x}", key_id.get())
            }
            Self::Duplicate => f.write_str("frame came before"),
            Self::Late => f.write_str("frame is older than the replay window"),
            Self::NotSealed => f.write_str("not a sealed frame"),
            Self::UnknownKey { header: Header { key_id, .. } } => {
                write!(f, "no key with ID {:#x}", key_id.get())
            }
        }
    }
}

impl Error for OpenFrameError {}

impl From<EnvelopeError> for OpenFrameError {
    fn from(_: EnvelopeError) -> Self {
        Self::NotSealed
    }
}

/// Room before a frame for envelope and header, in bytes.
///
/// The longest header is 17 bytes; envelopes that stay in place are 12 bytes (VP8), 15 (VP9) or a
/// sequence header and an OBU header, some 30 bytes (AV1). One that is longer goes through the side
/// buffer.
const HEADROOM: usize = 256;

/// Room behind a frame for the longest tag, in bytes, and a trailer: suites 4 and 5.
const TAILROOM: usize = 16 + 1;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::{FrameBuffer, SealFrameError, TooLarge};
    use crate::envelope::Codec;
    use crate::header::KeyId;
    use crate::key::BaseKey;
    use crate::metadata::Profile;
    use crate::sender::Sender;
    use crate::suite::CipherSuite;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn sender() -> Sender {
        let key = BaseKey::new(vec![1; 16]).into_send_key();
        Sender::new(Profile::Frameseal1, CipherSuite::default(), KeyId::new(0), key)
    }

    #[test]
    fn frames_over_16_mib_are_refused_before_any_allocation() {
        let mut buffer = FrameBuffer::new();
        let len = FrameBuffer::MAX_FRAME_LEN + 1;
        assert_eq!(buffer.prepare(len), Err(TooLarge { len }));
        assert_eq!(buffer.frame.capacity(), 0);
    }

    #[test]
    fn a_frame_that_grows_over_16_mib_is_not_sealed() {
        let mut buffer = FrameBuffer::new();
        buffer.prepare(FrameBuffer::MAX_FRAME_LEN).unwrap();
        let sealed = buffer.seal(&mut sender(), 1, Codec::Audio);
        assert!(
            matches!(sealed, Err(SealFrameError::TooLarge(_))),
            "{:?}",
            sealed.map(|kind| (kind, buffer.output().len()))
        );
        assert_eq!(buffer.output(), b"");
    }

    #[test]
    fn discard_wipes_what_came_out() {
        let mut buffer = FrameBuffer::new();
        buffer.load(&[7; 3]).unwrap();
        buffer.seal(&mut sender(), 1, Codec::Audio).unwrap();
        buffer.discard();
        assert_eq!(buffer.output(), b"");
        assert!(buffer.frame.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn debug_never_prints_frame_bytes() {
        let mut buffer = FrameBuffer::new();
        buffer.load(&[0xa5; 3]).unwrap();
        let text = format!("{buffer:?}");
        assert_eq!(text, "FrameBuffer { frame_len: 3, output: Frame(0..0), .. }");
    }
}
