//! AV1's sequence header (bitstream specification section 5.5), and what a file says of it
//! ("AV1 Codec ISO Media File Format Binding", section 2.3).

use super::Size;
use super::bits::Bits;
use super::obu::{Obu, SEQUENCE_HEADER, TEMPORAL_DELIMITER};

/// What a decoder is told before the first frame.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) size: Size,
    /// `AV1CodecConfigurationRecord`.
    pub(super) record: Vec<u8>,
}

/// Describes a stream by its first key frame.
pub(super) fn description(unit: &[u8]) -> Option<Description> {
    let header = Obu::all(unit).find(|obu| obu.kind() == SEQUENCE_HEADER)?;
    let sequence = Sequence::read(header.payload)?;
    let colors = &sequence.colors;
    let flags = [
        sequence.tier,
        colors.high_bitdepth,
        colors.twelve_bit,
        colors.is_monochrome,
        colors.subsampling_x,
        colors.subsampling_y,
    ];
    let flags = flags.into_iter().fold(0, |bits, flag| bits << 1 | u8::from(flag));
    let mut record = vec![
        MARKER_AND_VERSION,
        sequence.profile << 5 | sequence.level & 0x1f,
        flags << 2 | colors.sample_position & 3,
        0, // no initial_presentation_delay
    ];
    header.write(&mut record);
    Some(Description { size: sequence.size, record })
}

/// Returns a temporal unit as a file has it: without the delimiter, and with all sizes.
pub(crate) fn without_delimiters(unit: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(unit.len());
    for obu in Obu::all(unit).filter(|obu| obu.kind() != TEMPORAL_DELIMITER) {
        obu.write(&mut written);
    }
    written
}

/// Of a sequence header, what a file says again.
struct Sequence {
    profile: u8,
    level: u8,
    tier: bool,
    size: Size,
    colors: Colors,
}

impl Sequence {
    fn read(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        let profile = small(bits.number(3)?);
        bits.skip(1)?; // still_picture
        if bits.flag()? {
            return None; // reduced_still_picture_header: nobody sends video with it
        }
        let (level, tier) = operating_points(&mut bits)?;
        let [width_bits, height_bits] = [bits.number(4)?, bits.number(4)?];
        let width = bits.number(width_bits.saturating_add(1))?.saturating_add(1);
        let height = bits.number(height_bits.saturating_add(1))?.saturating_add(1);
        tools(&mut bits)?;
        let colors = Colors::read(&mut bits, profile)?;
        Some(Self { profile, level, tier, size: Size { width, height }, colors })
    }
}

/// Reads on through the operating points; returns the level and the tier of the first.
fn operating_points(bits: &mut Bits<'_>) -> Option<(u8, bool)> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.skip(64)?; // num_units_in_display_tick, time_scale
        if bits.flag()? {
            bits.exp_golomb()?; // num_ticks_per_picture_minus_1
        }
        if bits.flag()? {
            delay_bits = Some(bits.number(5)?.saturating_add(1));
            bits.skip(32 + 5 + 5)?; // the rest of decoder_model_info()
        }
    }
    let has_display_delay = bits.flag()?;
    let count = bits.number(5)?;
    let mut first = None;
    for _ in 0..=count {
        bits.skip(12)?; // operating_point_idc
        let level = small(bits.number(5)?);
        let tier = level > 7 && bits.flag()?;
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.skip(delay_bits.saturating_mul(2).saturating_add(1))?;
        }
        if has_display_delay && bits.flag()? {
            bits.skip(4)?;
        }
        first.get_or_insert((level, tier));
    }
    first
}

/// Reads on from the size to the colors.
fn tools(bits: &mut Bits<'_>) -> Option<()> {
    if bits.flag()? {
        bits.skip(4 + 3)?; // lengths of frame IDs
    }
    bits.skip(3)?; // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
    bits.skip(4)?; // enable_interintra_compound, …masked_compound, …warped_motion, …dual_filter
    let has_order_hint = bits.flag()?;
    if has_order_hint {
        bits.skip(2)?; // enable_jnt_comp, enable_ref_frame_mvs
    }
    let chooses_content_tools = bits.flag()?;
    let may_have_content_tools = chooses_content_tools || bits.flag()?;
    if may_have_content_tools && !bits.flag()? {
        bits.skip(1)?; // seq_force_integer_mv
    }
    if has_order_hint {
        bits.skip(3)?; // order_hint_bits_minus_1
    }
    bits.skip(3) // enable_superres, enable_cdef, enable_restoration
}

/// `color_config()` (section 5.5.2).
struct Colors {
    high_bitdepth: bool,
    twelve_bit: bool,
    is_monochrome: bool,
    subsampling_x: bool,
    subsampling_y: bool,
    sample_position: u8,
}

impl Colors {
    fn read(bits: &mut Bits<'_>, profile: u8) -> Option<Self> {
        let high_bitdepth = bits.flag()?;
        let twelve_bit = profile == 2 && high_bitdepth && bits.flag()?;
        let is_monochrome = profile != 1 && bits.flag()?;
        let mut described = None;
        if bits.flag()? {
            described = Some([bits.number(8)?, bits.number(8)?, bits.number(8)?]);
        }
        let mut colors = Self {
            high_bitdepth,
            twelve_bit,
            is_monochrome,
            subsampling_x: true,
            subsampling_y: true,
            sample_position: 0,
        };
        if is_monochrome {
            return Some(colors);
        }
        if described == Some(SRGB) {
            (colors.subsampling_x, colors.subsampling_y) = (false, false);
            return Some(colors);
        }
        bits.skip(1)?; // color_range
        (colors.subsampling_x, colors.subsampling_y) = match (profile, twelve_bit) {
            (0, _) => (true, true),
            (1, _) => (false, false),
            (_, false) => (true, false),
            (_, true) => {
                let subsampling_x = bits.flag()?;
                (subsampling_x, subsampling_x && bits.flag()?)
            }
        };
        if colors.subsampling_x && colors.subsampling_y {
            colors.sample_position = small(bits.number(2)?);
        }
        Some(colors)
    }
}

/// Takes the low byte of a number of at most 8 bits.
fn small(number: u32) -> u8 {
    let [.., low] = number.to_be_bytes();
    low
}

/// `marker` 1, `version` 1.
const MARKER_AND_VERSION: u8 = 0x81;

/// `CP_BT_709`, `TC_SRGB`, `MC_IDENTITY`.
const SRGB: [u32; 3] = [1, 13, 0];
