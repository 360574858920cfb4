//! VP8 (RFC 7741 section 4.2).
//!
//! ```text
//! X(1) R(1) N(1) S(1) R(1) PID(3) || [ I(1) L(1) T(1) K(1) RSV(4) ] || [ picture ID(8 or 16) ]
//!    || [ TL0PICIDX(8) ] || [ TID(2) Y(1) KEYIDX(5) ] || piece of the frame
//! ```

use super::{Payload, Piece, is_unbroken};

/// Returns the picture's one frame.
pub(super) fn piece(payloads: &[Payload<'_>]) -> Piece {
    let mut frame = Vec::new();
    for (number, payload) in payloads.iter().enumerate() {
        match split(payload.bytes) {
            Some((begins, data)) if begins || number > 0 => frame.extend_from_slice(data),
            _ => return Piece::Lost,
        }
    }
    if is_unbroken(payloads) { Piece::Frame(frame) } else { Piece::Lost }
}

/// Takes off the descriptor; returns whether the frame begins here, and its piece.
fn split(payload: &[u8]) -> Option<(bool, &[u8])> {
    let (&first, mut rest) = payload.split_first()?;
    if first & EXTENDED != 0 {
        let (&fields, after) = rest.split_first()?;
        rest = after;
        if fields & PICTURE_ID != 0 {
            let is_long = rest.first()? & LONG != 0;
            rest = rest.get(if is_long { 2 } else { 1 }..)?;
        }
        if fields & TL0PICIDX != 0 {
            rest = rest.get(1..)?;
        }
        if fields & (TID | KEYIDX) != 0 {
            rest = rest.get(1..)?;
        }
    }
    Some((first & (START | PARTITION) == START, rest))
}

const EXTENDED: u8 = 1 << 7;
const START: u8 = 1 << 4;
const PARTITION: u8 = 7;
const PICTURE_ID: u8 = 1 << 7;
const TL0PICIDX: u8 = 1 << 6;
const TID: u8 = 1 << 5;
const KEYIDX: u8 = 1 << 4;
const LONG: u8 = 1 << 7;
