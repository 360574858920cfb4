//! Sets up keys, and ratchets: what a frame under a new key waits for.

use core::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use frameseal_benches::implementation::ALL;
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::subject::{self, OURS, Subject};
use frameseal_sframe::{BaseKey, CipherSuite};

criterion_group! {
    name = benches;
    config = subject::criterion();
    targets = set_up, ratchet
}
criterion_main!(benches);

/// Makes sealers, and so derives what depends on the base key alone: those who put some of that off,
/// to the first frame or to every frame, look better than they are.
fn set_up(criterion: &mut Criterion<ProcessorTime>) {
    for suite in CipherSuite::ALL {
        for implementation in ALL.iter().filter(|it| it.suites.contains(&suite)) {
            let id = implementation.with(suite).id(0);
            criterion.benchmark_group("key setup").bench_function(id, |bencher| {
                bencher.iter(|| (implementation.sealer)(black_box(suite)));
            });
        }
    }
}

fn ratchet(criterion: &mut Criterion<ProcessorTime>) {
    let key = BaseKey::new(vec![7; 32]);
    for suite in [CipherSuite::Aes128GcmSha256_128, CipherSuite::Aes256GcmSha512_128] {
        let subject = Subject { suite: Some(suite), ..OURS };
        criterion
            .benchmark_group("ratchet")
            .bench_function(subject.id(0), |bencher| bencher.iter(|| key.ratchet(suite)));
    }
}
