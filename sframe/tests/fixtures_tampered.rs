//! Sealed frames of real encoders, with one bit flipped or cut short: none opens, and the receiver
//! is none the wiser.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod oracle;
mod recording;

use frameseal_sframe::FrameKind::{self, Audio, Delta, Key};
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{CipherSuite, OpenFrameError, Profile};
use oracle::link::Link;
use recording::{Frame, RECORDINGS, Recording};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn audio() {
    assert_eq!(tamper_with(Codec::Audio), [(Audio, 3)]);
}

#[test]
fn av1() {
    assert_eq!(tamper_with(Codec::Av1), [(Delta, 8), (Key, 8)]);
}

#[test]
fn h264() {
    assert_eq!(tamper_with(Codec::H264), [(Delta, 3), (Key, 3)]);
}

#[test]
fn h265() {
    assert_eq!(tamper_with(Codec::H265), [(Delta, 2), (Key, 2)]);
}

#[test]
fn vp8() {
    assert_eq!(tamper_with(Codec::Vp8), [(Delta, 3), (Key, 3)]);
}

#[test]
fn vp9() {
    assert_eq!(tamper_with(Codec::Vp9), [(Delta, 8), (Key, 8)]);
}

/// Changes the smallest sealed frame of each kind of every recording of `codec`, in all ways.
///
/// Returns how many frames of which kind there were.
fn tamper_with(codec: Codec) -> Vec<(FrameKind, usize)> {
    let recordings = || RECORDINGS.iter().filter(|recording| recording.codec == codec);
    let mut attacked = Vec::new();
    for kind in [Audio, Delta, Key] {
        let frames: Vec<_> =
            recordings().filter_map(|recording| smallest(recording, kind)).collect();
        let others = [Delta, Key].into_iter().filter(|other| *other != kind && kind != Audio);
        let others = others.filter_map(|other| recordings().find_map(|it| smallest(it, other)));
        let others: Vec<_> = others.collect();
        for frame in &frames {
            let mut link = Link::new(Profile::Frameseal1, CipherSuite::default());
            let sealed = link.seal(codec, frame.encoded).unwrap();
            let rejected = cut(&mut link, codec, &sealed)
                + flip(&mut link, codec, &sealed)
                + change_envelope(&mut link, codec, &others, &sealed);
            assert_eq!(rejected, (sealed.len() - 1) + 8 * sealed.len() + others.len());
            assert_eq!(link.open(codec, &sealed), Ok(frame.encoded), "state has changed");
        }
        if !frames.is_empty() {
            attacked.push((kind, frames.len()));
        }
    }
    attacked
}

fn smallest(recording: &Recording, kind: FrameKind) -> Option<Frame> {
    let is_of_kind = |frame: &Frame| recording.codec.kind(frame.encoded) == Ok(kind);
    let frames = recording.frames().filter(|frame| is_of_kind(frame) && !frame.encoded.is_empty());
    frames.min_by_key(|frame| frame.encoded.len())
}

/// Every beginning of `sealed` but the empty one, which is a frame of no bytes.
fn cut(link: &mut Link, codec: Codec, sealed: &[u8]) -> usize {
    let lengths = 1..sealed.len();
    lengths.filter(|len| rejects(link, codec, &sealed[..*len])).count()
}

/// Every bit of `sealed`: envelope, header, ciphertext and tag.
fn flip(link: &mut Link, codec: Codec, sealed: &[u8]) -> usize {
    let mut flipped = sealed.to_vec();
    let bits = 0..8 * sealed.len();
    bits.filter(|bit| {
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        let rejected = rejects(link, codec, &flipped);
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        rejected
    })
    .count()
}

/// The body of `sealed` in the envelopes of frames of other kinds.
fn change_envelope(link: &mut Link, codec: Codec, others: &[Frame], sealed: &[u8]) -> usize {
    let (mut buffer, mut scratch) = (sealed.to_vec(), Vec::new());
    let place = codec.locate(sealed, &mut scratch).unwrap();
    let body = place.body(&mut buffer, &mut scratch);
    let is_rejected = |other: &&Frame| {
        let (mut front, mut changed) = (Vec::new(), Vec::new());
        codec.front(other.encoded, body.len(), &mut front).unwrap();
        codec.close(&front, body, &mut changed);
        assert_ne!(codec.kind(&changed), codec.kind(sealed));
        rejects(link, codec, &changed)
    };
    others.iter().filter(is_rejected).count()
}

/// Tells whether the frame is refused, and for what it is: not as a frame that came before.
fn rejects(link: &mut Link, codec: Codec, changed: &[u8]) -> bool {
    use OpenFrameError::{Authentication, NotSealed, UnknownKey};
    let result = link.open(codec, changed);
    matches!(result, Err(Authentication { .. } | NotSealed | UnknownKey { .. }))
}
