//! Bytes that make no sense, and frames that did before something happened to them, for all that
//! takes bytes: nothing panics, nothing opens.
//!
//! Each input is made of its number alone. `FRAMESEAL_RANDOM_INPUTS` says how many there are;
//! `cargo xtask fuzz --random <N>` runs that many with optimizations.
#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a test may panic")]

mod oracle;
mod recording;

use fastrand::Rng;
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{CipherSuite, FrameKind, Profile};
use oracle::entry_points::EntryPoints;
use oracle::envelope::CODECS;
use oracle::link::Link;
use oracle::tampering::{EDIT_LEN, tamper};
use recording::RECORDINGS;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn nothing_panics_and_nothing_opens() {
    let inputs = std::env::var("FRAMESEAL_RANDOM_INPUTS");
    let inputs = inputs.map_or(100_000, |inputs| inputs.parse().unwrap());
    let frames = Frames::new();
    let mut entry_points = EntryPoints::new();
    let mut data = Vec::new();
    let mut longest = 0;
    for number in 0..inputs {
        let (codec, kind) = frames.input(number, &mut data);
        let _at = Number(number);
        entry_points.take(codec, kind, &data);
        longest = longest.max(data.len());
    }
    assert!((60_000..=MAX_LEN).contains(&longest), "{longest}");
}

/// The recorded frames as their encoders made them, and sealed under another key than the entry
/// points have under the same key ID.
struct Frames(Vec<(Codec, FrameKind, Vec<u8>)>);

impl Frames {
    fn new() -> Self {
        let mut frames = Vec::new();
        let mut link = Link::of_strangers(Profile::Frameseal1, CipherSuite::default());
        for recording in RECORDINGS {
            for frame in recording.frames() {
                let sealed = link.seal(recording.codec, frame.encoded).unwrap();
                frames.push((recording.codec, frame.kind, frame.encoded.to_vec()));
                frames.push((recording.codec, frame.kind, sealed));
            }
        }
        Self(frames)
    }

    /// Replaces `data` by input `number`; returns what it is said to be.
    fn input(&self, number: u64, data: &mut Vec<u8>) -> (Codec, FrameKind) {
        let rng = &mut Rng::with_seed(number);
        data.clear();
        if rng.u8(..3) == 0 {
            let (codec, kind, frame) = rng.choice(&self.0).unwrap();
            data.extend_from_slice(frame);
            let mut edits = [0; 4 * EDIT_LEN];
            rng.fill(&mut edits);
            let count = rng.usize(1..=4);
            tamper(data, edits.get(..count * EDIT_LEN).unwrap());
            return (*codec, *kind);
        }
        if rng.bool() {
            data.extend_from_slice(rng.choice(STARTS).unwrap());
        }
        let start = data.len();
        data.resize(length(rng).max(start), 0);
        rng.fill(data.get_mut(start..).unwrap());
        let kinds = [FrameKind::Audio, FrameKind::Delta, FrameKind::Key, FrameKind::Data];
        (rng.choice(CODECS).unwrap(), rng.choice(kinds).unwrap())
    }
}

/// A length up to [`MAX_LEN`]: one in 16 is any, the others are as often short as long.
fn length(rng: &mut Rng) -> usize {
    match rng.u8(..16) {
        0 => rng.usize(..=MAX_LEN),
        _ => rng.usize(..=MAX_LEN) >> rng.u8(..=16),
    }
}

/// Names the input in a test's output, if it is the one that something panics at.
struct Number(u64);

impl Drop for Number {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("input {}", self.0);
        }
    }
}

/// 64 KiB.
const MAX_LEN: usize = 1 << 16;

/// What frames begin with, so that noise is not refused at its first byte.
const STARTS: [&[u8]; 11] = [
    &[0x11, 0, 0, 0, 0],                         // VP8 envelope, delta
    &[0x10, 0, 0, 0x9d, 1, 0x2a],                // VP8 envelope, key
    &[0x86],                                     // VP9 envelope, delta
    &[0x82, 0x49, 0x83, 0x42],                   // VP9 envelope, key
    &[0, 0, 0, 1, 0x65, 0xb8],                   // H.264 slice
    &[0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x41, 0x9a], // H.264 parameter set and slice
    &[0, 0, 1, 0x26, 1, 0xaf],                   // H.265 slice
    &[0x12, 0, 0x30],                            // AV1 temporal delimiter, frame
    &[0x0a, 1, 0, 0x34, 0x48],                   // AV1 sequence header, frame of a layer
    &[0x99, 0x10, 2, 1, 0],                      // SFrame header, known key
    &[0x88, 0x10],                               // SFrame header that has a part missing
];
