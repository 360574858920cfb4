//! Messages that overtake each other, and one that comes very late.

use frameseal::Input;
use frameseal_simulation::{Call, Datagram, Instance, Link};

/// A call of two, and what each said to the other at first.
fn introduced() -> (Call, [Instance; 2], Vec<Datagram>) {
    let mut call = Call::new(1);
    let tap = call.tap();
    let members = ["alice", "bob"].map(|name| call.join_sending(name));
    call.run(2000);
    call.everyone_opens_everyone();
    (call, members, tap.take())
}

fn first_of_bob(messages: &[Datagram]) -> Datagram {
    messages.iter().find(|datagram| datagram.from.as_str() == "bob").expect("a hello").clone()
}

/// Who opens a message turns down all that were sealed before it.
#[test]
fn a_message_carries_the_keys_of_the_one_that_it_overtakes() {
    let (mut call, [alice, bob], messages) = introduced();
    let keys = call[bob].held().count();
    call.set_link(Link::cut());
    call.tell(alice, Input::Rotate);
    call.run(150);
    assert_eq!(call[bob].held().count(), keys, "the key was lost");

    call.set_link(Link::perfect());
    call.deliver(first_of_bob(&messages)); // makes alice say something
    call.run(50);
    assert_eq!(call[bob].held().count(), keys + 1, "long before alice repeats herself");
}

#[test]
fn a_delayed_hello_is_not_answered_for_ever() {
    let (mut call, [alice, bob], messages) = introduced();
    for input in [Input::Left(call.id("alice")), Input::Joined(call.id("alice"))] {
        call.tell(bob, input);
        call.run(3000);
    }
    call.everyone_opens_everyone();

    call.deliver(first_of_bob(&messages)); // of the association before
    call.run(2000);
    call.reset_traffic();
    call.run(30_000);
    assert_eq!(call.traffic().messages, 0);
    assert!(call.frame_opens(alice, bob) && call.frame_opens(bob, alice));
}
