//! H.264 (RFC 6184 sections 5.6 to 5.8) and H.265 (RFC 7798 section 4.4): NAL units alone, several
//! in one payload, or one in several.
//!
//! ```text
//! alone:     NAL unit
//! several:   header || { length(16) || NAL unit }*
//! fragment:  header || S(1) E(1) type || piece, without the NAL unit's header
//! ```

use super::{Payload, Piece, is_unbroken};
use crate::media::nal;

/// In what the two differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    header_len: usize,
    unit_type: fn(&[u8]) -> u8,
    /// Which type says that there are several.
    several: u8,
    /// Which type says that there is a piece.
    fragment: u8,
    /// Puts the type of the fragment header into the payload's header.
    rebuild: fn(&[u8], u8) -> Vec<u8>,
}

/// STAP-A and FU-A: what packetization mode 1 has.
pub(super) const H264: Syntax = Syntax {
    header_len: 1,
    unit_type: |header| header.first().map_or(0, |first| first & 0x1f),
    several: 24,
    fragment: 28,
    rebuild: |header, fu| header.iter().map(|first| first & 0xe0 | fu & 0x1f).collect(),
};

/// Without decoding order numbers, which WebRTC does not negotiate.
pub(super) const H265: Syntax = Syntax {
    header_len: 2,
    unit_type: |header| header.first().map_or(0, |first| first >> 1 & 0x3f),
    several: 48,
    fragment: 49,
    rebuild: |header, fu| {
        let first = header.first().map_or(0, |first| first & 0x81 | (fu & 0x3f) << 1);
        [&[first], header.get(1..).unwrap_or_default()].concat()
    },
};

/// Returns the picture's access unit.
pub(super) fn piece(syntax: Syntax, payloads: &[Payload<'_>]) -> Piece {
    let mut stream = Vec::new();
    let mut begun = None;
    let all_read = payloads
        .iter()
        .all(|payload| add(syntax, payload.bytes, &mut begun, &mut stream).is_some());
    if all_read && begun.is_none() && is_unbroken(payloads) {
        Piece::Frame(stream)
    } else {
        Piece::Lost
    }
}

/// Appends what a payload holds; `None` if it holds what cannot be there.
fn add(
    syntax: Syntax,
    payload: &[u8],
    begun: &mut Option<Vec<u8>>,
    stream: &mut Vec<u8>,
) -> Option<()> {
    let (header, rest) = payload.split_at_checked(syntax.header_len)?;
    let unit_type = (syntax.unit_type)(header);
    if unit_type == syntax.fragment {
        return add_fragment(syntax, header, rest, begun, stream);
    }
    if begun.is_some() {
        return None; // a fragment's end is missing
    }
    if unit_type == syntax.several {
        return add_several(rest, stream);
    }
    nal::push(payload, stream);
    (unit_type < syntax.several).then_some(())
}

fn add_several(payload: &[u8], stream: &mut Vec<u8>) -> Option<()> {
    let mut rest = payload;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (unit, after) = after.split_at_checked(length)?;
        nal::push(unit, stream);
        rest = after;
    }
    Some(())
}

fn add_fragment(
    syntax: Syntax,
    header: &[u8],
    rest: &[u8],
    begun: &mut Option<Vec<u8>>,
    stream: &mut Vec<u8>,
) -> Option<()> {
    let (&fu, data) = rest.split_first()?;
    match (fu & BEGINS != 0, begun.is_some()) {
        (true, false) => *begun = Some((syntax.rebuild)(header, fu)),
        (false, true) => {}
        _ => return None,
    }
    let unit = begun.as_mut()?;
    unit.extend_from_slice(data);
    if fu & ENDS != 0 {
        nal::push(unit, stream);
        *begun = None;
    }
    Some(())
}

const BEGINS: u8 = 1 << 7;
const ENDS: u8 = 1 << 6;
