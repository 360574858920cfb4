//! Opens frames of one member while keys of many are held: no member more may cost anything.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "nothing foreign is measured: what goes wrong has to end the run"
)]

use core::time::Duration;

use criterion::measurement::Measurement;
use criterion::{Criterion, criterion_group, criterion_main};
use frameseal_benches::processor_time::ProcessorTime;
use frameseal_benches::subject::{self, Subject};
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameBuffer, KeyId, KeyIdLayout, Profile, Receiver, Sender,
};

criterion_group! {
    name = benches;
    config = subject::criterion();
    targets = open_among
}
criterion_main!(benches);

fn open_among(criterion: &mut Criterion<ProcessorTime>) {
    for bytes in [120, 1200] {
        for members in [2, 10, 100, 1000] {
            let subject = Subject {
                implementation: "frameseal FrameBuffer",
                backend: "aes-gcm",
                suite: Some(CipherSuite::default()),
            };
            let mut room = Room::new(members, bytes);
            let group = format!("open among keys of {members}");
            criterion.benchmark_group(group).bench_function(subject.id(bytes), |bencher| {
                bencher.iter_custom(|iterations| room.open(iterations));
            });
        }
    }
}

/// A receiver with a key of each member, all of them in use, and frames of the one in the middle.
struct Room {
    receiver: Receiver<usize>,
    sender: Sender,
    buffer: FrameBuffer,
    frame: Vec<u8>,
}

impl Room {
    fn new(members: usize, bytes: usize) -> Self {
        let suite = CipherSuite::default();
        let mut receiver = Receiver::new(Profile::Frameseal1, suite);
        let mut buffer = FrameBuffer::new();
        let frame = vec![7; bytes];
        for member in 0..members {
            receiver.add(key_id(member), key(member).into_receive_key(), member);
            let mut sender = sender(member);
            let sealed = seal(&mut buffer, &mut sender, &frame);
            open(&mut buffer, &mut receiver, &sealed);
        }
        let mut sender = sender(members / 2);
        seal(&mut buffer, &mut sender, &frame); // its counter went by above
        Self { receiver, sender, buffer, frame }
    }

    /// Opens so many frames, sealed off the clock.
    fn open(&mut self, iterations: u64) -> Duration {
        let Self { receiver, sender, buffer, frame } = self;
        let (mut left, mut time) = (iterations, Duration::ZERO);
        while left > 0 {
            let pass = left.min(100);
            let sealed: Vec<_> = (0..pass).map(|_| seal(buffer, sender, frame)).collect();
            let start = ProcessorTime.start();
            for sealed in &sealed {
                open(buffer, receiver, sealed);
            }
            time += ProcessorTime.end(start);
            left -= pass;
        }
        time
    }
}

fn seal(buffer: &mut FrameBuffer, sender: &mut Sender, frame: &[u8]) -> Vec<u8> {
    buffer.load(frame).expect("not too large");
    buffer.seal(sender, 1, Codec::Audio).expect("a frame");
    buffer.output().to_vec()
}

fn open(buffer: &mut FrameBuffer, receiver: &mut Receiver<usize>, sealed: &[u8]) {
    buffer.load(sealed).expect("not too large");
    let opened = buffer.open(receiver, Arrival::default(), Codec::Audio);
    opened.expect("a fresh frame").expect("not empty");
}

fn sender(member: usize) -> Sender {
    let suite = CipherSuite::default();
    Sender::new(Profile::Frameseal1, suite, key_id(member), key(member).into_send_key())
}

fn key(member: usize) -> BaseKey {
    BaseKey::new(member.to_be_bytes().repeat(4))
}

fn key_id(member: usize) -> KeyId {
    let slot = u16::try_from(member).expect("few members");
    KeyIdLayout { slot, epoch: 0, track: 0 }.to_key_id()
}
