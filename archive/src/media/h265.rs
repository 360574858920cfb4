//! H.265's sequence parameter sets (ITU-T H.265 section 7.3.2.2), and what a file says of them
//! (ISO/IEC 14496-15 section 8.3.3).

use mp4_atom::{HvcCArray, Hvcc};

use super::Size;
use super::bits::Bits;
use super::nal;

/// Describes a stream by its parameter sets.
pub(super) fn description(vps: &[u8], sps: &[u8], pps: &[u8]) -> Option<(Size, Hvcc)> {
    let unescaped = nal::unescape(sps);
    let mut bits = Bits::new(&unescaped);
    bits.skip(16 + 4)?; // NAL unit header, sps_video_parameter_set_id
    let more_layers = bits.number(3)?;
    let mut record = Hvcc::new();
    record.temporal_id_nested = bits.flag()?;
    record.num_temporal_layers = low(more_layers.saturating_add(1));
    record.length_size_minus_one = 3;
    profile(&mut bits, &mut record)?;
    layers(&mut bits, more_layers)?;

    bits.exp_golomb()?; // sps_seq_parameter_set_id
    let chroma_format = bits.exp_golomb()?;
    record.chroma_format_idc = low(chroma_format);
    bits.skip(u32::from(chroma_format == 3))?; // separate_colour_plane_flag
    let size = size(&mut bits, chroma_format)?;
    record.bit_depth_luma_minus8 = low(bits.exp_golomb()?);
    record.bit_depth_chroma_minus8 = low(bits.exp_golomb()?);
    for (nal_unit_type, unit) in [(VPS, vps), (SPS, sps), (PPS, pps)] {
        let nalus = vec![unit.to_vec()];
        // Not complete: others may come with later key frames.
        record.arrays.push(HvcCArray { completeness: false, nal_unit_type, nalus });
    }
    Some((size, record))
}

/// Reads what `profile_tier_level()` says of all layers.
fn profile(bits: &mut Bits<'_>, record: &mut Hvcc) -> Option<()> {
    record.general_profile_space = low(bits.number(2)?);
    record.general_tier_flag = bits.flag()?;
    record.general_profile_idc = low(bits.number(5)?);
    record.general_profile_compatibility_flags = bits.number(32)?.to_be_bytes();
    for byte in &mut record.general_constraint_indicator_flags {
        *byte = low(bits.number(8)?);
    }
    record.general_level_idc = low(bits.number(8)?);
    Some(())
}

/// Skips what `profile_tier_level()` says of each lower layer.
fn layers(bits: &mut Bits<'_>, count: u32) -> Option<()> {
    let mut lens = Vec::new();
    for _ in 0..count {
        let has_profile = bits.flag()?;
        let has_level = bits.flag()?;
        lens.push(if has_profile { 88 } else { 0 });
        lens.push(if has_level { 8 } else { 0 });
    }
    if count > 0 {
        bits.skip(8_u32.saturating_sub(count).saturating_mul(2))?; // reserved_zero_2bits
    }
    lens.into_iter().try_for_each(|len| bits.skip(len))
}

fn size(bits: &mut Bits<'_>, chroma_format: u32) -> Option<Size> {
    let mut size = Size { width: bits.exp_golomb()?, height: bits.exp_golomb()? };
    if bits.flag()? {
        let (x, y) = match chroma_format {
            1 => (2, 2),
            2 => (2, 1),
            _ => (1, 1),
        };
        let [left, right, top, bottom] =
            [bits.exp_golomb()?, bits.exp_golomb()?, bits.exp_golomb()?, bits.exp_golomb()?];
        size.width = size.width.checked_sub(left.checked_add(right)?.checked_mul(x)?)?;
        size.height = size.height.checked_sub(top.checked_add(bottom)?.checked_mul(y)?)?;
    }
    Some(size)
}

/// Takes the low byte: what is longer is no parameter set that anything plays.
fn low(number: u32) -> u8 {
    let [.., low] = number.to_be_bytes();
    low
}

/// `nal_unit_type`s.
pub(super) const VPS: u8 = 32;
pub(super) const SPS: u8 = 33;
pub(super) const PPS: u8 = 34;
