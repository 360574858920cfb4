//! VP9 (bitstream specification sections 6.2 and 7.2): the first byte of the uncompressed header,
//! and on key frames all of it up to the size of the picture.
//!
//! Receivers in browsers take kind and layers from the RTP payload descriptor. Packetizers, SFUs and
//! muxers take the kind from the frame itself, and read on to the picture's size.
//!
//! ```text
//! frame_marker(2) = 2 || profile(2) || [reserved_zero(1), profile 3] || show_existing_frame(1)
//!    || frame_type(1) || show_frame(1) || error_resilient_mode(1)
//!    || key frames: frame_sync_code(24) || color_config() || frame_size() || render_size()
//! ```

use alloc::vec::Vec;
use core::ops::Range;

use super::EnvelopeError;
use crate::metadata::FrameKind;

/// Returns the kind of the first frame: a frame that is shown again is a delta, whatever it was.
pub(super) fn kind(frame: &[u8]) -> Result<FrameKind, EnvelopeError> {
    Start::read(frame).map(|start| start.kind)
}

/// Appends a delta's decoy, or a key frame's own bytes through `render_size()`.
///
/// The bits of the last byte that are read later are 0, and the frame is shown: muxers glue a hidden
/// one to the next.
pub(super) fn front(encoded: &[u8], front: &mut Vec<u8>) -> Result<(), EnvelopeError> {
    let start = Start::read(encoded)?;
    if start.kind != FrameKind::Key {
        front.extend_from_slice(&DELTA);
        return Ok(());
    }
    let len = key_header_len(encoded, start)?;
    front.extend_from_slice(encoded.get(..len.div_ceil(8)).ok_or(EnvelopeError::Truncated)?);
    if let Some(first) = front.first_mut() {
        *first |= SHOW_FRAME >> start.shift;
    }
    if let (Some(last), 1..) = (front.last_mut(), len % 8) {
        *last &= !(u8::MAX >> (len % 8));
    }
    Ok(())
}

/// Returns the place of the body between the decoy, or a key frame's header, and the byte behind.
pub(super) fn locate(sealed: &[u8]) -> Result<Range<usize>, EnvelopeError> {
    let Some((&TRAILER, rest)) = sealed.split_last() else {
        return Err(EnvelopeError::NoStopByte);
    };
    let start = Start::read(rest)?;
    let front_len = if start.kind == FrameKind::Key {
        key_header_len(rest, start)?.div_ceil(8)
    } else if rest.starts_with(&DELTA) {
        DELTA.len()
    } else {
        return Err(EnvelopeError::Foreign);
    };
    Ok(front_len..rest.len())
}

/// What a frame's first byte says.
#[derive(Clone, Copy, Debug)]
struct Start {
    profile: u8,
    kind: FrameKind,
    /// By how many bits all that follows the profile is later: profile 3 has a reserved one.
    shift: u8,
}

impl Start {
    fn read(frame: &[u8]) -> Result<Self, EnvelopeError> {
        let first = *frame.first().ok_or(EnvelopeError::Truncated)?;
        let profile = first >> 5 & 1 | first >> 3 & 2;
        let shift = u8::from(profile == 3);
        if first >> 6 != FRAME_MARKER || (profile == 3 && first & RESERVED_ZERO != 0) {
            return Err(EnvelopeError::Malformed);
        }
        let is_delta = first & (SHOW_EXISTING_FRAME | FRAME_TYPE) >> shift != 0;
        let kind = if is_delta { FrameKind::Delta } else { FrameKind::Key };
        Ok(Self { profile, kind, shift })
    }
}

/// Returns how many bits a key frame's header has through `render_size()`.
fn key_header_len(
    frame: &[u8],
    Start { profile, shift, .. }: Start,
) -> Result<usize, EnvelopeError> {
    let mut header = Bits { frame, taken: 0 };
    header.take(usize::from(shift).saturating_add(8)); // through error_resilient_mode
    if header.take(24) != SYNC_CODE {
        return Err(EnvelopeError::Malformed);
    }
    if profile >= 2 {
        header.take(1); // ten_or_twelve_bit
    }
    let has_subsampling = profile & 1 == 1;
    let is_rgb = header.take(3) == CS_RGB;
    if !is_rgb {
        header.take(1); // color_range
    }
    if !is_rgb && has_subsampling {
        header.take(2); // subsampling_x, subsampling_y
    }
    if (is_rgb && !has_subsampling) || (has_subsampling && header.take(1) != 0) {
        return Err(EnvelopeError::Malformed); // RGB in a profile that lacks it, or reserved_zero
    }
    header.take(32); // frame_width_minus_1, frame_height_minus_1
    if header.take(1) != 0 {
        header.take(32); // render_width_minus_1, render_height_minus_1
    }
    let len = header.taken;
    if len.div_ceil(8) > frame.len() { Err(EnvelopeError::Truncated) } else { Ok(len) }
}

/// The bits of a frame, first to last, and zeros where it ends.
struct Bits<'a> {
    frame: &'a [u8],
    taken: usize,
}

impl Bits<'_> {
    /// Takes 1 to 32 bits.
    fn take(&mut self, len: usize) -> u32 {
        let bit =
            |at: usize| self.frame.get(at / 8).map_or(0, |byte| u32::from(byte << (at % 8) >> 7));
        let start = self.taken;
        self.taken = start.saturating_add(len);
        (start..self.taken).fold(0, |bits, at| bits << 1 | bit(at))
    }
}

/// A delta of profile 0, shown, not error resilient.
const DELTA: [u8; 1] = [0x86];

/// Behind the body: a last byte of 0b110xxxxx would be a superframe's index (Annex B).
pub(super) const TRAILER: u8 = 0;

const FRAME_MARKER: u8 = 2;
const SYNC_CODE: u32 = 0x49_8342;
const CS_RGB: u32 = 7;

/// In the first byte: of profile 3,
const RESERVED_ZERO: u8 = 1 << 3;
/// and of the others.
const SHOW_EXISTING_FRAME: u8 = 1 << 3;
const FRAME_TYPE: u8 = 1 << 2;
const SHOW_FRAME: u8 = 1 << 1;
