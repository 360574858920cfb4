use frameseal_sframe::FrameKind::{Delta, Key};
use frameseal_sframe::envelope::{Codec, EnvelopeError, Place};
use hex_literal::hex;

use crate::{Frame, Rejected};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const FRAMES: &[Frame] = &[
    Frame {
        name: "key frame, 640x480",
        kind: Key,
        encoded: &hex!("824983422027f01df7c8c8"),
        front: &hex!("824983422027f01df0"),
    },
    Frame {
        name: "key frame, hidden: nothing but its header",
        kind: Key,
        encoded: &hex!("804983422027f01df5"),
        front: &hex!("824983422027f01df0"),
    },
    Frame {
        name: "key frame, shown as 320x240, error resilient",
        kind: Key,
        encoded: &hex!("834983422027f01df809f8077fc8"),
        front: &hex!("834983422027f01df809f80778"),
    },
    Frame {
        name: "profile 1, 4:4:4, which fills the last byte",
        kind: Key,
        encoded: &hex!("a24983422004fe03bec8"),
        front: &hex!("a24983422004fe03be"),
    },
    Frame {
        name: "profile 1, RGB",
        kind: Key,
        encoded: &hex!("a2498342e027f01df7c8"),
        front: &hex!("a2498342e027f01df0"),
    },
    Frame {
        name: "profile 2, 10 bits",
        kind: Key,
        encoded: &hex!("924983421013f80efb"),
        front: &hex!("924983421013f80ef8"),
    },
    Frame {
        name: "profile 3, 4:4:4, 12 bits, hidden",
        kind: Key,
        encoded: &hex!("b024c1a148013f80efbfc8"),
        front: &hex!("b124c1a148013f80ef80"),
    },
    Frame { name: "interframe", kind: Delta, encoded: &hex!("86 00408080"), front: &hex!("86") },
    Frame {
        name: "interframe of profile 3, hidden, one byte",
        kind: Delta,
        encoded: &hex!("b2"),
        front: &hex!("86"),
    },
    Frame { name: "intra-only", kind: Delta, encoded: &hex!("84 80498342"), front: &hex!("86") },
    Frame { name: "a frame shown again", kind: Delta, encoded: &hex!("88"), front: &hex!("86") },
];

const UNSEALABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::Truncated),
    ("no frame marker", &hex!("424983422027f01df7"), EnvelopeError::Malformed),
    ("reserved bit of profile 3", &hex!("b824c1a148"), EnvelopeError::Malformed),
    ("another sync code", &hex!("824983432027f01df7"), EnvelopeError::Malformed),
    ("RGB in profile 0", &hex!("82498342e027f01df7"), EnvelopeError::Malformed),
    ("reserved bit of profile 1", &hex!("a24983422204fe03be"), EnvelopeError::Malformed),
    ("reserved bit of RGB", &hex!("a2498342f027f01df7"), EnvelopeError::Malformed),
    ("one byte short", &hex!("824983422027f01d"), EnvelopeError::Truncated),
    ("no size to be shown in", &hex!("834983422027f01df809f807"), EnvelopeError::Truncated),
];

const UNLOCATABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::NoStopByte),
    ("nothing but the byte behind", &hex!("00"), EnvelopeError::Truncated),
    ("no byte behind", &hex!("86 0701"), EnvelopeError::NoStopByte),
    ("delta that nobody sealed", &hex!("87004080 00"), EnvelopeError::Foreign),
    ("delta of profile 2", &hex!("96004080 00"), EnvelopeError::Foreign),
    ("key, one byte short", &hex!("824983422027f01d 00"), EnvelopeError::Truncated),
    ("key, another sync code", &hex!("824983432027f01df0 00"), EnvelopeError::Malformed),
];

#[test]
fn frames_get_their_envelope() {
    crate::check_frames(Codec::Vp9, FRAMES);
}

#[test]
fn other_frames_get_none() {
    crate::check_unsealable(Codec::Vp9, UNSEALABLE);
}

#[test]
fn bodies_are_located_in_envelopes_only() {
    crate::check_unlocatable(Codec::Vp9, UNLOCATABLE);
    let place = Codec::Vp9.locate(&hex!("8600"), &mut Vec::new());
    assert_eq!(place, Ok(Place::Sealed(1..1)));
}

#[test]
fn only_the_frames_own_envelope_matches() {
    let rebuilt = hex!("824983422027f01df0");
    let rows: &[(&str, &[u8], bool)] = &[
        ("as it was", &hex!("824983422027f01df0 0708 00"), true),
        ("hidden", &hex!("804983422027f01df0 0708 00"), false),
        ("another size", &hex!("824983422027f01de0 0708 00"), false),
        ("the bits behind", &hex!("824983422027f01df1 0708 00"), false),
        ("a size to be shown in", &hex!("824983422027f01df8 07080900 00"), false),
        ("another kind", &hex!("86 0708 00"), false),
    ];
    for (name, sealed, expected) in rows {
        assert!(Codec::Vp9.locate(sealed, &mut Vec::new()).is_ok(), "{name}");
        assert_eq!(Codec::Vp9.matches(sealed, &rebuilt), *expected, "{name}");
    }
}
