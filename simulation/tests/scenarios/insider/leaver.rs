//! Mallory leaves, and goes on to seal in the name of Alice, who says nothing.

use super::{Forger, call_of};

#[test]
fn forges_nothing_that_opens_ten_seconds_later() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let forger = Forger::new(&call, mallory, alice);
    let keys = call[bob].opened_keys();
    call.leave(mallory);
    while call[bob].opened_keys() == keys {
        call.run(10);
    }
    // The later key has arrived. Alice is muted, so no frame comes under it.
    call.run(9_900);
    let early = forger.frame(&call, alice, 0);
    assert!(call.show(bob, &early), "frames may be on their way");
    call.run(100);
    for minute in 0..60 {
        for steps in [0, 1, 7, 8, 40] {
            let forged = forger.frame(&call, alice, steps);
            assert!(!call.show(bob, &forged), "{steps} steps ahead, {minute} minutes later");
        }
        call.run(60_000);
    }
    assert!(call.frame_opens(alice, bob), "she is heard when she speaks");
}
