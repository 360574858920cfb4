//! Payloads of RTP packets to the frames that were sent in them.
//!
//! Our own, because what a sealed frame needs is less than a library does, and what came off the
//! disk may be anything: those of webrtc-rs (0.21) panic at some payloads, lose frames that end
//! with a short packet, and leave H.265 to their users.

mod av1;
mod h26x;
mod vp8;
mod vp9;

use crate::media::Codec;

/// A payload of one picture, in its order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payload<'a> {
    pub(super) bytes: &'a [u8],
    /// Whether nothing is missing between this and the one before.
    pub(super) follows: bool,
}

/// What became of a frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// As it was sent, unless something is missing at one of its ends, which its packets do not
    /// tell.
    Frame(Vec<u8>),
    /// Something is missing.
    Lost,
}

/// Puts the frames of one picture together: one, or one for each layer, from the lowest.
///
/// Whether the first payload follows what was before says nothing here.
pub(super) fn pieces(codec: Codec, payloads: &[Payload<'_>]) -> Vec<Piece> {
    match codec {
        Codec::Vp8 => vec![vp8::piece(payloads)],
        Codec::Vp9 => vp9::pieces(payloads),
        Codec::Av1 => av1::pieces(payloads),
        Codec::H264 => vec![h26x::piece(h26x::H264, payloads)],
        Codec::H265 => vec![h26x::piece(h26x::H265, payloads)],
        Codec::Opus => {
            payloads.iter().map(|payload| Piece::Frame(payload.bytes.to_vec())).collect()
        }
    }
}

/// Tells whether no payload after the first is missing.
fn is_unbroken(payloads: &[Payload<'_>]) -> bool {
    payloads.iter().skip(1).all(|payload| payload.follows)
}

#[cfg(test)]
mod tests;
