//! Somebody in the link changes, cuts, repeats, reflects and re-addresses messages.

use frameseal::KeyId;
use frameseal_simulation::attacker::Vandal;
use frameseal_simulation::{Call, Datagram, Instance, Link};

const NAMES: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// Messages of members with the same names and secret, in another call or another room.
fn messages_of_another_call(seed: u64) -> Vec<Datagram> {
    let mut call = Call::new(seed + 100);
    call.share_secret(SECRET);
    if seed % 4 < 2 {
        call.set_room("another");
    }
    let tap = call.tap();
    for name in NAMES {
        call.join_sending(name);
    }
    call.run(2000);
    tap.take()
}

const SECRET: &[u8] = b"sixteen bytes and more";

#[test]
fn stops_nobody_for_longer_than_a_retry() {
    for seed in 1..=8 {
        let mut call = Call::new(seed);
        if seed % 2 == 0 {
            call.share_secret(SECRET);
        }
        call.set_link(Link::healed());
        call.attack(Vandal::new(seed, messages_of_another_call(seed)));
        let members = NAMES.map(|name| call.join_sending(name));
        for _ in 0..10 {
            call.run(1000);
            let [alice, ..] = members;
            call.tell(alice, frameseal::Input::Rotate);
        }
        let attacker = call.end_attack().expect("it was there");
        let forgeries = attacker.forgeries();
        assert!(forgeries > 1000, "{forgeries}");

        let waited = call.run_until_open(3000);
        assert!(waited.is_some(), "seed {seed}");
        for member in members {
            keys_are_of_who_they_say(&call, member);
        }
    }
}

/// The slots that a member holds keys of are those that the others seal in: nobody else got one in.
fn keys_are_of_who_they_say(call: &Call, who: Instance) {
    for (key_id, name) in call[who].held() {
        let owner = call.others(who).into_iter().find(|other| call[*other].id() == name);
        let owner = owner.expect("a member that is there");
        assert_eq!(call[owner].sealing().map(KeyId::slot), Some(key_id.slot()), "{name}");
    }
}
