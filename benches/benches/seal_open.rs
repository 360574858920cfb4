//! Seals and opens frames: every implementation, suite and size.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "nothing foreign is measured: what goes wrong has to end the run"
)]

use core::hint::black_box;
use core::time::Duration;

use criterion::measurement::Measurement;
use criterion::{Criterion, criterion_group, criterion_main};
use frameseal_benches::implementation::{ALL, Implementation, Open};
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::subject;
use frameseal_sframe::CipherSuite;

criterion_group! {
    name = benches;
    config = subject::criterion();
    targets = seal_and_open
}
criterion_main!(benches);

/// Those to be compared come right after one another, so that they share their disturbances.
fn seal_and_open(criterion: &mut Criterion<ProcessorTime>) {
    for suite in CipherSuite::ALL {
        for bytes in SIZES {
            for implementation in ALL.iter().filter(|it| it.suites.contains(&suite)) {
                seal(criterion, implementation, suite, bytes);
            }
            for implementation in ALL.iter().filter(|it| it.suites.contains(&suite)) {
                open(criterion, implementation, suite, bytes);
            }
        }
    }
}

fn seal(
    criterion: &mut Criterion<ProcessorTime>,
    who: &Implementation,
    suite: CipherSuite,
    bytes: usize,
) {
    let frame = frame(bytes);
    let mut sealer = (who.sealer)(suite);
    criterion.benchmark_group("seal").bench_function(who.with(suite).id(bytes), |bencher| {
        bencher.iter(|| sealer.seal(black_box(&frame)).len());
    });
}

/// No frame opens twice, so the opener begins anew, off the clock, after each pass over some. So is
/// the first frame of each pass: whoever derives keys when they are needed has done so then.
fn open(
    criterion: &mut Criterion<ProcessorTime>,
    who: &Implementation,
    suite: CipherSuite,
    bytes: usize,
) {
    let frame = frame(bytes);
    let mut sealer = (who.sealer)(suite);
    let mut opener = (who.opener)(suite);
    let frames = (POOL / bytes).clamp(1, MAX_FRAMES);
    let first = sealer.seal(&frame).to_vec();
    let sealed: Vec<_> = (0..frames).map(|_| sealer.seal(&frame).to_vec()).collect();

    criterion.benchmark_group("open").bench_function(who.with(suite).id(bytes), |bencher| {
        bencher.iter_custom(|iterations| {
            let mut left = usize::try_from(iterations).unwrap_or(usize::MAX);
            let mut time = Duration::ZERO;
            while left > 0 {
                opener.forget();
                assert_eq!(opener.open(&first), frame, "{who:?} does not open what it sealed");
                let pass = sealed.get(..left).unwrap_or(&sealed);
                time += time_to_open(opener.as_mut(), pass);
                left -= pass.len();
            }
            time
        });
    });
}

fn time_to_open(opener: &mut dyn Open, sealed: &[Vec<u8>]) -> Duration {
    let start = ProcessorTime.start();
    for sealed in sealed {
        black_box(opener.open(black_box(sealed)).len());
    }
    ProcessorTime.end(start)
}

/// Bytes that nobody compresses; AEADs do not look at them.
fn frame(bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..bytes).map(|_| random.u8(..)).collect()
}

/// Audio, a small and a large piece of video, and key frames.
const SIZES: [usize; 5] = [120, 1200, 8000, 60_000, 500_000];

/// Bytes of the frames that are opened in one pass: a part of what a core's own cache holds, as is
/// the one frame that is sealed again and again.
const POOL: usize = 128 << 10;

/// Frames of one pass, with the first one as many as our replay window holds.
const MAX_FRAMES: usize = 1023;
