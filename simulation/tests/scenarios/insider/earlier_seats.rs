//! Four members, or forty, claim the slot that Alice will have, before she comes.

use frameseal_simulation::Call;

use super::{expect_senders, heard};

const SLOT: u16 = 7;

#[test]
fn crowd_out_nobody() {
    for seats in [4, 5, 12] {
        for expect in [false, true] {
            let mut call = Call::new(seats);
            call.set_hoarding(0);
            let join = |call: &mut Call, name: &str| {
                let instance = call.join_with(name, |options| options.slot = Some(SLOT));
                call.send(instance);
                instance
            };
            let bob = call.join_sending("bob");
            for number in 0..seats {
                join(&mut call, &format!("seat-{number}"));
            }
            let alice = join(&mut call, "alice");
            call.run(2000);
            expect_senders(&mut call, expect);
            let frames = heard(&mut call, alice, bob, 100, 20);
            let lost = 100 - frames;
            let most = if expect { 0 } else { usize::try_from(seats).unwrap_or(0).div_ceil(3) };
            assert!(lost <= most, "{lost} frames lost behind {seats} seats");
        }
    }
}
