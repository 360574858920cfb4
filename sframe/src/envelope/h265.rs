//! What is special to H.265 (ITU-T H.265 sections 7.3.1.2 and 7.3.6.1, RFC 7798 section 1.1.4).
//!
//! ```text
//! NAL unit header: forbidden_zero_bit(1) || nal_unit_type(6) || nuh_layer_id(6)
//!                     || nuh_temporal_id_plus1(3)
//! slice header:    first_slice_segment_in_pic_flag(1) || [no_output_of_prior_pics_flag(1)]
//!                     || slice_pic_parameter_set_id ue(v) || …
//! ```

use super::EnvelopeError;
use super::annex_b::{Role, Syntax};
use super::bit_reader::BitReader;
use crate::metadata::FrameKind;

pub(super) const SYNTAX: Syntax = Syntax { role, read_slice };

/// `nal_unit_type`s as in Table 7-1. Those reserved for other kinds of picture are no slices here,
/// nor is what has no temporal ID: else two start codes in a row would have a slice between them.
fn role(nal: &[u8]) -> Role {
    let [header, layer_and_temporal_id, ..] = nal else {
        return Role::Other;
    };
    match header >> 1 & 0x3f {
        _ if layer_and_temporal_id & 0x7 == 0 => Role::Other,
        0..=9 => Role::Slice(FrameKind::Delta), // of trailing to leading pictures
        16..=21 => Role::Slice(FrameKind::Key), // of random access
        32..=34 => Role::ParameterSet,          // video, sequence, picture
        35 | 39 => Role::Inserted,              // access unit delimiter, prefix SEI
        _ => Role::Other,
    }
}

fn read_slice(slice: &mut BitReader<'_>) -> Result<(), EnvelopeError> {
    slice.skip(1)?;
    let nal_unit_type = slice.bits(6)?;
    slice.skip(6 + 3)?;
    slice.skip(1)?;
    if RANDOM_ACCESS.contains(&nal_unit_type) {
        slice.skip(1)?;
    }
    slice.skip_exp_golomb()
}

/// From `BLA_W_LP` to `RSV_IRAP_VCL23`: the pictures whose slices have
/// `no_output_of_prior_pics_flag`.
const RANDOM_ACCESS: core::ops::RangeInclusive<u8> = 16..=23;
