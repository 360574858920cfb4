//! Mallory has left. A server that is with her holds back what Alice says to Bob: so Bob does not get
//! the key that takes the place of the one that Mallory has.

use frameseal::Input;
use frameseal_simulation::{Attacker, Datagram};

use super::{Forger, call_of, heard};

/// Holds back messages of Alice to Bob: so many, or all.
#[derive(Debug)]
struct Withholds {
    left: usize,
    kept: Vec<Datagram>,
    /// When to deliver the first of what was kept.
    delivery: Option<u64>,
}

impl Attacker for Withholds {
    fn intercept(&mut self, _now: u64, datagram: Datagram) -> Vec<Datagram> {
        let is_meant = datagram.from.as_str() == "alice" && datagram.to.as_str() == "bob";
        if is_meant && self.left > 0 {
            self.left -= 1;
            self.kept.push(datagram);
            return Vec::new();
        }
        vec![datagram]
    }

    fn pulse(&mut self, now: u64) -> Vec<Datagram> {
        if self.delivery.is_some_and(|at| now >= at) {
            self.delivery = None;
            return self.kept.drain(..).take(1).collect();
        }
        Vec::new()
    }

    fn forgeries(&self) -> usize {
        0
    }
}

#[test]
fn a_key_whose_owner_is_not_heard_expires() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let forger = Forger::new(&call, mallory, alice);
    call.attack(Withholds { left: usize::MAX, kept: Vec::new(), delivery: None });
    call.leave(mallory);
    call.run(29_000);
    let early = forger.frame(&call, alice, 0);
    assert!(call.show(bob, &early), "nobody can tell yet");
    call.run(1_000);
    for minute in 0..10 {
        let forged = forger.frame(&call, alice, 0);
        assert!(!call.show(bob, &forged), "{minute} minutes later");
        call.run(60_000);
    }
    call.end_attack();
    assert!(call.run_until_open(35_000).is_some(), "Alice is heard once she gets through");
}

/// Bob alone is told that Mallory left, so nobody makes a key. He asks Alice, and hears her on.
#[test]
fn an_owner_that_has_nothing_to_say_is_asked() {
    let (mut call, [alice, _mallory]) = call_of(["alice", "mallory"]);
    let bob = call.join("bob"); // he sends nothing, so he makes no key either
    call.run(2000);
    let left = Input::Left(call.id("mallory"));
    call.tell(bob, left);
    assert_eq!(heard(&mut call, alice, bob, 120, 1000), 120);
}

/// One message that is held back is said again.
#[test]
fn one_message_held_back_does_not_decide() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    call.attack(Withholds { left: 1, kept: Vec::new(), delivery: None });
    call.leave(mallory);
    call.run(1_500);
    assert!(call.frame_opens(alice, bob));
    assert_eq!(heard(&mut call, alice, bob, 120, 1000), 120);
}

/// What Alice said before the departure is no word of hers after it.
#[test]
fn an_old_message_held_back_confirms_nothing() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let forger = Forger::new(&call, mallory, alice);
    let delivery = call.now() + 5000;
    call.attack(Withholds { left: usize::MAX, kept: Vec::new(), delivery: Some(delivery) });
    call.tell(bob, Input::Rotate); // Alice acknowledges the key
    call.run(1000);
    call.leave(mallory);
    call.run(20_000);
    let early = forger.frame(&call, alice, 0);
    assert!(call.show(bob, &early), "nobody can tell yet");
    call.run(15_000);
    let forged = forger.frame(&call, alice, 0);
    assert!(!call.show(bob, &forged));
}
