use frameseal_sframe::FrameKind::{Delta, Key};
use frameseal_sframe::envelope::{Codec, EnvelopeError};
use hex_literal::hex;

use crate::{Frame, Rejected, oracle};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Slice headers in bits, `first_mb_in_slice slice_type pic_parameter_set_id`: b8 is `1 011 1`,
/// 88 84 is `1 0001000 1`, 9a is `1 00110 1`, e0 is `1 1 1`.
const FRAMES: &[Frame] = &[
    Frame {
        name: "OpenH264: SPS, PPS, IDR",
        kind: Key,
        encoded: &hex!(
            "00000001 6742c01f8c8d40501ed00f08846a 00000001 68ce3c80 00000001 65b80004000013ffff82"
        ),
        front: &hex!(
            "00000001 6742c01f8c8d40501ed00f08846a 00000001 68ce3c80 00000001 65b8 ffffffffffff"
        ),
    },
    Frame {
        name: "x264: AUD, SPS, PPS, SEI, then four slices behind shorter start codes",
        kind: Key,
        encoded: &hex!(
            "00000001 0910 00000001 67640016acd9 00000001 68ebe3cb22c0 000001 0605ffffaadc45e980
             000001 658884000aff 000001 6505088840ff 000001 6502888884ff 000001 6503c88884ff"
        ),
        front: &hex!("00000001 67640016acd9 00000001 68ebe3cb22c0 00000001 658884 ffffffffffff"),
    },
    Frame {
        name: "two of each parameter set, a subset SPS, a prefix NAL unit, zeros after each",
        kind: Key,
        encoded: &hex!(
            "000001 6742c01f 00000000 00000001 6742c020 0000 000001 6f53c01f 000001 68ce3c80 00
             000001 68cf3c80 000001 6e8000 000001 65b8000400 0000"
        ),
        front: &hex!(
            "00000001 6742c01f 00000001 6742c020 00000001 68ce3c80 00000001 68cf3c80 00000001 65b8 ffffffffffff"
        ),
    },
    Frame {
        name: "P slice",
        kind: Delta,
        encoded: &hex!("00000001 419a201ce5"),
        front: &hex!("00000001 419a"),
    },
    Frame {
        name: "P slice of no reference, that ends with what receivers read",
        kind: Delta,
        encoded: &hex!("000001 01e0"),
        front: &hex!("00000001 01e0"),
    },
    Frame {
        name: "bytes before the first start code, and after the slice header",
        kind: Delta,
        encoded: &hex!("ff6500000201 000001 419a 000000 000001 6742c01f"),
        front: &hex!("00000001 419a"),
    },
    Frame {
        name: "PPS 255, whose number ends with zeros",
        kind: Delta,
        encoded: &hex!("00000001 41c02000ff"),
        front: &hex!("00000001 41c02000"),
    },
    Frame {
        name: "first macroblock 2^22 - 1, escaped; PPS before the SPS",
        kind: Delta,
        encoded: &hex!("00000001 68ce 00000001 67420003 00000001 4100000302000006ff"),
        front: &hex!("00000001 68ce 00000001 67420003 00000001 4100000302000006"),
    },
];

const UNSEALABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoPicture),
    ("no start code", &hex!("65b8000400"), EnvelopeError::NoPicture),
    ("nothing behind the start code", &hex!("00000001"), EnvelopeError::NoPicture),
    ("parameter sets only", &hex!("000000016742c01f0000000168ce"), EnvelopeError::NoPicture),
    ("data partition", &hex!("00000001429a20"), EnvelopeError::NoPicture),
    ("no slice header", &hex!("0000000165"), EnvelopeError::Truncated),
    ("slice header ends early", &hex!("000000016588"), EnvelopeError::Truncated),
    ("slice ends early, another follows", &hex!("00000165880000016588"), EnvelopeError::Truncated),
    ("number of 65 bits", &hex!("0000000165000003000003008000"), EnvelopeError::Malformed),
];

const UNLOCATABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoPicture),
    ("no start code", &hex!("41e00780"), EnvelopeError::NoPicture),
    ("no slice", &hex!("000000016742c080"), EnvelopeError::NoPicture),
    ("bytes before the first start code", &hex!("010000000141e00780"), EnvelopeError::Foreign),
    ("prefix NAL unit", &hex!("000000016e8000000141e00780"), EnvelopeError::Foreign),
    ("empty NAL unit", &hex!("0000000100000141e00780"), EnvelopeError::Foreign),
    ("data partition", &hex!("0000000142e00780"), EnvelopeError::Foreign),
    ("no stop byte", &hex!("0000000141e007"), EnvelopeError::NoStopByte),
    ("zeros only", &hex!("0000000141e00700"), EnvelopeError::NoStopByte),
    ("slice header ends early", &hex!("000000014180"), EnvelopeError::Truncated),
    ("key, no slice header", &hex!("0000000165b80780"), EnvelopeError::Foreign),
    ("another slice", &hex!("0000000141e00700000141e00780"), EnvelopeError::NotEscaped),
    ("SEI after the slice", &hex!("0000000141e007800000010680"), EnvelopeError::NotEscaped),
    ("escaped without need", &hex!("0000000141e007000003 0780"), EnvelopeError::NotEscaped),
    ("not escaped", &hex!("0000000141e007000002 80"), EnvelopeError::NotEscaped),
];

#[test]
fn frames_get_their_envelope() {
    crate::check_frames(Codec::H264, FRAMES);
}

#[test]
fn other_frames_get_none() {
    crate::check_unsealable(Codec::H264, UNSEALABLE);
}

#[test]
fn bodies_are_located_in_envelopes_only() {
    crate::check_unlocatable(Codec::H264, UNLOCATABLE);
}

#[test]
fn bodies_are_escaped_on_from_the_slice_header() {
    let encoded = hex!("00000001 41c02000ff");
    let sealed = oracle::seal(Codec::H264, &encoded, &[0, 1, 0, 0, 2, 0, 0]);
    let expected = hex!("00000001 41c02000 000301 00000302 0000 80");
    assert_eq!(sealed.as_deref(), Ok(&expected[..]));
}

#[test]
fn only_the_frames_own_envelope_matches() {
    let rebuilt = hex!("00000001 6742 00000001 68ce 00000001 65b8 ffffffffffff");
    let rows: &[(&str, &[u8], bool)] = &[
        ("as it was", &hex!("00000001 6742 00000001 68ce 00000001 65b8ffffffffffff0780"), true),
        (
            "zeros behind",
            &hex!("00000001 6742 00000001 68ce 00000001 65b8ffffffffffff0780 0000"),
            true,
        ),
        ("start codes", &hex!("000001 6742 0000000001 68ce 000001 65b8ffffffffffff0780"), true),
        (
            "AUD, SEI and parameter sets inserted",
            &hex!(
                "000001 0910 000001 6743 000001 6742 000001 68cf 000001 68ce 000001 0680
                   000001 6742 000001 65b8ffffffffffff0780"
            ),
            true,
        ),
        ("an SPS is missing", &hex!("000001 68ce 000001 65b8ffffffffffff0780"), false),
        ("the PPS is missing", &hex!("000001 6742 000001 65b8ffffffffffff0780"), false),
        ("another order", &hex!("000001 68ce 000001 6742 000001 65b8ffffffffffff0780"), false),
        ("an SPS is longer", &hex!("000001 674201 000001 68ce 000001 65b8ffffffffffff0780"), false),
        ("an SPS is shorter", &hex!("000001 67 000001 68ce 000001 65b8ffffffffffff0780"), false),
        (
            "another slice type",
            &hex!("000001 6742 000001 68ce 000001 658884ffffffffffff0780"),
            false,
        ),
        ("another NAL unit type", &hex!("000001 6742 000001 68ce 000001 61b80780"), false),
        ("another importance", &hex!("000001 6742 000001 68ce 000001 45b8ffffffffffff0780"), false),
    ];
    for (name, sealed, expected) in rows {
        assert!(Codec::H264.locate(sealed, &mut Vec::new()).is_ok(), "{name}");
        assert_eq!(Codec::H264.matches(sealed, &rebuilt), *expected, "{name}");
    }
}
