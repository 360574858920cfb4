use frameseal_sframe::FrameKind::{Delta, Key};
use frameseal_sframe::envelope::{Codec, EnvelopeError};
use hex_literal::hex;

use crate::{Frame, Rejected};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Slice headers in bits: af is `1 0 1` on random access, d0 is `1 1` elsewhere.
const FRAMES: &[Frame] = &[
    Frame {
        name: "x265: AUD, VPS, SPS, PPS, SEI, then two slices of an IDR picture",
        kind: Key,
        encoded: &hex!(
            "00000001 460110 00000001 40010c01ffff01600000030090000003005d 00000001
             420101016000000300900000030078 000001 4401c172b46240 000001 4e0105ff80
             000001 2601af09802fc6 000001 26012c0980"
        ),
        front: &hex!(
            "00000001 40010c01ffff01600000030090000003005d 00000001 420101016000000300900000030078
             00000001 4401c172b46240 00000001 2601af ffffffffffff"
        ),
    },
    Frame {
        name: "CRA picture that outputs no prior ones and names PPS 63",
        kind: Key,
        encoded: &hex!("00000001 2a01c08009"),
        front: &hex!("00000001 2a01c080 ffffffffffff"),
    },
    Frame {
        name: "TRAIL_R",
        kind: Delta,
        encoded: &hex!("00000001 0201d009 7e"),
        front: &hex!("00000001 0201d0"),
    },
    Frame {
        name: "TRAIL_N of the second temporal layer, later slice first, that ends with its header",
        kind: Delta,
        encoded: &hex!("000001 000240"),
        front: &hex!("00000001 000240"),
    },
    Frame {
        name: "PPS 63, whose number ends with zeros; zeros and SEI after the slice",
        kind: Delta,
        encoded: &hex!("00000001 0201810000 00 000001 5001"),
        front: &hex!("00000001 02018100"),
    },
    Frame {
        name: "two start codes in a row",
        kind: Delta,
        encoded: &hex!("000001 00000001 0401d009"),
        front: &hex!("00000001 0401d0"),
    },
];

const UNSEALABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoPicture),
    ("no start code", &hex!("2601af09"), EnvelopeError::NoPicture),
    ("parameter sets only", &hex!("0000000140010c0000000142010101"), EnvelopeError::NoPicture),
    ("half a NAL unit header", &hex!("0000000126"), EnvelopeError::NoPicture),
    ("reserved picture type", &hex!("000000012c01af09"), EnvelopeError::NoPicture),
    ("no slice header", &hex!("000000012601"), EnvelopeError::Truncated),
    ("slice header ends early", &hex!("00000001260180"), EnvelopeError::Truncated),
    ("number of 65 bits", &hex!("00000001020180000003000004ff"), EnvelopeError::Malformed),
];

const UNLOCATABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoPicture),
    ("bytes before the first start code", &hex!("02000000010201d00780"), EnvelopeError::Foreign),
    ("suffix SEI", &hex!("0000000150010000010201d00780"), EnvelopeError::Foreign),
    ("half a NAL unit header", &hex!("0000000102"), EnvelopeError::Foreign),
    ("reserved picture type", &hex!("000000012c01af0780"), EnvelopeError::Foreign),
    ("no stop byte", &hex!("000000010201d007"), EnvelopeError::NoStopByte),
    ("nothing but the stop byte", &hex!("00000001020180"), EnvelopeError::Truncated),
    ("another slice", &hex!("000000010201d0070000010201d00780"), EnvelopeError::NotEscaped),
];

#[test]
fn frames_get_their_envelope() {
    crate::check_frames(Codec::H265, FRAMES);
}

#[test]
fn other_frames_get_none() {
    crate::check_unsealable(Codec::H265, UNSEALABLE);
}

#[test]
fn bodies_are_located_in_envelopes_only() {
    crate::check_unlocatable(Codec::H265, UNLOCATABLE);
}

#[test]
fn only_the_frames_own_envelope_matches() {
    let rebuilt =
        hex!("00000001 40010c 00000001 420101 00000001 4401c1 00000001 2601af ffffffffffff");
    let sets = |sets: &[u8]| [sets, &hex!("000001 2601af ffffffffffff 0780")].concat();
    let rows: &[(&str, Vec<u8>, bool)] = &[
        ("start codes", sets(&hex!("000001 40010c 0000000001 420101 000001 4401c1")), true),
        (
            "AUD, SEI and parameter sets inserted",
            sets(&hex!(
                "000001 460110 000001 40010c 000001 4e0105 000001 420102 000001 420101
                        000001 4401c1 000001 4401c2"
            )),
            true,
        ),
        ("the VPS is missing", sets(&hex!("000001 420101 000001 4401c1")), false),
        ("another layer", sets(&hex!("000001 40090c 000001 420101 000001 4401c1")), false),
    ];
    for (name, sealed, expected) in rows {
        assert!(Codec::H265.locate(sealed, &mut Vec::new()).is_ok(), "{name}");
        assert_eq!(Codec::H265.matches(sealed, &rebuilt), *expected, "{name}");
    }
}
