//! Four members, or forty, claim the slot that Zoe will have, before she comes.

use frameseal::Input;
use frameseal_simulation::{Attacker, Call, Datagram};

use super::{expect_senders, heard};

/// Keeps all but Bob apart: nobody else hears that the slot is taken, and nobody moves.
#[derive(Debug)]
struct BobAlone;

impl Attacker for BobAlone {
    fn intercept(&mut self, _now: u64, datagram: Datagram) -> Vec<Datagram> {
        let is_bobs = [&datagram.from, &datagram.to].iter().any(|id| id.as_str() == "bob");
        if is_bobs { vec![datagram] } else { Vec::new() }
    }

    fn pulse(&mut self, _now: u64) -> Vec<Datagram> {
        Vec::new()
    }

    fn forgeries(&self) -> usize {
        0
    }
}

const SLOT: u16 = 7;

#[test]
fn crowd_out_nobody() {
    for seats in [4, 5, 12] {
        for expect in [false, true] {
            let mut call = Call::new(seats);
            call.set_hoarding(0);
            call.attack(BobAlone);
            let join = |call: &mut Call, name: &str| {
                let instance = call.join_with(name, |options| options.slot = Some(SLOT));
                call.send(instance);
                instance
            };
            let bob = call.join_sending("bob");
            for number in 0..seats {
                join(&mut call, &format!("seat-{number}"));
            }
            // Keys come in the order of names here: Zoe's come last.
            let zoe = join(&mut call, "zoe");
            call.run(2000);
            for member in call.live() {
                call.tell(member, Input::Rotate); // so that all keys have one name
            }
            call.run(12_000);
            let held = call[bob].held().filter(|(key_id, _)| key_id.slot() == Some(SLOT)).count();
            assert_eq!(held as u64, seats + 1, "all of them have this slot");
            expect_senders(&mut call, expect);
            let frames = heard(&mut call, zoe, bob, 100, 20);
            let lost = 100 - frames;
            let most = if expect { 0 } else { usize::try_from(seats).unwrap_or(0).div_ceil(3) };
            assert!(lost <= most, "{lost} frames lost behind {seats} seats");
        }
    }
}
