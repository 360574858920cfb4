//! RTP packets (RFC 3550 section 5.1).
//!
//! ```text
//! V(2) P(1) X(1) CC(4) || M(1) PT(7) || sequence number(16) || timestamp(32) || SSRC(32)
//!    || CC × CSRC(32) || [ profile(16) || length(16) || extension ] || payload || [ padding ]
//! ```

/// A packet, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Packet<'a> {
    pub(super) has_marker: bool,
    pub(super) payload_type: u8,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) ssrc: u32,
    /// Empty in a packet that is padding alone.
    pub(super) payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Takes a packet apart; `None` if it is none.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let ([flags, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3], mut rest) =
            bytes.split_first_chunk::<12>()?;
        if flags >> 6 != VERSION {
            return None;
        }
        rest = rest.get(usize::from(flags & 0xf).checked_mul(4)?..)?; // CSRCs
        if flags & HAS_EXTENSION != 0 {
            let ([_, _, high, low], after) = rest.split_first_chunk::<4>()?;
            let words = usize::from(u16::from_be_bytes([*high, *low]));
            rest = after.get(words.checked_mul(4)?..)?;
        }
        if flags & HAS_PADDING != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            has_marker: kind & MARKER != 0,
            payload_type: kind & !MARKER,
            sequence: u16::from_be_bytes([*s0, *s1]),
            timestamp: u32::from_be_bytes([*t0, *t1, *t2, *t3]),
            ssrc: u32::from_be_bytes([*c0, *c1, *c2, *c3]),
            payload: rest,
        })
    }
}

/// Tells whether a packet is RTCP where both share a port (RFC 5761 section 4).
pub(super) fn is_rtcp(bytes: &[u8]) -> bool {
    bytes.get(1).is_some_and(|kind| (192..=223).contains(kind))
}

const VERSION: u8 = 2;
const HAS_PADDING: u8 = 1 << 5;
const HAS_EXTENSION: u8 = 1 << 4;
const MARKER: u8 = 1 << 7;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::{Packet, is_rtcp};

    const FIXED: [u8; 12] = [0x80, 0xe0, 0x12, 0x34, 0, 0, 0x56, 0x78, 0xaa, 0xbb, 0xcc, 0xdd];

    fn packet(flags: u8, rest: &[u8]) -> Vec<u8> {
        let mut packet = [&FIXED[..], rest].concat();
        packet[0] |= flags;
        packet
    }

    #[test]
    fn the_payload_is_what_is_left() {
        let extension = [0xbe, 0xde, 0, 1, 1, 2, 3, 4, 7, 8, 9];
        for (name, flags, rest, payload) in [
            ("nothing else", 0, &[7_u8, 8, 9][..], &[7_u8, 8, 9][..]),
            ("two sources", 2, &[0, 0, 0, 1, 0, 0, 0, 2, 7], &[7]),
            ("an extension", 0x10, &extension, &[7, 8, 9]),
            ("padding", 0x20, &[7, 8, 0, 0, 3], &[7, 8]),
            ("padding alone", 0x20, &[0, 0, 3], &[]),
        ] {
            let bytes = packet(flags, rest);
            let parsed = Packet::parse(&bytes).unwrap();
            assert_eq!(parsed.payload, payload, "{name}");
            assert_eq!((parsed.has_marker, parsed.payload_type), (true, 96));
            assert_eq!((parsed.sequence, parsed.timestamp), (0x1234, 0x5678));
            assert_eq!(parsed.ssrc, 0xaabb_ccdd);
        }
    }

    #[test]
    fn what_is_no_packet_is_none() {
        for (name, bytes) in [
            ("short", FIXED[..11].to_vec()),
            ("another version", [&[0x40], &FIXED[1..]].concat()),
            ("sources cut off", packet(1, &[0, 0, 0])),
            ("an extension cut off", packet(0x10, &[0, 0, 0, 1, 0])),
            ("padding cut off", packet(0x20, &[1, 2, 4])),
            ("padding without a length", packet(0x20, &[])),
        ] {
            assert_eq!(Packet::parse(&bytes), None, "{name}");
        }
        assert!(is_rtcp(&[0x80, 200]));
        assert!(!is_rtcp(&FIXED));
    }

    proptest! {
        #[test]
        fn a_payload_is_part_of_its_packet(bytes in any::<Vec<u8>>()) {
            if let Some(packet) = Packet::parse(&bytes) {
                prop_assert!(packet.payload.len() <= bytes.len() - 12);
            }
        }
    }
}
