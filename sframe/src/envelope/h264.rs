//! What is special to H.264 (ITU-T H.264 sections 7.3.1 and 7.3.3, RFC 6184 section 5.3).
//!
//! ```text
//! NAL unit header: forbidden_zero_bit(1) || nal_ref_idc(2) || nal_unit_type(5)
//! slice header:    first_mb_in_slice ue(v) || slice_type ue(v) || pic_parameter_set_id ue(v) || …
//! ```

use super::EnvelopeError;
use super::annex_b::{Role, Syntax};
use super::bit_reader::BitReader;
use crate::metadata::FrameKind;

pub(super) const SYNTAX: Syntax = Syntax { role, read_slice };

/// `nal_unit_type`s as in Table 7-1. Data partitions, which WebRTC's profiles lack, are no slices
/// here.
fn role(nal: &[u8]) -> Role {
    match nal.first().map(|header| header & 0x1f) {
        Some(1) => Role::Slice(FrameKind::Delta), // of a non-IDR picture
        Some(5) => Role::Slice(FrameKind::Key),   // of an IDR picture
        Some(6 | 9) => Role::Inserted,            // SEI, access unit delimiter
        Some(7 | 8) => Role::ParameterSet,        // sequence, picture
        _ => Role::Other,
    }
}

fn read_slice(slice: &mut BitReader<'_>) -> Result<(), EnvelopeError> {
    slice.skip(8)?;
    slice.skip_exp_golomb()?;
    slice.skip_exp_golomb()?;
    slice.skip_exp_golomb()
}
