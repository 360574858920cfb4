//! What frames cost the allocator: nothing, once buffers have grown to their size.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod common;
#[path = "../../sframe/tests/recording/mod.rs"]
mod recording;
#[path = "common/stand_in.rs"]
mod stand_in;

use common::{START, TestSession, call, events, video};
use frameseal::{Direction, MediaKind, PipelineOptions, Verdict};
use frameseal_sframe::envelope::Codec;
use recording::{RECORDINGS, Recording};
use stand_in::run_aead;

/// A way through a session, which writes what comes out to the buffer.
type Way = fn(&mut TestSession, &[u8], &mut Vec<u8>);

fn here(session: &mut TestSession, frame: &[u8], output: &mut Vec<u8>) {
    session.reserve(START, 0, frame.len()).unwrap().copy_from_slice(frame);
    keep(&session.process(START, 0), output);
    session.took(0, 12.5);
}

fn elsewhere(session: &mut TestSession, frame: &[u8], output: &mut Vec<u8>) {
    session.reserve(START, 0, frame.len()).unwrap().copy_from_slice(frame);
    let number = session.send_away(START, 0).expect("AES-GCM, and not empty");
    // The stand-in for another AEAD may allocate; that is no allocation of ours.
    allocation_counter::opt_out(|| run_aead(session, number));
    keep(&session.come_back(START, number, true), output);
}

fn keep(verdict: &Verdict<'_>, output: &mut Vec<u8>) {
    let Verdict::Pass(frame) = verdict else { panic!("{verdict:?}") };
    output.clear();
    output.extend_from_slice(frame);
}

#[test]
fn no_frame_of_any_codec_allocates() {
    for recording in RECORDINGS {
        for way in [here, elsewhere] {
            let (mut alice, mut bob) = call();
            alice.retarget(options(Direction::Send, recording)).unwrap();
            bob.retarget(options(Direction::Receive, recording)).unwrap();
            let (mut sealed, mut opened) =
                (Vec::with_capacity(1 << 20), Vec::with_capacity(1 << 20));

            // First keys are derived, and buffers grow: again when the counter takes a byte more.
            let [first, _, last] = [(); 3].map(|()| {
                let info = allocation_counter::measure(|| {
                    send_all(way, recording, &mut alice, &mut bob, [&mut sealed, &mut opened]);
                });
                events(&mut bob);
                info.count_total
            });
            assert!(first > 0, "the counter counts");
            assert_eq!(last, 0, "{}", recording.name);
        }
    }
}

fn send_all(
    way: Way,
    recording: &Recording,
    alice: &mut TestSession,
    bob: &mut TestSession,
    [sealed, opened]: [&mut Vec<u8>; 2],
) {
    for frame in recording.frames().filter(|frame| !frame.encoded.is_empty()) {
        way(alice, frame.encoded, sealed);
        way(bob, sealed, opened);
        assert!(opened == frame.encoded, "{}", recording.name);
    }
}

fn options(direction: Direction, recording: &Recording) -> PipelineOptions {
    let (kind, codec) = match recording.codec {
        Codec::Audio => (MediaKind::Audio, "audio/opus"),
        Codec::Av1 => (MediaKind::Video, "video/AV1"),
        Codec::H264 => (MediaKind::Video, "video/H264"),
        Codec::H265 => (MediaKind::Video, "video/H265"),
        Codec::Vp8 => (MediaKind::Video, "video/VP8"),
        _ => (MediaKind::Video, "video/VP9"),
    };
    PipelineOptions { kind, codec: Some(String::from(codec)), ..video(direction) }
}
