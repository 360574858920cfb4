//! VP8 (RFC 6386 sections 9.1 to 9.11 and 19.2, RFC 7741 section 4.3): a frame tag, on key frames the
//! dimensions, and the beginning of the first partition.
//!
//! Receivers take the kind of a frame from the tag's lowest bit, and the dimensions from the ten
//! bytes that a key frame begins with. Packetizers may decode the header of the first partition.

use alloc::vec::Vec;
use core::ops::Range;

use super::EnvelopeError;
use crate::metadata::FrameKind;

/// Returns the kind that the frame tag says.
pub(super) fn kind(frame: &[u8]) -> Result<FrameKind, EnvelopeError> {
    let tag = frame.first().ok_or(EnvelopeError::Truncated)?;
    Ok(if tag & NOT_KEY == 0 { FrameKind::Key } else { FrameKind::Delta })
}

/// Appends the decoy; of `encoded` only a key frame's dimensions are in it.
pub(super) fn front(encoded: &[u8], front: &mut Vec<u8>) -> Result<(), EnvelopeError> {
    if kind(encoded)? != FrameKind::Key {
        front.extend_from_slice(&DELTA);
        return Ok(());
    }
    let (header, _) =
        encoded.split_first_chunk::<KEY_HEADER_LEN>().ok_or(EnvelopeError::Truncated)?;
    let [_, _, _, start_0, start_1, start_2, dimensions @ ..] = header;
    if [*start_0, *start_1, *start_2] != START_CODE {
        return Err(EnvelopeError::Malformed);
    }
    front.extend_from_slice(&KEY);
    front.extend_from_slice(dimensions);
    front.extend_from_slice(&PARTITION);
    Ok(())
}

/// Returns where the body is in a frame that begins with a decoy.
pub(super) fn locate(sealed: &[u8]) -> Result<Range<usize>, EnvelopeError> {
    let (decoy, len): (&[u8], _) = match kind(sealed)? {
        FrameKind::Key => (&KEY, KEY_LEN),
        FrameKind::Audio | FrameKind::Data | FrameKind::Delta => (&DELTA, DELTA.len()),
    };
    let (front, _) = sealed.split_at_checked(len).ok_or(EnvelopeError::Truncated)?;
    if !front.starts_with(decoy) || !front.ends_with(&PARTITION) {
        return Err(EnvelopeError::Foreign);
    }
    Ok(len..sealed.len())
}

/// Frame tag of a key frame, profile 0, shown, with an empty first partition; start code.
const KEY: [u8; 6] = [SHOWN, 0, 0, START_CODE[0], START_CODE[1], START_CODE[2]];

/// Frame tag of an interframe, the same; and the first partition.
const DELTA: [u8; 5] = [SHOWN | NOT_KEY, 0, 0, PARTITION[0], PARTITION[1]];

/// What the first partition begins with. The bool decoder (RFC 6386 section 7) makes 16 zero bits
/// of it, whatever follows: all that a key frame's header has (section 19.2: `color_space`,
/// `clamping_type`, no segmentation, filter, no deltas, one DCT partition), and a delta's takes 14.
const PARTITION: [u8; 2] = [0; 2];

/// Frame tag, start code, width and scale, height and scale.
const KEY_HEADER_LEN: usize = 10;

/// All that is before a key frame's body.
const KEY_LEN: usize = KEY_HEADER_LEN + PARTITION.len();

const NOT_KEY: u8 = 1;
const SHOWN: u8 = 1 << 4;
const START_CODE: [u8; 3] = [0x9d, 0x01, 0x2a];
