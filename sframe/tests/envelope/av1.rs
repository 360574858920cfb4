use frameseal_sframe::FrameKind::{Delta, Key};
use frameseal_sframe::envelope::{Codec, EnvelopeError, Place};
use hex_literal::hex;

use crate::{Frame, Rejected};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// `BODY` is 0x16 bytes long.
const FRAMES: &[Frame] = &[
    Frame {
        name: "libaom: temporal delimiter, sequence header, frame",
        kind: Key,
        encoded: &hex!("1200 0a0b000000242cd6ddf5f00808 32051000ef80ff"),
        front: &hex!("0a0b000000242cd6ddf5f00808 3217 10"),
    },
    Frame {
        name: "SVC: layer in the extensions, frame without size",
        kind: Key,
        encoded: &hex!("1200 0e00020001 3408 1000ef80"),
        front: &hex!("0e00020001 360817 10"),
    },
    Frame {
        name: "metadata, frame header and tile groups; long size; reserved bits",
        kind: Key,
        encoded: &hex!("1200 0b810002 2a0301ff80 1e4b021000 26480210aa 2648 0210bb"),
        front: &hex!("0b0102 364b17 10"),
    },
    Frame {
        name: "two sequence headers, then two frames",
        kind: Key,
        encoded: &hex!("0a020001 0a0104 320110 320130 7a0100"),
        front: &hex!("0a020001 0a0104 3217 10"),
    },
    Frame {
        name: "key frame without sequence header",
        kind: Key,
        encoded: &hex!("32021000"),
        front: &hex!("3217 10"),
    },
    Frame {
        name: "delta frame, its sequence header left out",
        kind: Delta,
        encoded: &hex!("1200 0a020001 32023000"),
        front: &hex!("3217 30"),
    },
    Frame {
        name: "a frame shown again",
        kind: Delta,
        encoded: &hex!("1a01a0"),
        front: &hex!("3217 30"),
    },
    Frame {
        name: "reserved bit of the frame",
        kind: Delta,
        encoded: &hex!("313000"),
        front: &hex!("3317 30"),
    },
    Frame {
        name: "a hidden key frame",
        kind: Key,
        encoded: &hex!("32020000"),
        front: &hex!("3217 10"),
    },
    Frame { name: "intra-only", kind: Delta, encoded: &hex!("32025000"), front: &hex!("3217 30") },
    Frame {
        name: "switch frame",
        kind: Delta,
        encoded: &hex!("32027000"),
        front: &hex!("3217 30"),
    },
];

const UNSEALABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoPicture),
    ("temporal delimiter only", &hex!("1200"), EnvelopeError::NoPicture),
    ("still picture", &hex!("0a011832021000"), EnvelopeError::StillPicture),
    ("empty sequence header", &hex!("0a0032021000"), EnvelopeError::Truncated),
    ("empty frame", &hex!("3200"), EnvelopeError::Truncated),
    ("tile group only", &hex!("22021000"), EnvelopeError::NoPicture),
    ("sequence header without size", &hex!("12000800010232021000"), EnvelopeError::NoPicture),
    ("longer than the frame", &hex!("1200 32031000"), EnvelopeError::Truncated),
    ("no size", &hex!("120032"), EnvelopeError::Truncated),
    ("no extension", &hex!("120036"), EnvelopeError::Truncated),
    ("forbidden bit", &hex!("1200 b2021000"), EnvelopeError::Malformed),
    ("size of nine bytes", &hex!("32 808080808080808000"), EnvelopeError::Malformed),
    ("size of 36 bits", &hex!("32 808080808001"), EnvelopeError::Malformed),
];

const UNLOCATABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoPicture),
    ("sequence header only", &hex!("0a020001"), EnvelopeError::NoPicture),
    ("two frames", &hex!("32020700 32020700"), EnvelopeError::Foreign),
    ("temporal delimiter after the frame", &hex!("32020700 1200"), EnvelopeError::Foreign),
    ("temporal delimiter with a payload", &hex!("120107 32020700"), EnvelopeError::Foreign),
    ("metadata", &hex!("2a0101 32020700"), EnvelopeError::Foreign),
    ("frame header", &hex!("1a020700"), EnvelopeError::Foreign),
    ("tile group", &hex!("22020700"), EnvelopeError::NoPicture),
    ("a frame that nobody sealed", &hex!("32023200"), EnvelopeError::Foreign),
    ("padding", &hex!("32020700 7a0100"), EnvelopeError::Foreign),
    ("frame beyond the end", &hex!("32030700"), EnvelopeError::Truncated),
    ("forbidden bit", &hex!("b2020700"), EnvelopeError::Malformed),
];

#[test]
fn frames_get_their_envelope() {
    crate::check_frames(Codec::Av1, FRAMES);
}

#[test]
fn other_frames_get_none() {
    crate::check_unsealable(Codec::Av1, UNSEALABLE);
}

#[test]
fn bodies_are_located_in_envelopes_only() {
    crate::check_unlocatable(Codec::Av1, UNLOCATABLE);
    let place = Codec::Av1.locate(&hex!("320110"), &mut Vec::new());
    assert_eq!(place, Ok(Place::Sealed(3..3)));
}

#[test]
fn long_bodies_have_long_sizes() {
    let mut front = Vec::new();
    assert_eq!(Codec::Av1.front(&hex!("3030"), 150_000, &mut front), Ok(()));
    assert_eq!(front, hex!("32 f19309 30"));
}

#[test]
fn only_the_frames_own_envelope_matches() {
    let rebuilt = hex!("0a020001 364804 10");
    let rows: &[(&str, &[u8], bool)] = &[
        ("as it was", &hex!("0a020001 364804 10070809"), true),
        ("temporal delimiters", &hex!("1200 160800 0a020001 1200 364804 10070809"), true),
        ("sizes in more bytes", &hex!("0a82808000 0001 36488400 10070809"), true),
        ("no size on the last OBU", &hex!("0a020001 3448 10070809"), true),
        ("no sequence header", &hex!("364804 10070809"), false),
        ("another sequence header", &hex!("0a020002 364804 10070809"), false),
        ("a longer sequence header", &hex!("0a03000100 364804 10070809"), false),
        ("two sequence headers", &hex!("0a020001 0a020001 364804 10070809"), false),
        ("another layer", &hex!("0a020001 365004 10070809"), false),
        ("no layer", &hex!("0a020001 3204 10070809"), false),
        ("a sequence header's layer", &hex!("0e48020001 364804 10070809"), false),
        ("reserved bits", &hex!("0b020001 364804 10070809"), false),
        ("reserved bit of the frame", &hex!("0a020001 374804 10070809"), false),
        ("another kind", &hex!("0a020001 364804 30070809"), false),
        ("another length", &hex!("0a020001 364803 100708"), false),
    ];
    for (name, sealed, expected) in rows {
        assert!(Codec::Av1.locate(sealed, &mut Vec::new()).is_ok(), "{name}");
        assert_eq!(Codec::Av1.matches(sealed, &rebuilt), *expected, "{name}");
    }
}
