//! H.264's sequence parameter sets (ITU-T H.264 section 7.3.2.1.1).

use super::Size;
use super::bits::Bits;
use super::nal;

/// Returns the size of the pictures, which cropping makes smaller than a whole number of
/// macroblocks.
pub(super) fn size(sps: &[u8]) -> Option<Size> {
    let unescaped = nal::unescape(sps);
    let mut bits = Bits::new(&unescaped);
    bits.skip(8)?; // NAL unit header
    let profile = bits.number(8)?;
    bits.skip(16)?; // constraint flags, level_idc
    bits.exp_golomb()?; // seq_parameter_set_id
    let chroma_format = if HIGH_PROFILES.contains(&profile) { chroma(&mut bits)? } else { 1 };
    bits.exp_golomb()?; // log2_max_frame_num_minus4
    picture_order(&mut bits)?;
    bits.exp_golomb()?; // max_num_ref_frames
    bits.skip(1)?; // gaps_in_frame_num_value_allowed_flag
    let width = macroblocks(bits.exp_golomb()?)?;
    let height = macroblocks(bits.exp_golomb()?)?;
    let is_in_fields = !bits.flag()?;
    bits.skip(u32::from(is_in_fields))?; // mb_adaptive_frame_field_flag
    bits.skip(1)?; // direct_8x8_inference_flag

    let fields = if is_in_fields { 2 } else { 1 };
    let mut size = Size { width, height: height.checked_mul(fields)? };
    if bits.flag()? {
        let (x, y) = match chroma_format {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let [left, right, top, bottom] =
            [bits.exp_golomb()?, bits.exp_golomb()?, bits.exp_golomb()?, bits.exp_golomb()?];
        size.width = size.width.checked_sub(left.checked_add(right)?.checked_mul(x)?)?;
        let rows = top.checked_add(bottom)?.checked_mul(y)?.checked_mul(fields)?;
        size.height = size.height.checked_sub(rows)?;
    }
    Some(size)
}

fn macroblocks(less_one: u32) -> Option<u32> {
    less_one.checked_add(1)?.checked_mul(16)
}

/// Reads what only high profiles have; returns `chroma_format_idc`.
fn chroma(bits: &mut Bits<'_>) -> Option<u32> {
    let chroma_format = bits.exp_golomb()?;
    bits.skip(u32::from(chroma_format == 3))?; // separate_colour_plane_flag
    bits.exp_golomb()?; // bit_depth_luma_minus8
    bits.exp_golomb()?; // bit_depth_chroma_minus8
    bits.skip(1)?; // qpprime_y_zero_transform_bypass_flag
    if bits.flag()? {
        let lists = if chroma_format == 3 { 12 } else { 8 };
        for list in 0..lists {
            if bits.flag()? {
                scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(chroma_format)
}

/// Section 7.3.2.1.1.1.
fn scaling_list(bits: &mut Bits<'_>, len: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..len {
        if next != 0 {
            next = last.checked_add(bits.signed_exp_golomb()?)?.rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

fn picture_order(bits: &mut Bits<'_>) -> Option<()> {
    match bits.exp_golomb()? {
        0 => bits.exp_golomb().map(drop), // log2_max_pic_order_cnt_lsb_minus4
        1 => {
            bits.skip(1)?; // delta_pic_order_always_zero_flag
            bits.exp_golomb()?; // offset_for_non_ref_pic
            bits.exp_golomb()?; // offset_for_top_to_bottom_field
            let frames = bits.exp_golomb()?;
            (0..frames).try_for_each(|_| bits.exp_golomb().map(drop))
        }
        _ => Some(()),
    }
}

/// `profile_idc`s with a chroma format.
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
