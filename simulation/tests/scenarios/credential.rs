//! The application judges who is who.

use frameseal_keymgmt::{Event, Fingerprint, Input, MemberState};
use frameseal_simulation::{Call, Instance};

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
    assert!(ever_opens(&mut call, bob, &body));

    let of_bob = call[bob].fingerprint();
    call.tell(alice, Input::Reject(call[bob].id().clone(), of_bob));
    call.run(5000);
    let body = frame(&mut call, alice);
    assert!(!ever_opens(&mut call, bob, &body));
}
