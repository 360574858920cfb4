//! AV1 (RTP payload specification of the Alliance for Open Media, section 4.4): OBUs, of which the
//! last of a payload may go on in the next. A sealed frame ends with an `OBU_FRAME`.
//!
//! ```text
//! Z(1) Y(1) W(2) N(1) -(3) || { [ length ] || OBU, or a piece of one }*
//! ```

use super::{Payload, Piece};
use crate::media::obu::{FRAME, Obu, TEMPORAL_DELIMITER, read_leb128};

/// Returns the frames of the temporal unit, with the sizes of their OBUs.
pub(super) fn pieces(payloads: &[Payload<'_>]) -> Vec<Piece> {
    let mut unit = Unit::default();
    for (number, payload) in payloads.iter().enumerate() {
        if number > 0 && !payload.follows {
            unit.interrupt();
        }
        if unit.add(payload.bytes).is_none() {
            unit.interrupt();
            unit.is_damaged = true;
        }
    }
    unit.interrupt();
    unit.report();
    unit.pieces
}

#[derive(Default)]
struct Unit {
    pieces: Vec<Piece>,
    /// OBUs of the frame at hand.
    frame: Vec<u8>,
    /// The OBU that goes on in the next payload.
    begun: Option<Vec<u8>>,
    /// Whether a part of some frame was here that is none any more.
    is_damaged: bool,
}

impl Unit {
    /// Takes a payload; `None` if it ends early.
    fn add(&mut self, payload: &[u8]) -> Option<()> {
        let (&header, mut rest) = payload.split_first()?;
        let goes_on = header & CONTINUED != 0;
        let count = header >> 4 & 3;
        let mut number = 0_u8;
        while !rest.is_empty() {
            number = number.saturating_add(1);
            let element;
            (element, rest) = if number == count { (rest, &[][..]) } else { split_element(rest)? };
            let is_piece = number == 1 && goes_on;
            let has_more = rest.is_empty() && header & CONTINUES != 0;
            self.add_element(element, is_piece, has_more);
        }
        Some(())
    }

    fn add_element(&mut self, element: &[u8], is_piece: bool, has_more: bool) {
        let obu = match (is_piece, self.begun.take()) {
            (false, None) => element.to_vec(),
            (true, Some(begun)) => [&begun, element].concat(),
            // The beginning is missing, or the end of the one before.
            (true, None) => {
                self.is_damaged = true;
                return;
            }
            (false, Some(_)) => {
                self.interrupt();
                self.is_damaged = true;
                element.to_vec()
            }
        };
        if has_more {
            self.begun = Some(obu);
        } else {
            self.add_obu(&obu);
        }
    }

    fn add_obu(&mut self, obu: &[u8]) {
        let Some((obu, _)) = Obu::split(obu) else {
            self.is_damaged = true;
            return;
        };
        if obu.kind() == TEMPORAL_DELIMITER {
            return;
        }
        obu.write(&mut self.frame);
        if obu.kind() == FRAME {
            self.report();
            self.pieces.push(Piece::Frame(core::mem::take(&mut self.frame)));
        }
    }

    /// Forgets what is not whole: something is missing here.
    fn interrupt(&mut self) {
        self.is_damaged |= self.begun.take().is_some() || !self.frame.is_empty();
        self.frame.clear();
    }

    /// Tells of the frame that was here and is none any more.
    fn report(&mut self) {
        if core::mem::take(&mut self.is_damaged) {
            self.pieces.push(Piece::Lost);
        }
    }
}

fn split_element(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = read_leb128(bytes)?;
    rest.split_at_checked(length)
}

/// The first element continues one of the payload before; the last goes on in the next.
const CONTINUED: u8 = 1 << 7;
const CONTINUES: u8 = 1 << 6;
