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
    assert_eq!(tamper_with(Codec::Vp9), [(Delta, 3), (Key, 3)]);
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
        for frame in &frames {
            let mut link = Link::new(Profile::Frameseal1, CipherSuite::default());
            let sealed = link.seal(codec, kind, frame.encoded).unwrap();
            let rejected = cut(&mut link, codec, kind, &sealed)
                + flip(&mut link, codec, kind, &sealed)
                + mistake_kind(&mut link, codec, kind, &sealed);
            assert_eq!(rejected, (sealed.len() - 1) + 8 * sealed.len() + 3);
            assert_eq!(link.open(codec, kind, &sealed), Ok(frame.encoded), "state has changed");
        }
        if !frames.is_empty() {
            attacked.push((kind, frames.len()));
        }
    }
    attacked
}

fn smallest(recording: &Recording, kind: FrameKind) -> Option<Frame> {
    let frames = recording.frames().filter(|frame| frame.kind == kind && !frame.encoded.is_empty());
    frames.min_by_key(|frame| frame.encoded.len())
}

/// Every beginning of `sealed` but the empty one, which is a frame of no bytes.
fn cut(link: &mut Link, codec: Codec, kind: FrameKind, sealed: &[u8]) -> usize {
    let lengths = 1..sealed.len();
    lengths.filter(|len| rejects(link, codec, kind, &sealed[..*len])).count()
}

/// Every bit of `sealed`: envelope, header, ciphertext and tag.
fn flip(link: &mut Link, codec: Codec, kind: FrameKind, sealed: &[u8]) -> usize {
    let mut flipped = sealed.to_vec();
    let bits = 0..8 * sealed.len();
    bits.filter(|bit| {
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        let rejected = rejects(link, codec, kind, &flipped);
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        rejected
    })
    .count()
}

/// `sealed` as it was, said to be of every other kind.
fn mistake_kind(link: &mut Link, codec: Codec, kind: FrameKind, sealed: &[u8]) -> usize {
    let kinds = [Audio, Delta, Key, FrameKind::Data].into_iter().filter(|other| *other != kind);
    kinds.filter(|other| rejects(link, codec, *other, sealed)).count()
}

/// Tells whether the frame is refused, and for what it is: not as a frame that came before.
fn rejects(link: &mut Link, codec: Codec, kind: FrameKind, changed: &[u8]) -> bool {
    use OpenFrameError::{Authentication, NotSealed, UnknownKey};
    let result = link.open(codec, kind, changed);
    matches!(result, Err(Authentication { .. } | NotSealed | UnknownKey { .. }))
}
