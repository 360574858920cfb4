//! AV1 (bitstream specification sections 5.5 and 5.9; RTP payload specification section 4): one OBU
//! that holds the body.
//!
//! Receivers and SFUs look for the sequence header, for the layer in the OBU extension, and for the
//! kind in the frame header. Packetizers drop temporal delimiters and sizes; depacketizers write the
//! sizes anew.
//!
//! ```text
//! frame header:    show_existing_frame(1) || frame_type(2) || show_frame(1) || …
//! sequence header: seq_profile(3) || still_picture(1) || reduced_still_picture_header(1) || …
//! ```

use core::ops::Range;

use super::EnvelopeError;
use super::obu::{FRAME, FRAME_HEADER, Obu, SEQUENCE_HEADER, TEMPORAL_DELIMITER};
use crate::metadata::FrameKind;

/// Returns the kind of the first frame: a frame that is shown again is a delta, whatever it was.
///
/// A frame may also come as `OBU_FRAME_HEADER` and tile groups.
pub(super) fn kind(unit: &[u8]) -> Result<FrameKind, EnvelopeError> {
    let mut rest = unit;
    while !rest.is_empty() {
        let (obu, after) = Obu::split(rest)?;
        match (obu.kind(), obu.payload.first()) {
            (FRAME | FRAME_HEADER, Some(header)) => {
                let is_key = header & (SHOW_EXISTING_FRAME | FRAME_TYPE) == 0;
                return Ok(if is_key { FrameKind::Key } else { FrameKind::Delta });
            }
            (SEQUENCE_HEADER, Some(header)) if header & REDUCED_STILL_PICTURE_HEADER != 0 => {
                return Err(EnvelopeError::StillPicture);
            }
            (FRAME | FRAME_HEADER | SEQUENCE_HEADER, None) => return Err(EnvelopeError::Truncated),
            _ => rest = after,
        }
    }
    Err(EnvelopeError::NoPicture)
}

/// Appends a key frame's sequence headers, and the header of an `OBU_FRAME` that the first frame's
/// layer is copied to, with the beginning of a frame header.
pub(super) fn front(
    encoded: &[u8],
    body_len: usize,
    front: &mut impl Extend<u8>,
) -> Result<(), EnvelopeError> {
    let kind = kind(encoded)?;
    write(encoded, kind, kind == FrameKind::Key, body_len, front)
}

fn write(
    unit: &[u8],
    kind: FrameKind,
    has_sequence_headers: bool,
    body_len: usize,
    out: &mut impl Extend<u8>,
) -> Result<(), EnvelopeError> {
    let mut rest = unit;
    while !rest.is_empty() {
        let (obu, after) = Obu::split(rest)?;
        match obu.kind() {
            FRAME | FRAME_HEADER => {
                obu.write_header(FRAME, body_len.saturating_add(1), out);
                out.extend([frame_header(kind)]);
                return Ok(());
            }
            SEQUENCE_HEADER if has_sequence_headers => obu.write(out),
            _ => {}
        }
        rest = after;
    }
    Err(EnvelopeError::NoPicture)
}

/// Returns the place of the body in the frame, which must be the last OBU, after nothing but
/// sequence headers and temporal delimiters.
pub(super) fn locate(sealed: &[u8]) -> Result<Range<usize>, EnvelopeError> {
    let decoy = frame_header(kind(sealed)?);
    let mut rest = sealed;
    while !rest.is_empty() {
        let (obu, after) = Obu::split(rest)?;
        match obu.kind() {
            FRAME if after.is_empty() => {
                let body = obu.payload.strip_prefix(&[decoy]).ok_or(EnvelopeError::Foreign)?;
                return Ok(sealed.len().saturating_sub(body.len())..sealed.len());
            }
            SEQUENCE_HEADER => {}
            TEMPORAL_DELIMITER if obu.payload.is_empty() => {}
            _ => return Err(EnvelopeError::Foreign),
        }
        rest = after;
    }
    Err(EnvelopeError::NoPicture)
}

/// Tells whether the envelope of `sealed`, written as we write it, is `rebuilt`.
///
/// Of a frame that [`locate`] takes, the front is the envelope itself, with every sequence header
/// that is there.
pub(super) fn matches(sealed: &[u8], rebuilt: &[u8]) -> bool {
    let mut expected = Expected(Some(rebuilt));
    locate(sealed)
        .and_then(|body| write(sealed, kind(sealed)?, true, body.len(), &mut expected))
        .is_ok_and(|()| expected.0 == Some(&[]))
}

/// Compares what is written to it: the bytes still to come, or `None` once others came.
struct Expected<'a>(Option<&'a [u8]>);

impl Extend<u8> for Expected<'_> {
    fn extend<B: IntoIterator<Item = u8>>(&mut self, bytes: B) {
        for byte in bytes {
            self.0 = self.0.and_then(|rest| rest.strip_prefix(&[byte]));
        }
    }
}

/// Returns the first byte of a frame header: `KEY_FRAME` or `INTER_FRAME`, shown; the other bits say
/// nothing without a whole header.
const fn frame_header(kind: FrameKind) -> u8 {
    match kind {
        FrameKind::Key => SHOW_FRAME,
        FrameKind::Audio | FrameKind::Data | FrameKind::Delta => INTER_FRAME | SHOW_FRAME,
    }
}

/// Of a frame header.
const SHOW_EXISTING_FRAME: u8 = 1 << 7;
const FRAME_TYPE: u8 = 3 << 5;
const INTER_FRAME: u8 = 1 << 5;
const SHOW_FRAME: u8 = 1 << 4;

/// Of a sequence header: frame headers then have none of these.
const REDUCED_STILL_PICTURE_HEADER: u8 = 1 << 3;
