//! VP9 (RFC 9628 section 4.2): a picture has a frame for each spatial layer.
//!
//! ```text
//! I(1) P(1) L(1) F(1) B(1) E(1) V(1) Z(1) || [ picture ID(8 or 16) ]
//!    || [ layers(8), TL0PICIDX(8) ] || [ P_DIFF(7) N(1) … ] || [ scalability structure ]
//!    || piece of the frame
//! ```

use super::{Payload, Piece};

/// Returns the picture's frames.
pub(super) fn pieces(payloads: &[Payload<'_>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut frame: Option<Vec<u8>> = None;
    let mut is_whole = true; // nothing of a frame is here that lacks its beginning
    for (number, payload) in payloads.iter().enumerate() {
        let Some((begins, ends, data)) = split(payload.bytes) else {
            is_whole = false;
            frame = None;
            continue;
        };
        if number > 0 && !payload.follows {
            is_whole &= frame.take().is_none();
        }
        if begins {
            close(&mut frame, &mut is_whole, &mut pieces);
            frame = Some(Vec::new());
        }
        match &mut frame {
            Some(frame) => frame.extend_from_slice(data),
            None => is_whole = false,
        }
        if ends {
            close(&mut frame, &mut is_whole, &mut pieces);
        }
    }
    close(&mut frame, &mut is_whole, &mut pieces);
    pieces
}

/// Ends the frame at hand: what was lost before it, and itself.
fn close(frame: &mut Option<Vec<u8>>, is_whole: &mut bool, pieces: &mut Vec<Piece>) {
    if !core::mem::replace(is_whole, true) {
        pieces.push(Piece::Lost);
    }
    pieces.extend(frame.take().map(Piece::Frame));
}

/// Takes off the descriptor; returns whether a frame begins and ends here, and its piece.
fn split(payload: &[u8]) -> Option<(bool, bool, &[u8])> {
    let (&first, mut rest) = payload.split_first()?;
    if first & PICTURE_ID != 0 {
        let is_long = rest.first()? & LONG != 0;
        rest = rest.get(if is_long { 2 } else { 1 }..)?;
    }
    if first & LAYERS != 0 {
        rest = rest.get(if first & FLEXIBLE != 0 { 1 } else { 2 }..)?;
    }
    if first & FLEXIBLE != 0 && first & PREDICTED != 0 {
        for _ in 0..MAX_REFERENCES {
            let (&reference, after) = rest.split_first()?;
            rest = after;
            if reference & MORE == 0 {
                break;
            }
        }
    }
    if first & STRUCTURE != 0 {
        rest = skip_structure(rest)?;
    }
    Some((first & BEGINS != 0, first & ENDS != 0, rest))
}

/// Takes off the scalability structure.
fn skip_structure(bytes: &[u8]) -> Option<&[u8]> {
    let (&first, mut rest) = bytes.split_first()?;
    if first & SIZES != 0 {
        let layers = usize::from(first >> 5).checked_add(1)?;
        rest = rest.get(layers.checked_mul(4)?..)?;
    }
    if first & GROUP != 0 {
        let (&pictures, after) = rest.split_first()?;
        rest = after;
        for _ in 0..pictures {
            let (&picture, after) = rest.split_first()?;
            rest = after.get(usize::from(picture >> 2 & 3)..)?;
        }
    }
    Some(rest)
}

const PICTURE_ID: u8 = 1 << 7;
const PREDICTED: u8 = 1 << 6;
const LAYERS: u8 = 1 << 5;
const FLEXIBLE: u8 = 1 << 4;
const BEGINS: u8 = 1 << 3;
const ENDS: u8 = 1 << 2;
const STRUCTURE: u8 = 1 << 1;
const LONG: u8 = 1 << 7;
const MORE: u8 = 1;
const MAX_REFERENCES: u8 = 3;

/// Of the scalability structure.
const SIZES: u8 = 1 << 4;
const GROUP: u8 = 1 << 3;
