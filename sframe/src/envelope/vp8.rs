//! VP8 (RFC 6386 section 9.1, RFC 7741 section 4.3): a frame tag, and on key frames the dimensions.
//!
//! Receivers take the kind of a frame from the tag's lowest bit, and the dimensions from the ten
//! bytes that a key frame begins with.

use alloc::vec::Vec;
use core::ops::Range;

use super::EnvelopeError;
use crate::metadata::FrameKind;

/// Appends the decoy; of `encoded` only a key frame's dimensions are in it.
pub(super) fn front(
    kind: FrameKind,
    encoded: &[u8],
    front: &mut Vec<u8>,
) -> Result<(), EnvelopeError> {
    front.extend_from_slice(decoy(kind));
    if kind != FrameKind::Key {
        return Ok(());
    }

    let (header, _) = encoded.split_first_chunk::<KEY_LEN>().ok_or(EnvelopeError::Truncated)?;
    let [tag, _, _, start_0, start_1, start_2, dimensions @ ..] = header;
    if tag & NOT_KEY != 0 || [*start_0, *start_1, *start_2] != START_CODE {
        return Err(EnvelopeError::Malformed);
    }
    front.extend_from_slice(dimensions);
    Ok(())
}

/// Returns where the body is in a frame that begins with the decoy of its kind.
pub(super) fn locate(kind: FrameKind, sealed: &[u8]) -> Result<Range<usize>, EnvelopeError> {
    let len = if kind == FrameKind::Key { KEY_LEN } else { DELTA.len() };
    if sealed.len() < len {
        return Err(EnvelopeError::Truncated);
    }
    if !sealed.starts_with(decoy(kind)) {
        return Err(EnvelopeError::Foreign);
    }
    Ok(len..sealed.len())
}

/// What the envelopes of all frames of a kind begin with.
const fn decoy(kind: FrameKind) -> &'static [u8] {
    match kind {
        FrameKind::Key => &KEY,
        FrameKind::Audio | FrameKind::Data | FrameKind::Delta => &DELTA,
    }
}

/// Frame tag of a key frame, profile 0, shown, with an empty first partition; start code.
const KEY: [u8; 6] = [SHOWN, 0, 0, START_CODE[0], START_CODE[1], START_CODE[2]];

/// First byte of the frame tag of an interframe, profile 0, shown.
const DELTA: [u8; 1] = [SHOWN | NOT_KEY];

/// Frame tag, start code, width and scale, height and scale: all that receivers read.
const KEY_LEN: usize = 10;

const NOT_KEY: u8 = 1;
const SHOWN: u8 = 1 << 4;
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
