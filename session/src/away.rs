//! Frames whose AEAD runs elsewhere: in browsers, in WebCrypto.

use frameseal_sframe::{AeadCall, AeadKeyName, FrameBuffer};

use crate::pipeline::Direction;

/// Frames that are away. Each took a buffer with it, which is kept for those after it.
#[derive(Debug, Default)]
pub(crate) struct Away(Vec<Place>);

#[derive(Debug, Default)]
struct Place {
    frame: Option<Frame>,
    buffer: FrameBuffer,
    /// `nonce || associated data`.
    inputs: Vec<u8>,
}

/// A frame that is away, but for its bytes.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) pipeline: u32,
    pub(crate) direction: Direction,
    pub(crate) key: KeyNumber,
    pub(crate) call: AeadCall,
}

/// What the AEAD elsewhere is called with.
#[derive(Debug)]
#[non_exhaustive]
pub struct AeadInputs<'a> {
    /// Whether the text is to be encrypted or decrypted.
    pub direction: Direction,
    /// Which key: see [`Session::aead_key`](crate::Session::aead_key).
    pub key: KeyNumber,
    /// 12 bytes of nonce, then the associated data.
    pub nonce_and_aad: &'a [u8],
    /// The text and its tag: where they are, or where they are to be written.
    pub text: &'a mut [u8],
}

impl Away {
    /// Whether another frame may go.
    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < MAX_AWAY || self.0.iter().any(|place| place.frame.is_none())
    }

    /// Lets a frame go with its bytes, in whose place `buffer` is then another one; returns the
    /// number that it has while it is away.
    pub(crate) fn put(&mut self, frame: Frame, buffer: &mut FrameBuffer) -> usize {
        let free = self.0.iter().position(|place| place.frame.is_none());
        let number = free.unwrap_or_else(|| {
            self.0.push(Place::default());
            self.0.len().saturating_sub(1)
        });
        if let Some(place) = self.0.get_mut(number) {
            core::mem::swap(&mut place.buffer, buffer);
            place.inputs.clear();
            place.inputs.extend_from_slice(frame.call.nonce());
            frame.call.append_aad(&mut place.inputs);
            place.frame = Some(frame);
        }
        number
    }

    /// Returns what the AEAD takes for a frame that is away.
    pub(crate) fn inputs(&mut self, number: usize) -> Option<AeadInputs<'_>> {
        let Place { frame, buffer, inputs } = self.0.get_mut(number)?;
        let Frame { direction, key, call, .. } = frame.as_ref()?;
        let (direction, key, text) = (*direction, *key, buffer.aead_text(call));
        Some(AeadInputs { direction, key, nonce_and_aad: inputs, text })
    }

    /// Returns a frame that is away.
    pub(crate) fn get(&self, number: usize) -> Option<&Frame> {
        self.0.get(number)?.frame.as_ref()
    }

    /// Takes a frame back, and its bytes into `buffer`.
    pub(crate) fn take(&mut self, number: usize, buffer: &mut FrameBuffer) -> Option<Frame> {
        let place = self.0.get_mut(number)?;
        let frame = place.frame.take()?;
        core::mem::swap(&mut place.buffer, buffer);
        Some(frame)
    }
}

/// Names a key to an AEAD elsewhere. None comes twice, so a key that is gone is never taken for
/// another.
pub type KeyNumber = u32;

/// The keys that the AEAD elsewhere has, or is about to have.
#[derive(Debug, Default)]
pub(crate) struct WebKeys {
    keys: Vec<(AeadKeyName, KeyNumber)>,
    next: KeyNumber,
}

impl WebKeys {
    /// Returns the number of a key.
    pub(crate) fn number(&mut self, key: AeadKeyName) -> KeyNumber {
        if let Some((_, number)) = self.keys.iter().find(|(known, _)| *known == key) {
            return *number;
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.keys.push((key, number));
        number
    }

    /// Tells whether the number still stands for a key.
    pub(crate) fn has(&self, number: KeyNumber) -> bool {
        self.keys.iter().any(|(_, known)| *known == number)
    }

    /// Forgets all keys; tells whether there were any. That is to be done whenever one of the
    /// session's changes: rarely, and those that are still good are soon there again.
    pub(crate) fn clear(&mut self) -> bool {
        let had = !self.keys.is_empty();
        self.keys.clear();
        had
    }
}

/// Frames that may be away at once. Project decision: a frame for each picture of a large call, in
/// some 10 MB at worst; whatever exceeds it is sealed or opened here.
const MAX_AWAY: usize = 16;
