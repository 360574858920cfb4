//! Envelopes through the public API: tables of bitstreams for each codec, and what a network does
//! to sealed frames.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[path = "../oracle/envelope.rs"]
mod oracle;
#[path = "../oracle/transmission.rs"]
mod transmission;

mod av1;
mod h264;
mod h265;
mod network;
mod vp8;
mod vp9;

use frameseal_sframe::FrameKind;
use frameseal_sframe::envelope::{Codec, EnvelopeError, Place};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// An encoded frame, and what is to go before its body.
struct Frame {
    name: &'static str,
    kind: FrameKind,
    encoded: &'static [u8],
    front: &'static [u8],
}

/// What is wrong, and with which bytes, and how that is said.
type Rejected = (&'static str, &'static [u8], EnvelopeError);

/// With zeros at both ends and all that has to be escaped in between.
const BODY: &[u8] = &[0, 0, 1, 0, 0, 0, 0, 0, 0x80, 0, 0, 3, 0xaa, 0, 0, 2, 0, 0, 4, 0x80, 0, 0];

/// Each frame gets its envelope, opens, and is tamper-proof.
fn check_frames(codec: Codec, frames: &[Frame]) {
    for Frame { name, kind, encoded, front } in frames {
        let mut built = vec![7];
        assert_eq!(codec.front(encoded, BODY.len(), &mut built), Ok(()), "{name}");
        assert_eq!(built, *front, "{name}");
        assert_eq!(codec.kind(encoded), Ok(*kind), "{name}");

        let sealed = oracle::seal(codec, encoded, BODY).unwrap();
        assert!(oracle::opens(codec, &sealed, encoded, BODY), "{name}");
        oracle::tampering_is_noticed(codec, encoded, BODY);
        oracle::what_is_sealed_opens(codec, encoded);
    }
}

fn check_unsealable(codec: Codec, rows: &[Rejected]) {
    for (name, encoded, error) in rows {
        assert_eq!(codec.front(encoded, 9, &mut Vec::new()), Err(*error), "{name}");
    }
}

fn check_unlocatable(codec: Codec, rows: &[Rejected]) {
    for (name, sealed, error) in rows {
        assert_eq!(codec.locate(sealed, &mut Vec::new()), Err(*error), "{name}");
    }
}

#[test]
fn audio_has_no_envelope() {
    assert_eq!(oracle::seal(Codec::Audio, &[1, 2, 3], BODY).as_deref(), Ok(BODY));
    let place = Codec::Audio.locate(BODY, &mut Vec::new());
    assert_eq!(place, Ok(Place::Sealed(0..BODY.len())));
    assert_eq!(Codec::Audio.kind(BODY), Ok(FrameKind::Audio));
    oracle::tampering_is_noticed(Codec::Audio, &[1, 2, 3], BODY);
}

#[test]
fn a_place_in_a_buffer_that_shrank_is_empty() {
    let place = Place::Scratch(1..4);
    assert_eq!(place.body(&mut [1, 2, 3, 4], &mut [5, 6, 7, 8]), [6, 7, 8]);
    assert_eq!(place.body(&mut [1, 2, 3, 4], &mut [5, 6]), b"");
}
