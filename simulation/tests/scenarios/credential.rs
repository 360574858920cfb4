//! The application judges who is who.

use frameseal::{Event, Fingerprint, Input, MemberState};
use frameseal_simulation::{Call, Datagram, Instance, Link, with_credential};

use super::{ever_opens, frame, times_told};

/// A call whose members ask for a judgement of each other, and wait for it.
fn undecided() -> (Call, [Instance; 2]) {
    let mut call = Call::new(1);
    let members = ["alice", "bob"].map(|name| {
        let instance = call.join_with(name, |options| {
            options.verify = true;
            options.credential = format!("I am {name}").into_bytes();
        });
        call.send(instance);
        instance
    });
    call.run(3000);
    assert!(members.iter().all(|member| call[*member].opened_keys() == 0));
    (call, members)
}

/// What the application is to judge.
fn asked(call: &Call, who: Instance) -> (Fingerprint, String) {
    let verify = call[who].events().iter().rev().find_map(|(_, event)| match event {
        Event::Verify { fingerprint, credential, .. } => Some((*fingerprint, credential.clone())),
        _ => None,
    });
    let (fingerprint, credential) = verify.expect("it was asked");
    (fingerprint, String::from_utf8(credential).expect("text"))
}

#[test]
fn accepted_members_are_secured() {
    let (mut call, [alice, bob]) = undecided();
    for (who, other) in [(alice, bob), (bob, alice)] {
        let (fingerprint, credential) = asked(&call, who);
        assert_eq!(credential, format!("I am {}", call[other].id()));
        assert_eq!(fingerprint, call[other].fingerprint());
        call.tell(who, Input::Accept(call[other].id().clone(), fingerprint));
    }
    call.run(3000);
    call.everyone_opens_everyone();
}

#[test]
fn rejected_members_get_nothing() {
    let (mut call, [alice, bob]) = undecided();
    let (of_bob, _) = asked(&call, alice);
    let (of_alice, _) = asked(&call, bob);
    call.tell(alice, Input::Reject(call[bob].id().clone(), of_bob));
    call.tell(bob, Input::Accept(call[alice].id().clone(), of_alice));
    call.run(20_000);
    assert_eq!(times_told(&call, alice, "bob", MemberState::Rejected), 1);
    assert_eq!((call[alice].opened_keys(), call[bob].opened_keys()), (0, 0));
}

#[test]
fn who_is_rejected_later_is_shut_out() {
    let (mut call, [alice, bob]) = undecided();
    for (who, other) in [(alice, bob), (bob, alice)] {
        let (fingerprint, _) = asked(&call, who);
        call.tell(who, Input::Accept(call[other].id().clone(), fingerprint));
    }
    call.run(3000);
    let body = frame(&mut call, alice);
    assert!(ever_opens(&call, bob, &body));

    let of_bob = call[bob].fingerprint();
    call.tell(alice, Input::Reject(call[bob].id().clone(), of_bob));
    call.run(5000);
    let body = frame(&mut call, alice);
    assert!(!ever_opens(&call, bob, &body));
}

/// What carries a hello may write another credential into it.
fn forged(messages: &[Datagram], from: &str) -> Datagram {
    let hello = messages.iter().find(|datagram| datagram.from.as_str() == from);
    let mut forged = hello.expect("it said hello").clone();
    forged.message = with_credential(&forged.message, b"I am nobody");
    forged
}

#[test]
fn a_forged_credential_shuts_no_member_out() {
    let (mut call, [alice, bob]) = undecided();
    let tap = call.tap();
    for (who, other) in [(alice, bob), (bob, alice)] {
        let (fingerprint, _) = asked(&call, who);
        call.tell(who, Input::Accept(call[other].id().clone(), fingerprint));
    }
    call.run(3000);

    call.deliver(forged(&tap.take(), "bob"));
    call.run(1000);
    assert_eq!(asked(&call, alice).1, "I am bob", "there is nothing new to judge");
    call.everyone_opens_everyone();
}

#[test]
fn after_a_forged_credential_the_right_one_is_judged() {
    let mut call = Call::new(1);
    let tap = call.tap();
    let join = |call: &mut Call, name: &str| {
        call.join_with(name, |options| {
            options.verify = true;
            options.credential = format!("I am {name}").into_bytes();
        })
    };
    let alice = join(&mut call, "alice");
    call.set_link(Link::cut());
    let bob = join(&mut call, "bob");
    call.run(0);
    call.deliver(forged(&tap.take(), "bob"));
    let (fingerprint, credential) = asked(&call, alice);
    assert_eq!(credential, "I am nobody");
    call.tell(alice, Input::Reject(call[bob].id().clone(), fingerprint));

    call.set_link(Link::healed());
    call.run(5000);
    for (who, other) in [(alice, bob), (bob, alice)] {
        let (fingerprint, credential) = asked(&call, who);
        assert_eq!(credential, format!("I am {}", call[other].id()));
        call.tell(who, Input::Accept(call[other].id().clone(), fingerprint));
        call.send(who);
    }
    call.run(3000);
    call.everyone_opens_everyone();
}
