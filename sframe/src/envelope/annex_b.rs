//! NAL units in a byte stream: Annex B of ITU-T H.264 and H.265.
//!
//! Receivers look into the parameter sets, and into the first slice for the parameter set it names.
//! Depacketizers rewrite the start codes and may insert parameter sets they remember or were given
//! in SDP; parsers and packetizers leave a zero behind a NAL unit, where the next one's start code
//! began. Senders built on libwebrtc rewrite a sequence parameter set, too, but before a transform
//! sees the frame, and receivers then leave it alone.

use alloc::vec::Vec;
use core::ops::Range;

use super::EnvelopeError;
use super::bit_reader::BitReader;
use super::emulation::{Unescaped, escape, unescape};
use crate::metadata::FrameKind;

/// In what H.264 and H.265 differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// Tells what a NAL unit is, by its header.
    pub(super) role: fn(&[u8]) -> Role,
    /// Reads a slice from its NAL unit header to the number of its picture parameter set.
    pub(super) read_slice: fn(&mut BitReader<'_>) -> Result<(), EnvelopeError>,
}

impl Syntax {
    /// Returns how many unescaped bytes of `slice` receivers read.
    fn slice_prefix_len(self, slice: &[u8]) -> Result<usize, EnvelopeError> {
        let mut reader = BitReader::new(slice);
        (self.read_slice)(&mut reader)?;
        Ok(reader.bytes_read())
    }
}

/// What a NAL unit is to an envelope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// Part of no envelope, but may be inserted into one: access unit delimiter, SEI.
    Inserted,
    /// Part of no envelope.
    Other,
    /// In the envelope if it is in the frame.
    ParameterSet,
    /// A piece of a picture of this kind.
    Slice(FrameKind),
}

/// Returns the kind of the first slice.
pub(super) fn kind(syntax: Syntax, frame: &[u8]) -> Result<FrameKind, EnvelopeError> {
    nal_units(syntax, frame)
        .find_map(|(role, _)| if let Role::Slice(kind) = role { Some(kind) } else { None })
        .ok_or(EnvelopeError::NoPicture)
}

/// Appends the parameter sets of `encoded`, and of its first slice what receivers read.
pub(super) fn front(
    syntax: Syntax,
    encoded: &[u8],
    front: &mut Vec<u8>,
) -> Result<(), EnvelopeError> {
    for (role, nal) in nal_units(syntax, encoded) {
        match role {
            Role::ParameterSet => {
                front.extend_from_slice(&START_CODE);
                front.extend_from_slice(nal);
            }
            Role::Slice(kind) => {
                let prefix_len = syntax.slice_prefix_len(nal)?;
                front.extend_from_slice(&START_CODE);
                for byte in Unescaped::new(nal).take(prefix_len) {
                    escape(&[byte], front);
                }
                front.extend_from_slice(slice_header(kind));
                return Ok(());
            }
            Role::Inserted | Role::Other => {}
        }
    }
    Err(EnvelopeError::NoPicture)
}

/// Unescapes the one slice of `sealed` into `scratch`; returns where the body is there.
pub(super) fn locate(
    syntax: Syntax,
    sealed: &[u8],
    scratch: &mut Vec<u8>,
) -> Result<Range<usize>, EnvelopeError> {
    let (leading, _) = split_at_start_code(sealed).ok_or(EnvelopeError::NoPicture)?;
    if !trim_zeros(leading).is_empty() {
        return Err(EnvelopeError::Foreign);
    }
    for (role, nal) in nal_units(syntax, sealed) {
        match role {
            Role::Slice(kind) => return locate_in_slice(syntax, kind, nal, scratch),
            Role::Other => return Err(EnvelopeError::Foreign),
            Role::Inserted | Role::ParameterSet => {}
        }
    }
    Err(EnvelopeError::NoPicture)
}

fn locate_in_slice(
    syntax: Syntax,
    kind: FrameKind,
    slice: &[u8],
    scratch: &mut Vec<u8>,
) -> Result<Range<usize>, EnvelopeError> {
    let Some((&STOP_BYTE, slice)) = trim_zeros(slice).split_last() else {
        return Err(EnvelopeError::NoStopByte);
    };
    let prefix_len = syntax.slice_prefix_len(slice)?;
    scratch.clear();
    unescape(slice, scratch)?;
    let header = slice_header(kind);
    if !scratch.get(prefix_len..).is_some_and(|rest| rest.starts_with(header)) {
        return Err(EnvelopeError::Foreign);
    }
    Ok(prefix_len.saturating_add(header.len())..scratch.len())
}

/// Returns what is in the place of the rest of the first slice's header.
///
/// Parsers take a key picture for one only if they can read that header: of ones, they can. Each
/// number of variable length (`ue(v)`, `se(v)`) is then a single bit, and 0.
const fn slice_header(kind: FrameKind) -> &'static [u8] {
    match kind {
        FrameKind::Key => &[0xff; 6],
        FrameKind::Audio | FrameKind::Data | FrameKind::Delta => &[],
    }
}

/// Tells whether `sealed` is `rebuilt`, a body and nothing else that was not inserted on the way.
///
/// `sealed` has been [located](locate), so it holds nothing but what an envelope may hold.
pub(super) fn matches(syntax: Syntax, sealed: &[u8], rebuilt: &[u8]) -> bool {
    let mut expected = nal_units(syntax, rebuilt);
    let mut next = expected.next();
    for (role, nal) in nal_units(syntax, sealed) {
        match next {
            Some((Role::Slice(kind), prefix)) if role == Role::Slice(kind) => {
                return nal.starts_with(prefix);
            }
            Some(unit) if unit == (role, nal) => next = expected.next(),
            _ => {}
        }
    }
    false
}

/// The NAL units of `bytes` with their roles, up to the first slice, whose bytes go on to the end
/// of `bytes`: what comes after its header is not looked for, and costs nothing.
///
/// Bytes before the first start code are skipped.
fn nal_units(syntax: Syntax, bytes: &[u8]) -> impl Iterator<Item = (Role, &[u8])> {
    let mut rest = split_at_start_code(bytes).map(|(_, rest)| rest);
    core::iter::from_fn(move || {
        let bytes = rest.take()?;
        let role = (syntax.role)(bytes);
        if matches!(role, Role::Slice(_)) {
            return Some((role, bytes));
        }
        let (nal, after) = match split_at_start_code(bytes) {
            Some((nal, after)) => (nal, Some(after)),
            None => (bytes, None),
        };
        rest = after;
        Some((role, trim_zeros(nal)))
    })
}

/// Splits at the first `00 00 01`, which is left out.
///
/// Zeros before it are left in: they are the longer start code's, or trail a NAL unit.
fn split_at_start_code(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    memchr::memchr_iter(1, bytes).find_map(|one| {
        let (before, after) = bytes.split_at_checked(one)?;
        Some((before.strip_suffix(&[0, 0])?, after.get(1..)?))
    })
}

/// Takes off the zeros at the end, which are no part of a NAL unit.
fn trim_zeros(nal: &[u8]) -> &[u8] {
    let len = nal.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    nal.get(..len).unwrap_or_default()
}

/// The start code of every NAL unit that we write, in its longer form: depacketizers write it too.
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// Ends the slice: `rbsp_slice_trailing_bits` of a slice that ends with its last byte. A NAL unit
/// must not end with a zero, as a body may.
pub(super) const STOP_BYTE: u8 = 0x80;
