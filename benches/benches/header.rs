//! Encodes and decodes headers: the shortest, the usual and the longest.

use core::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::subject::{self, OURS};
use frameseal_sframe::{Counter, Header, KeyId};

criterion_group! {
    name = benches;
    config = subject::criterion();
    targets = header
}
criterion_main!(benches);

fn header(criterion: &mut Criterion<ProcessorTime>) {
    for (key_id, counter) in [(7, 7), (0x1001, 0x01_0000), (u64::MAX, u64::MAX)] {
        let header = Header { key_id: KeyId::new(key_id), counter: Counter::new(counter) };
        let encoded = header.encode();
        let id = OURS.id(encoded.len());
        criterion
            .benchmark_group("header encode")
            .bench_function(id.clone(), |bencher| bencher.iter(|| black_box(header).encode()));
        criterion.benchmark_group("header decode").bench_function(id, |bencher| {
            bencher.iter(|| Header::decode(black_box(&encoded)).is_ok());
        });
    }
}
