//! Wraps a key for one member, and unwraps it: the messages that carry it included.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "nothing foreign is measured: what goes wrong has to end the run"
)]

use core::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::room::{Rotation, Star};
use frameseal_benches::subject::{self, OURS};

criterion_group! {
    name = benches;
    config = subject::criterion();
    targets = wrapping
}
criterion_main!(benches);

fn wrapping(criterion: &mut Criterion<ProcessorTime>) {
    let mut room = Star::new(OTHERS as usize + 1);
    let mut measure = |name: &str, part: fn(Rotation) -> Duration| {
        criterion.benchmark_group(name).bench_function(OURS.id(0), |bencher| {
            bencher.iter_custom(|iterations| {
                let rotations = iterations.div_ceil(u64::from(OTHERS));
                let time: Duration = (0..rotations).map(|_| part(room.rotate())).sum();
                let messages = rotations * u64::from(OTHERS);
                time.mul_f64(iterations as f64 / messages as f64)
            });
        });
    };
    measure("wrap", |rotation| rotation.wrapping);
    measure("unwrap and acknowledge", |rotation| rotation.unwrapping);
}

/// Whom the key is wrapped for: enough that making it costs next to nothing.
const OTHERS: u32 = 50;
