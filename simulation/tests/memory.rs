//! A hundred thousand hostile messages, and what they leave behind.
#![expect(clippy::expect_used, reason = "a test may panic")]

use fastrand::Rng;
use frameseal::MemberId;
use frameseal_keymgmt::limits::MAX_MESSAGE_LEN;
use frameseal_simulation::{Call, Datagram, Instance};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

#[test]
fn hostile_messages_leave_nothing_behind() {
    let mut call = Call::new(1);
    call.leave_out_media();
    let alice = call.join_sending("alice");
    call.join_sending("bob");
    call.run(2000);
    let mut server = Server { rng: Rng::with_seed(1), seen: Vec::new() };
    server.overhear("bob");

    // What a few hundred leave is what all will: one candidate, one hello to answer.
    flood(&mut call, &mut server, alice, 500);
    let before = ALLOCATOR.current_usage();
    for _ in 0..10 {
        flood(&mut call, &mut server, alice, 10_000);
        let now = ALLOCATOR.current_usage();
        assert!(now < before + ROOM, "{before} bytes, then {now}");
        assert_eq!(call[alice].manager().members().count(), 1);
        assert!(call[alice].held().count() <= 2);
    }
    call.run(3000);
    call.everyone_opens_everyone();
}

/// Somebody who forges what a member hears.
struct Server {
    rng: Rng,
    /// Messages to start from.
    seen: Vec<Vec<u8>>,
}

impl Server {
    /// Takes messages that members of this name send with other key pairs.
    fn overhear(&mut self, name: &str) {
        for seed in 2..12 {
            let mut call = Call::new(seed);
            call.leave_out_media();
            let tap = call.tap();
            call.join_sending("alice");
            call.join_sending(name);
            call.run(2000);
            let messages = tap.take().into_iter().filter(|datagram| datagram.from.as_str() == name);
            self.seen.extend(messages.map(|datagram| datagram.message));
        }
    }

    /// A message that `bob` did not send, or one that nobody did.
    fn forge(&mut self, to: &MemberId) -> Datagram {
        let Self { rng, seen } = self;
        let mut message = rng.choice(&*seen).expect("bob said something").clone();
        match rng.u8(..4) {
            0 => *rng.choice(&mut message).expect("not empty") ^= 1 << rng.u8(..8),
            1 => message.truncate(rng.usize(..message.len())),
            2 => {
                message = vec![0; rng.usize(..=MAX_MESSAGE_LEN)];
                rng.fill(&mut message);
            }
            _ => {}
        }
        let name = if rng.u8(..8) == 0 { format!("{}", rng.u64(..)) } else { "bob".to_owned() };
        Datagram { from: MemberId::new(&name).expect("a short name"), to: to.clone(), message }
    }
}

fn flood(call: &mut Call, server: &mut Server, victim: Instance, messages: usize) {
    let to = call[victim].id().clone();
    for _ in 0..messages {
        call.deliver(server.forge(&to));
        call.run(1);
        call.forget_events();
    }
}

/// What the collections of a manager, its queue and its log may grow by, in bytes: far below one
/// byte a message.
const ROOM: usize = 50_000;
