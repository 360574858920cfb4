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
        encoded: &hex!("50ae00 9d012a 8002e001 003907 c8c8"),
        front: &hex!("100000 9d012a 8002e001 0000"),
    },
    Frame {
        name: "key frame, scaled, of another profile, nothing but its header",
        kind: Key,
        encoded: &hex!("36ae00 9d012a 80421041"),
        front: &hex!("100000 9d012a 80421041 0000"),
    },
    Frame {
        name: "interframe",
        kind: Delta,
        encoded: &hex!("b1a40093a50c1e"),
        front: &hex!("1100000000"),
    },
    Frame {
        name: "hidden, one byte",
        kind: Delta,
        encoded: &hex!("01"),
        front: &hex!("1100000000"),
    },
];

const UNSEALABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::Truncated),
    ("one byte short", &hex!("50ae009d012a8002e0"), EnvelopeError::Truncated),
    ("another start code", &hex!("50ae009d012b8002e00100"), EnvelopeError::Malformed),
];

const UNLOCATABLE: &[Rejected] = &[
    ("empty", &[], EnvelopeError::Truncated),
    ("key, one byte short", &hex!("1000009d012a8002e001 00"), EnvelopeError::Truncated),
    ("key, no partition", &hex!("1000009d012a8002e001 0001"), EnvelopeError::Foreign),
    ("key that nobody sealed", &hex!("50ae009d012a8002e001 0000"), EnvelopeError::Foreign),
    ("delta, one byte short", &hex!("11000000"), EnvelopeError::Truncated),
    ("delta, no partition", &hex!("1100000001"), EnvelopeError::Foreign),
    ("delta that nobody sealed", &hex!("b1a40093a50c1e"), EnvelopeError::Foreign),
];

#[test]
fn frames_get_their_envelope() {
    crate::check_frames(Codec::Vp8, FRAMES);
}

#[test]
fn other_frames_get_none() {
    crate::check_unsealable(Codec::Vp8, UNSEALABLE);
}

#[test]
fn bodies_are_located_in_envelopes_only() {
    crate::check_unlocatable(Codec::Vp8, UNLOCATABLE);
    let place = Codec::Vp8.locate(&hex!("1000009d012a8002e001 0000"), &mut Vec::new());
    assert_eq!(place, Ok(Place::Sealed(12..12)));
}
