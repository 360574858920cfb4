//! A frame's way in two halves, for an AEAD that runs elsewhere: in WebCrypto, or in hardware.
//!
//! ```text
//! FrameBuffer::seal  =  begin_seal, the AEAD encrypts the text and appends the tag, finish_seal
//! FrameBuffer::open  =  begin_open, the AEAD checks the tag and decrypts the text, finish_open
//! ```

use alloc::vec::Vec;
use core::ops::Range;

use zeroize::{Zeroize, Zeroizing};

use super::{FrameBuffer, OpenFrameError, Output, SealFrameError, in_buffer, output_at};
use crate::envelope::{Codec, Place as BodyPlace};
use crate::header::{Header, KeyId};
use crate::metadata::FrameKind;
use crate::receiver::{Arrival, Frame, Opened, Place, Receiver};
use crate::sender::Sender;
use crate::suite::{CipherSuite, NONCE_LEN};

/// A call of the AEAD for one frame: what it takes besides the key (RFC 9605 section 4.4).
///
/// To seal, its counter is spent: no other call has this nonce. Dropped, it leaves the frame as it
/// was.
#[derive(Debug)]
pub struct AeadCall {
    header: Header,
    nonce: [u8; NONCE_LEN],
    suite: CipherSuite,
    codec: Codec,
    kind: FrameKind,
    metadata: &'static [u8],
    /// Of a frame that is opened: what it is, and where its key is.
    opening: Option<(Frame, Place)>,
    /// Where `header || text || tag` is, in the frame or unescaped.
    body: BodyPlace,
    /// Without the tag.
    text_len: usize,
}

impl AeadCall {
    /// Returns the ID of the key that the frame is sealed under, track bits included.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.header.key_id
    }

    /// Names the key of a frame: equal for frames that are sealed under one, or opened with one.
    /// Good until keys are added or wiped.
    #[must_use]
    pub fn key(&self) -> AeadKeyName {
        let place = self.opening.map(|(_, place)| place);
        AeadKeyName { key_id: self.header.key_id, suite: self.suite, place }
    }

    /// Returns the AEAD's key of a frame that is sealed; `None` if `sender` has another by now.
    #[must_use]
    pub fn seal_key(&self, sender: &Sender) -> Option<Zeroizing<Vec<u8>>> {
        sender.aead_key(self.suite, self.header.key_id)
    }

    /// Returns the AEAD's key of a frame that is opened; `None` if it is gone. It opens what one
    /// track's sender seals, and can seal in its name.
    #[must_use]
    pub fn open_key<S: Clone + Eq>(&self, receiver: &Receiver<S>) -> Option<Zeroizing<Vec<u8>>> {
        let (frame, place) = self.opening?;
        receiver.aead_key(&frame, place)
    }

    /// Returns the nonce.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; NONCE_LEN] {
        &self.nonce
    }

    /// Appends the associated data to `buffer`: `header || metadata`, at most 19 bytes.
    pub fn append_aad(&self, buffer: &mut Vec<u8>) {
        buffer.extend_from_slice(&self.header.encode());
        buffer.extend_from_slice(self.metadata);
    }

    /// Returns the place of the text in the body, without the tag.
    fn text(&self) -> Range<usize> {
        let start = self.header.encoded_len();
        start..start.saturating_add(self.text_len)
    }
}

/// Names a key of an AEAD: see [`AeadCall::key`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AeadKeyName {
    key_id: KeyId,
    suite: CipherSuite,
    place: Option<Place>,
}

impl FrameBuffer {
    /// Begins to seal the frame that was [loaded](Self::load).
    ///
    /// The AEAD is then to encrypt it, and to write `ciphertext || tag` to
    /// [`aead_text`](Self::aead_text), before [`finish_seal`](Self::finish_seal).
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal). The frame must not be sent then.
    pub fn begin_seal(
        &mut self,
        sender: &mut Sender,
        track: u8,
        codec: Codec,
    ) -> Result<AeadCall, SealFrameError> {
        self.output = Output::default();
        let kind = self.kind(codec)?;
        let metadata = sender.profile().metadata(kind);
        let suite = sender.suites().of(kind);
        let context = sender.track(track, kind)?;
        let place = self.build_front(codec, context)?;
        let begun = context.begin(&mut self.frame, place)?;
        Ok(AeadCall {
            header: begun.header,
            nonce: context.nonce(begun.header.counter),
            suite,
            codec,
            kind,
            metadata,
            opening: None,
            body: BodyPlace::Sealed(begun.body),
            text_len: self.frame_len,
        })
    }

    /// Puts the envelope around a frame that was encrypted; [`output`](Self::output) is then the
    /// sealed frame. Returns what the frame is.
    ///
    /// # Errors
    ///
    /// [`SealFrameError::TooLarge`]: as [`seal`](Self::seal).
    pub fn finish_seal(&mut self, call: AeadCall) -> Result<FrameKind, SealFrameError> {
        self.enclose(call.codec, call.body.range())?;
        Ok(call.kind)
    }

    /// Begins to open the sealed frame that was [loaded](Self::load).
    ///
    /// The AEAD is then to decrypt what is in [`aead_text`](Self::aead_text). If the tag is right,
    /// it is to write the plaintext to the beginning of that, before
    /// [`finish_open`](Self::finish_open). If it is wrong, the frame is as it was:
    /// [`open`](Self::open) tells what there is to tell of it.
    ///
    /// `None`: there is nothing to begin. [`open`](Self::open) ratchets, or tells what is wrong.
    pub fn begin_open<S: Clone + Eq>(
        &mut self,
        receiver: &mut Receiver<S>,
        arrival: Arrival<'_, S>,
        codec: Codec,
    ) -> Option<AeadCall> {
        self.output = Output::default();
        let kind = self.kind(codec).ok()?;
        let place = self.place();
        let sealed = self.frame.get_mut(place).unwrap_or_default();
        let body = codec.locate(sealed, &mut self.side).ok()?;
        let begun = receiver.begin(kind, arrival, body.body(sealed, &mut self.side))?;
        Some(AeadCall {
            header: begun.frame.header,
            nonce: begun.nonce,
            suite: begun.frame.suite,
            codec,
            kind,
            metadata: receiver.profile().metadata(kind),
            opening: Some((begun.frame, begun.place)),
            body: in_buffer(body),
            text_len: begun.text_len,
        })
    }

    /// Does the rest of [`open`](Self::open) for a frame whose tag was right and whose plaintext
    /// was written. Keys must not have changed since it began: a key can have come in the place of
    /// the one that it was opened with.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open): the envelope is not the one that the frame was given, or the frame
    /// came another way meanwhile.
    pub fn finish_open<S: Clone + Eq>(
        &mut self,
        call: AeadCall,
        receiver: &mut Receiver<S>,
        arrival: Arrival<'_, S>,
    ) -> Result<Opened<S>, OpenFrameError> {
        let AeadCall { header, codec, opening, .. } = call;
        let Some((opening, key)) = opening else {
            return Err(OpenFrameError::NotSealed);
        };
        self.output = Output::default();
        let place = self.place();
        let Self { frame, side, front, .. } = self;
        let buffer = match &call.body {
            BodyPlace::Sealed(_) => &*frame,
            BodyPlace::Scratch(_) => &*side,
        };
        let body = buffer.get(call.body.range()).unwrap_or_default();
        let plaintext = body.get(call.text()).unwrap_or_default();
        let rebuilt = codec.front(plaintext, body.len(), front);
        let sealed = frame.get(place).unwrap_or_default();
        let opened = if rebuilt.is_ok() && codec.matches(sealed, front) {
            receiver
                .finish(&opening, key, arrival)
                .map_err(|error| OpenFrameError::explain(error, &header.encode()))
        } else {
            Err(OpenFrameError::Authentication { key_id: header.key_id })
        };
        match &opened {
            Ok(_) => self.output = output_at(&call.body, &call.text()),
            Err(_) => self.body_mut(&call.body).zeroize(),
        }
        opened
    }

    /// Returns the place of the frame's text, and of the tag behind it.
    pub fn aead_text(&mut self, call: &AeadCall) -> &mut [u8] {
        self.body_mut(&call.body).get_mut(call.header.encoded_len()..).unwrap_or_default()
    }

    fn body_mut(&mut self, body: &BodyPlace) -> &mut [u8] {
        body.body(&mut self.frame, &mut self.side)
    }
}
