//! AV1 (bitstream specification section 5; RTP payload specification section 4): one OBU that holds
//! the body.
//!
//! Receivers and SFUs look for the sequence header, and for the layer in the OBU extension.
//! Packetizers drop temporal delimiters and sizes; depacketizers write the sizes anew.

use core::ops::Range;

use super::EnvelopeError;
use super::obu::{FRAME, FRAME_HEADER, Obu, SEQUENCE_HEADER, TEMPORAL_DELIMITER};
use crate::metadata::FrameKind;

/// Appends a key frame's sequence headers, and the header of an `OBU_FRAME` that the first frame's
/// layer is copied to.
///
/// A frame may also come as `OBU_FRAME_HEADER` and tile groups.
pub(super) fn front(
    kind: FrameKind,
    encoded: &[u8],
    body_len: usize,
    front: &mut impl Extend<u8>,
) -> Result<(), EnvelopeError> {
    let mut rest = encoded;
    while !rest.is_empty() {
        let (obu, after) = Obu::split(rest)?;
        match obu.kind() {
            FRAME | FRAME_HEADER => {
                obu.write_header(FRAME, body_len, front);
                return Ok(());
            }
            SEQUENCE_HEADER if kind == FrameKind::Key => obu.write(front),
            _ => {}
        }
        rest = after;
    }
    Err(EnvelopeError::NoPicture)
}

/// Returns the payload of the frame, which must be the last OBU, after nothing but sequence headers
/// and temporal delimiters.
pub(super) fn locate(sealed: &[u8]) -> Result<Range<usize>, EnvelopeError> {
    let mut rest = sealed;
    while !rest.is_empty() {
        let (obu, after) = Obu::split(rest)?;
        match obu.kind() {
            FRAME if after.is_empty() => {
                return Ok(sealed.len().saturating_sub(obu.payload.len())..sealed.len());
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
/// Of a frame that [`locate`] takes, the front is the envelope itself, and as a key frame's it has
/// every sequence header.
pub(super) fn matches(sealed: &[u8], rebuilt: &[u8]) -> bool {
    let mut expected = Expected(Some(rebuilt));
    locate(sealed)
        .and_then(|body| front(FrameKind::Key, sealed, body.len(), &mut expected))
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
