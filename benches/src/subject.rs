//! What a measurement is called, and how long it takes.

use core::time::Duration;

use criterion::{BenchmarkId, Criterion};
use frameseal_sframe::CipherSuite;

use crate::processor_time::ProcessorTime;

/// Who does something, and with what: `cargo xtask bench native` reads the names again.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Whose code.
    pub implementation: &'static str,
    /// Whose cryptography; `-` where there is none.
    pub backend: &'static str,
    /// `None` where it makes no difference.
    pub suite: Option<CipherSuite>,
}

impl Subject {
    /// Names the measurement of this subject with `bytes`, or with 0 where it has no size.
    #[must_use]
    pub fn id(self, bytes: usize) -> BenchmarkId {
        let Self { implementation, backend, suite } = self;
        let suite = suite.map_or(0, CipherSuite::number);
        BenchmarkId::new(format!("{implementation}/{backend}/{suite}"), bytes)
    }
}

/// Our code where no AEAD plays a part.
pub const OURS: Subject = Subject { implementation: "frameseal", backend: "-", suite: None };

/// What runs the measurements: each shortly, because `cargo xtask bench native` runs all of them
/// several times. What disturbs a machine does so for longer than one of them takes.
#[must_use]
pub fn criterion() -> Criterion<ProcessorTime> {
    Criterion::default()
        .with_measurement(ProcessorTime)
        .warm_up_time(Duration::from_millis(40))
        .measurement_time(Duration::from_millis(150))
        .sample_size(20)
        .nresamples(1000)
}
