//! The server is somebody else for each of two members, with key pairs of its own.

use frameseal::{Fingerprint, MemberId, MemberState, Options, Room};
use frameseal_simulation::attacker::MiddleMan;
use frameseal_simulation::{Call, Instance};

use super::times_told;

/// A call of two with somebody in between, who knows the room's name.
fn intercepted(secret: Option<&[u8]>) -> (Call, [Instance; 2], [Fingerprint; 2]) {
    let mut call = Call::new(1);
    if let Some(secret) = secret {
        call.share_secret(secret);
    }
    let [as_alice, as_bob] = ["alice", "bob"].map(|name| {
        let room = Room::new("simulation").expect("a short name");
        Options::new(room, MemberId::new(name).expect("a short name"))
    });
    let middle_man = MiddleMan::new(as_alice, as_bob);
    let fingerprints = middle_man.fingerprints();
    call.attack(middle_man);
    let members = ["alice", "bob"].map(|name| call.join_sending(name));
    call.run(20_000);
    (call, members, fingerprints)
}

#[test]
fn shows_in_the_safety_numbers_of_a_room_without_secret() {
    let (call, [alice, bob], [as_alice, as_bob]) = intercepted(None);
    assert_eq!(times_told(&call, alice, "bob", MemberState::Secured), 1, "it is well done");
    assert_eq!(times_told(&call, bob, "alice", MemberState::Secured), 1);
    assert!(call[alice].opened_keys() > 0 && call[bob].opened_keys() > 0);

    let seen = |who: Instance| {
        let others: Vec<_> = call[who].manager().members().collect();
        others[0].fingerprint
    };
    assert_eq!((seen(alice), seen(bob)), (Some(as_bob), Some(as_alice)));
    let pair = |who: Instance, of| call[who].manager().safety_number(&call.id(of));
    assert_ne!(pair(alice, "bob").expect("secured"), pair(bob, "alice").expect("secured"));
    let room = |who: Instance| call[who].manager().room_safety_number();
    assert_ne!(room(alice), room(bob));
}

#[test]
fn gets_nothing_in_a_room_with_a_secret() {
    let (mut call, [alice, bob], _) = intercepted(Some(b"what the server does not know"));
    for (who, other) in [(alice, "bob"), (bob, "alice")] {
        assert_eq!(times_told(&call, who, other, MemberState::Secured), 0);
        assert_eq!(call[who].opened_keys(), 0);
    }
    let attacker = call.end_attack().expect("it was there");
    assert!(attacker.forgeries() > 10);
    assert!(call.run_until_open(3000).is_some(), "once it is gone, they find each other");
}
