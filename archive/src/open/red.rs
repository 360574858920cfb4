//! Redundant audio (RFC 2198): the frame itself, behind copies of earlier ones.
//!
//! ```text
//! { F(1) = 1, block PT(7), timestamp offset(14), length(10) }* || F(1) = 0, block PT(7)
//!    || the copies || the frame
//! ```

/// Returns the frame; `None` if the lengths do not fit.
pub(super) fn primary(data: &[u8]) -> Option<&[u8]> {
    let mut rest = data;
    let mut copies = 0_usize;
    loop {
        let (&first, after) = rest.split_first()?;
        rest = after;
        if first & MORE == 0 {
            return rest.get(copies..);
        }
        let ([_, high, low], after) = rest.split_first_chunk::<3>()?;
        rest = after;
        copies = copies.checked_add(usize::from(u16::from_be_bytes([high & 3, *low])))?;
    }
}

const MORE: u8 = 1 << 7;

#[cfg(test)]
mod tests {
    use super::primary;

    #[test]
    fn the_frame_is_behind_its_copies() {
        assert_eq!(primary(&[111, 7, 8]), Some(&[7, 8][..]));
        assert_eq!(primary(&[0xef, 0, 0, 2, 0xef, 0, 0, 1, 111, 1, 2, 3, 7, 8]), Some(&[7, 8][..]));
        for cut in [&[][..], &[0xef], &[0xef, 0, 0, 2], &[0xef, 0, 0, 2, 111, 1]] {
            assert_eq!(primary(cut), None, "{cut:?}");
        }
    }
}
