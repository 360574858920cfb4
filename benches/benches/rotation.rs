//! Replaces a member's key: what that takes of this member, alone, by the size of the room.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "nothing foreign is measured: what goes wrong has to end the run"
)]

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::room::{Rotation, Star};
use frameseal_benches::subject::{self, OURS};

criterion_group! {
    name = benches;
    config = subject::criterion().sample_size(10);
    targets = rotation
}
criterion_main!(benches);

fn rotation(criterion: &mut Criterion<ProcessorTime>) {
    for members in [2, 10, 100, 1000] {
        let mut room = None;
        let mut group = criterion.benchmark_group(format!("rotation among {members}"));
        group.sampling_mode(SamplingMode::Flat).bench_function(OURS.id(0), |bencher| {
            let room = room.get_or_insert_with(|| Star::new(members));
            bencher.iter_custom(|iterations| {
                let rotations = (0..iterations).map(|_| room.rotate());
                rotations.map(|Rotation { wrapping, switching, .. }| wrapping + switching).sum()
            });
        });
    }
}
