//! Keys that are used no more are forgotten.

use frameseal::Input;

use super::{call_of, frame};

#[test]
fn ten_seconds_after_a_newer_one_came() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    let old = call[alice].sealing().expect("it sends");
    let late = [(); 2].map(|()| frame(&mut call, alice));
    call.tell(alice, Input::Rotate);
    call.run(1000);
    assert!(call[bob].held().any(|(key_id, _)| key_id == old), "frames may be on their way");

    // Whether or not frames come.
    call.run(9000);
    assert!(call.show(bob, &late[0]));
    call.run(100);
    assert!(!call.show(bob, &late[1]));
    let held: Vec<_> = call[bob].held().map(|(key_id, _)| Some(key_id)).collect();
    assert_eq!(held, [call[alice].sealing()]);
}

/// Key IDs come round: a wipe that is late by half a turn must not name the newest key.
#[test]
fn a_late_wipe_spares_the_newest() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    let rotate = |call: &mut frameseal_simulation::Call| {
        call.tell(alice, Input::Rotate);
        call.run(450); // so 22 of the 32 generations that key IDs tell apart until a wipe
    };
    assert!(call.frame_opens(alice, bob));
    rotate(&mut call);
    assert!(call.frame_opens(alice, bob), "what came before is to be wiped");
    for rotation in 0..30 {
        rotate(&mut call);
        let newest = call[alice].sealing();
        assert!(call[bob].held().any(|(key_id, _)| Some(key_id) == newest), "{rotation}");
    }
    assert!(call.frame_opens(alice, bob));
}

#[test]
fn at_once_when_the_sender_leaves() {
    let (mut call, [alice, bob, _]) = call_of(["alice", "bob", "carol"]);
    call.leave(alice);
    call.run(10);
    assert!(call[bob].held().all(|(_, member)| member.as_str() == "carol"));
}
