//! VP9's key frames (bitstream specification section 6.2), and superframes (Annex B).

use super::Size;
use super::bits::Bits;

/// Returns the size of a key frame's picture.
pub(super) fn size(frame: &[u8]) -> Option<Size> {
    let mut bits = Bits::new(frame);
    bits.skip(2)?; // frame_marker
    let profile = bits.number(1)? | bits.number(1)? << 1;
    bits.skip(u32::from(profile == 3))?; // reserved_zero
    bits.skip(4)?; // show_existing_frame, frame_type, show_frame, error_resilient_mode
    if bits.number(24)? != SYNC_CODE {
        return None;
    }
    bits.skip(u32::from(profile >= 2))?; // ten_or_twelve_bit
    let has_subsampling = profile & 1 == 1;
    if bits.number(3)? == CS_RGB {
        bits.skip(u32::from(has_subsampling))?; // reserved_zero
    } else {
        bits.skip(if has_subsampling { 4 } else { 1 })?; // color_range, subsampling, reserved_zero
    }
    let [width, height] = [bits.number(16)?, bits.number(16)?].map(|side| side.saturating_add(1));
    Some(Size { width, height })
}

/// Puts the layers of one picture together, from the lowest: each came as a frame of its own, and
/// decoders want them as one.
pub(crate) fn superframe(layers: &[&[u8]]) -> Vec<u8> {
    let mut frame = layers.concat();
    let Some(last) = layers.len().checked_sub(1).filter(|last| (1..MAX_LAYERS).contains(last))
    else {
        return frame; // the frame alone, or more than an index can say
    };
    let Ok(last) = u8::try_from(last) else { return frame };
    let marker = SUPERFRAME | SIZES_OF_4_BYTES | last;
    frame.push(marker);
    for layer in layers {
        frame.extend(u32::try_from(layer.len()).unwrap_or(u32::MAX).to_le_bytes());
    }
    frame.push(marker);
    frame
}

const SYNC_CODE: u32 = 0x49_8342;
const CS_RGB: u32 = 7;

/// Of a superframe's index.
const SUPERFRAME: u8 = 0b110 << 5;
const SIZES_OF_4_BYTES: u8 = 3 << 3;
const MAX_LAYERS: usize = 8;
