//! Mallory has made many key pairs and taken one with a small public key. She says to Bob alone that
//! Alice's slot is hers.

use frameseal::ProblemCode;
use frameseal_simulation::{Call, Datagram, Instance};

use super::super::is_told;
use super::{call_of, heard};

/// Keeps Mallory and Alice apart, so that neither moves.
#[derive(Debug)]
struct Apart;

impl frameseal_simulation::Attacker for Apart {
    fn intercept(&mut self, _now: u64, datagram: Datagram) -> Vec<Datagram> {
        let ends = [datagram.from.as_str(), datagram.to.as_str()];
        let hides = ends == ["mallory", "alice"] || ends == ["alice", "mallory"];
        if hides { Vec::new() } else { vec![datagram] }
    }

    fn pulse(&mut self, _now: u64) -> Vec<Datagram> {
        Vec::new()
    }

    fn forgeries(&self) -> usize {
        0
    }
}

/// Lets somebody join with a public key of one kind, in this slot: small for half of all seeds.
fn claim(call: &mut Call, slot: u16) -> Instance {
    let mallory = call.join_with("mallory", |options| options.slot = Some(slot));
    call.run(0);
    call.send(mallory);
    mallory
}

#[test]
fn takes_nobodys_voice_away() {
    let mut told = 0;
    for _seed in 0..4 {
        let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
        let slot = call[alice].sealing().and_then(|key_id| key_id.slot()).expect("it sends");
        call.attack(Apart);
        claim(&mut call, slot);
        for _rotation in 0..10 {
            assert_eq!(heard(&mut call, alice, bob, 4, 1000), 4);
            call.tell(alice, frameseal::Input::Rotate);
        }
        told += usize::from(is_told(&call, alice, ProblemCode::SlotConflict));
        assert!(is_told(&call, bob, ProblemCode::SlotConflict), "the application hears of it");
    }
    assert_eq!(told, 4, "Bob tells Alice, to whom Mallory says nothing");
}

/// Mallory leaves and comes back with another key pair, in the slot that Alice has by then.
#[test]
fn forces_no_rotations() {
    let mut call = Call::new(1);
    call.share_secret(b"what Mallory knows, too");
    let alice = call.join_sending("alice");
    call.join_sending("bob");
    call.run(2000);
    let slot_of_alice = |call: &Call| call[alice].sealing().and_then(|key_id| key_id.slot());
    let (mut slot, mut changes) = (slot_of_alice(&call), 0);
    for _ in 0..20 {
        let mallory = claim(&mut call, slot.expect("it sends"));
        call.run(2000);
        call.leave(mallory);
        call.run(1000);
        changes += usize::from(slot_of_alice(&call) != slot);
        slot = slot_of_alice(&call);
    }
    assert_eq!(changes, 1, "changes of the slot in a minute");
}
