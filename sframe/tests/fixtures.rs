//! Frames of real encoders: what leaves the receiver is bit for bit what entered the sender.
#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a test may panic")]

mod oracle;
mod recording;

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{CipherSuite, FrameBuffer, FrameKind, OpenFrameError, Profile, TooLarge};
use oracle::envelope::CODECS;
use oracle::link::Link;
use oracle::transmission::transmit;
use oracle::{envelope, tampering};
use recording::{RECORDINGS, Recording};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;

/// The rows of the README's table stand for the files, so none is forgotten here or there.
#[test]
fn recordings_are_those_of_the_readme() {
    let readme = include_str!("../fixtures/README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| `"));
    let mut documented: Vec<_> = rows.map(|row| row.rsplit_once(" | ").unwrap().0).collect();
    documented.sort_unstable();

    let mut recorded: Vec<_> = RECORDINGS.iter().map(row).collect();
    recorded.sort_unstable();
    assert_eq!(recorded, documented);
}

/// A row of the README's table, but for the source.
fn row(recording: &Recording) -> String {
    let mime_type = match recording.codec {
        Codec::Audio => "audio/opus",
        Codec::Av1 => "video/AV1",
        Codec::H264 => "video/H264",
        Codec::H265 => "video/H265",
        Codec::Vp8 => "video/VP8",
        _ => "video/VP9",
    };
    assert_eq!(Codec::from_mime_type(mime_type), Some(recording.codec));
    let lengths: Vec<_> = recording.frames().map(|frame| frame.encoded.len()).collect();
    let keys = recording.frames().filter(|frame| frame.kind == FrameKind::Key).count();
    let (bytes, largest) = (lengths.iter().sum::<usize>(), lengths.iter().max().unwrap());
    assert_eq!(recording.file_len(), bytes + 5 * lengths.len(), "{} ends early", recording.name);
    let (name, frames) = (recording.name, lengths.len());
    format!("| `{name}.frames` | {mime_type} | {frames} | {keys} | {bytes} | {largest}")
}

#[test]
fn every_frame_opens_bit_for_bit() {
    for profile in [Profile::Frameseal1, Profile::Rfc9605] {
        for recording in RECORDINGS {
            round_trip(profile, SUITE, recording, usize::MAX);
        }
    }
}

#[test]
fn every_suite_opens_bit_for_bit() {
    for suite in CipherSuite::ALL {
        for recording in RECORDINGS {
            round_trip(Profile::Frameseal1, suite, recording, 4);
        }
    }
}

/// Sends the first frames of `recording`, each as it was sealed and twice as a network may change
/// it, of which the first one to come opens, whichever it is.
fn round_trip(profile: Profile, suite: CipherSuite, recording: &Recording, frames: usize) {
    let Recording { name, codec, .. } = *recording;
    let mut link = Link::new(profile, suite);
    let mut rng = fastrand::Rng::with_seed(1);
    for (number, frame) in recording.frames().take(frames).enumerate() {
        let sealed = link.seal(codec, frame.encoded).unwrap();
        let mut choices = || [(); 16].map(|()| rng.u8(..));
        let mut arrivals = [
            sealed.clone(),
            transmit(codec, &sealed, &choices()),
            transmit(codec, &sealed, &choices()),
        ];
        arrivals.rotate_left(number % 3);
        let [first, second, third] = arrivals;

        assert_eq!(link.open(codec, &first), Ok(frame.encoded), "{name} {number}");
        if frame.encoded.is_empty() {
            continue;
        }
        for again in [second, third] {
            let result = link.open(codec, &again);
            assert_eq!(result, Err(OpenFrameError::Duplicate), "{name} {number}");
        }
    }
}

#[test]
fn nothing_readable_is_left_in_a_sealed_frame() {
    for recording in RECORDINGS {
        let Recording { name, codec, .. } = *recording;
        let mut link = Link::new(Profile::Frameseal1, SUITE);
        for frame in recording.frames() {
            let sealed = link.seal(codec, frame.encoded).unwrap();
            let mut front = Vec::new();
            if !frame.encoded.is_empty() {
                codec.front(frame.encoded, 1 << 16, &mut front).unwrap();
            }
            // 8 bytes in a row are the same by accident once in 2^64 tries.
            let body = sealed.get(front.len()..).unwrap_or_default();
            let picture = frame.encoded.get(front.len()..).unwrap_or_default();
            let readable = picture.chunks_exact(8).filter(|bytes| contains(body, bytes)).count();
            assert_eq!(readable, 0, "{name}");
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

#[test]
fn frames_of_no_bytes_pass_through() {
    let empty = RECORDINGS.iter().flat_map(Recording::frames);
    let empty = empty.filter(|frame| frame.encoded.is_empty()).count();
    assert!(empty > 0, "Firefox records some");

    let mut link = Link::new(Profile::Frameseal1, SUITE);
    for codec in CODECS {
        assert_eq!(link.seal(codec, &[]), Ok(Vec::new()));
        assert_eq!(link.open(codec, &[]), Ok(&[][..]));
    }
}

/// What the recordings say of a frame is what its encoder's browser or container said.
#[test]
fn bitstreams_say_what_their_encoders_say() {
    for recording in RECORDINGS {
        let Recording { name, codec, .. } = recording;
        for (number, frame) in recording.frames().enumerate() {
            if !frame.encoded.is_empty() {
                assert_eq!(codec.kind(frame.encoded), Ok(frame.kind), "{name} {number}");
            }
        }
    }
}

#[test]
fn frames_over_16_mib_are_refused() {
    let mut buffer = FrameBuffer::new();
    let len = (16 << 20) + 1;
    assert_eq!(buffer.prepare(len).map(drop), Err(TooLarge { len }));
    assert_eq!((buffer.frame_len(), buffer.output()), (0, &[][..]));
    assert_eq!(buffer.prepare(len - 1).map(|place| place.len()), Ok(len - 1));
}

/// The recordings are what the fuzz targets start from.
#[test]
fn oracles_hold_for_every_recorded_frame() {
    for recording in RECORDINGS {
        for frame in recording.frames() {
            oracle::header_decoding_is_canonical(frame.encoded);
            oracle::forged_bodies_do_not_open(frame.encoded);
            oracle::sealed_frames_open_once(frame.encoded);
            tampering::what_opens_is_what_was_sealed(frame.encoded);
            for codec in CODECS {
                envelope::what_is_sealed_opens(codec, frame.encoded);
                envelope::what_is_located_is_an_envelope(codec, frame.encoded);
            }
        }
    }
}
