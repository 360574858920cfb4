//! Messages of an association that is over come again, though nobody was said to have left.

use frameseal::Input;
use frameseal_simulation::{Call, Datagram, Frame, Instance};

use super::{call_of, frame};

/// Has `bob` begin anew with `alice`; returns all that they say, and a frame of his.
fn record(call: &mut Call, bob: Instance) -> (Vec<Datagram>, Frame) {
    let tap = call.tap();
    for input in [Input::Left(call.id("alice")), Input::Joined(call.id("alice"))] {
        call.tell(bob, input);
        call.run(1000);
    }
    let frame = frame(call, bob);
    (tap.take(), frame)
}

/// Lets all that was said to `alice` come to her again.
fn replay(call: &mut Call, messages: Vec<Datagram>, alice: Instance) {
    for datagram in messages {
        if datagram.to == *call[alice].id() {
            call.deliver(datagram);
            call.run(10);
        }
    }
    call.run(1000);
}

#[test]
fn of_the_same_key_pair() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    let (messages, recorded) = record(&mut call, bob);
    let key = call[bob].sealing().expect("it sends");

    // Another association, and another key: the old one is wiped.
    for input in [Input::Left(call.id("alice")), Input::Joined(call.id("alice")), Input::Rotate] {
        call.tell(bob, input);
        call.run(1000);
    }
    assert!(call.frame_opens(bob, alice));
    call.run(11_000);
    let holds = |call: &Call| call[alice].held().any(|(key_id, _)| key_id == key);
    assert!(!holds(&call), "it was wiped");

    replay(&mut call, messages, alice);
    assert!(!holds(&call) && !call.show(alice, &recorded));
    call.everyone_opens_everyone();
}

#[test]
fn of_a_key_pair_that_was_replaced() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    let (messages, recorded) = record(&mut call, bob);

    call.crash(bob);
    call.join_sending("bob");
    call.run(3000);
    call.everyone_opens_everyone();
    let number = call[alice].manager().safety_number(&call.id("bob"));

    replay(&mut call, messages, alice);
    assert_eq!(call[alice].manager().safety_number(&call.id("bob")), number);
    assert!(!call.show(alice, &recorded));
    call.everyone_opens_everyone();
}
