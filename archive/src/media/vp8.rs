//! VP8's key frames (RFC 6386 section 9.1).

use super::Size;

/// Returns the size of a key frame's picture.
pub(super) fn size(frame: &[u8]) -> Option<Size> {
    let ([_, _, _, start_code @ .., w0, w1, h0, h1], _) = frame.split_first_chunk::<10>()?;
    if *start_code != [0x9d, 0x01, 0x2a] {
        return None;
    }
    // The two bits above are for scaling.
    let [width, height] = [[*w0, *w1], [*h0, *h1]].map(|side| u16::from_le_bytes(side) & 0x3fff);
    Some(Size { width: width.into(), height: height.into() })
}
