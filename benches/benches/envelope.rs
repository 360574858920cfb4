//! Puts envelopes around bodies and finds the bodies again, for frames of real encoders.

#![expect(
    clippy::expect_used,
    reason = "nothing foreign is measured: what goes wrong has to end the run"
)]

use core::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::subject::{self, OURS};
use frameseal_sframe::FrameKind;

#[path = "../../sframe/tests/recording/mod.rs"]
mod recording;

use recording::{Frame, RECORDINGS, Recording};

criterion_group! {
    name = benches;
    config = subject::criterion();
    targets = envelopes
}
criterion_main!(benches);

fn envelopes(criterion: &mut Criterion<ProcessorTime>) {
    for name in ENCODERS {
        let recording = RECORDINGS.iter().find(|it| it.name == name).expect("a recording");
        for kind in [FrameKind::Audio, FrameKind::Delta, FrameKind::Key] {
            if let Some(frame) = recording.frames().find(|frame| frame.kind == kind) {
                envelope(criterion, recording, &frame);
            }
        }
    }
}

/// To close is to make the sealed frame, body copied; to locate is to find the body in it and to
/// compare the envelope with the one that the frame would get.
fn envelope(criterion: &mut Criterion<ProcessorTime>, recording: &Recording, frame: &Frame) {
    let (codec, Frame { kind, encoded }) = (recording.codec, *frame);
    let body: Vec<u8> = encoded.iter().map(|byte| byte.wrapping_mul(151)).collect(); // no start codes
    let (mut front, mut sealed) = (Vec::new(), Vec::new());
    let id = OURS.id(encoded.len());
    let name = format!("{codec:?} {kind:?}").to_lowercase();
    criterion.benchmark_group(format!("envelope around {name}")).bench_function(
        id.clone(),
        |bencher| {
            bencher.iter(|| {
                codec.front(black_box(encoded), body.len(), &mut front).expect("a frame");
                codec.close(&front, black_box(&body), &mut sealed);
            });
        },
    );
    let (mut scratch, mut rebuilt) = (Vec::new(), Vec::new());
    criterion.benchmark_group(format!("envelope off {name}")).bench_function(id, |bencher| {
        bencher.iter(|| {
            let place = codec.locate(black_box(&sealed), &mut scratch).expect("sealed");
            codec.front(encoded, place.range().len(), &mut rebuilt).expect("a frame");
            assert!(codec.matches(&sealed, &rebuilt));
        });
    });
}

/// One encoder for each codec.
const ENCODERS: [&str; 6] = [
    "chromium-opus",
    "chromium-av1",
    "chromium-h264",
    "ffmpeg-x265",
    "chromium-vp8",
    "chromium-vp9",
];
