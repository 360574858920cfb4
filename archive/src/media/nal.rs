//! NAL units of H.264 and H.265, in a byte stream (Annex B of either) and with lengths.

/// Splits an access unit at its start codes; zeros behind a NAL unit are no part of it.
pub(crate) fn units(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(bytes);
    core::iter::from_fn(move || {
        loop {
            let bytes = rest.take()?;
            let end = start_code(bytes);
            rest = end.and_then(|at| after_start_code(bytes.get(at..)?));
            let unit = trim_zeros(bytes.get(..end.unwrap_or(bytes.len()))?);
            if !unit.is_empty() {
                return Some(unit);
            }
        }
    })
}

/// Returns a NAL unit without its emulation prevention (section 7.4.1 of either).
pub(crate) fn unescape(unit: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::with_capacity(unit.len());
    let mut zeros = 0_u8;
    for byte in unit {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros.saturating_add(1) } else { 0 };
        unescaped.push(*byte);
    }
    unescaped
}

/// Puts start codes in place of the lengths of an MP4 sample; `None` if they are none.
pub(crate) fn from_lengths(sample: &[u8], length_size: usize) -> Option<Vec<u8>> {
    let mut stream = Vec::with_capacity(sample.len());
    let mut rest = sample;
    while !rest.is_empty() {
        let (length, after) = rest.split_at_checked(length_size)?;
        let length = length.iter().fold(0_usize, |all, byte| all << 8 | usize::from(*byte));
        let (unit, after) = after.split_at_checked(length)?;
        rest = after;
        push(unit, &mut stream);
    }
    Some(stream)
}

/// Appends a NAL unit with a start code.
pub(crate) fn push(unit: &[u8], stream: &mut Vec<u8>) {
    stream.extend_from_slice(&START_CODE);
    stream.extend_from_slice(unit);
}

fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(start_code(bytes)?.checked_add(3)?..)
}

fn start_code(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|bytes| bytes == [0, 0, 1])
}

fn trim_zeros(unit: &[u8]) -> &[u8] {
    let len = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    unit.get(..len).unwrap_or_default()
}

pub(crate) const START_CODE: [u8; 4] = [0, 0, 0, 1];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{from_lengths, push, unescape, units};

    #[test]
    fn units_end_where_the_next_start_code_begins() {
        let stream = [9, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 0, 0, 1, 0, 0, 1, 0x65, 7, 0];
        let units: Vec<_> = units(&stream).collect();
        assert_eq!(units, [&[0x67, 1][..], &[0x68], &[0x65, 7]]);
    }

    #[test]
    fn emulation_prevention_is_taken_out() {
        assert_eq!(unescape(&[0, 0, 3, 1, 0, 0, 3, 0, 0, 3]), [0, 0, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn lengths_that_are_none_are_refused() {
        assert_eq!(from_lengths(&[0, 0, 0, 2, 7], 4), None);
        assert_eq!(from_lengths(&[0, 0, 0], 4), None);
        assert_eq!(from_lengths(&[2, 7, 8, 1, 9], 1).unwrap(), [0, 0, 0, 1, 7, 8, 0, 0, 0, 1, 9]);
    }

    proptest! {
        #[test]
        fn what_is_pushed_is_split_again(
            given in proptest::collection::vec(proptest::collection::vec(2_u8.., 1..20), 0..5),
        ) {
            let mut stream = Vec::new();
            given.iter().for_each(|unit| push(unit, &mut stream));
            prop_assert_eq!(units(&stream).collect::<Vec<_>>(), given);
        }
    }
}
