//! A rotation that is overtaken by another before its key is in use.

use frameseal::Input;
use frameseal_simulation::{LEAVER_OPENS, Link};

use super::{call_of, last_change};

#[test]
fn inherits_the_deadline() {
    let (mut call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    let before = call[alice].manager().sending().expect("it sends");
    let left_at = call.now();
    call.set_link(Link::cut());
    call.leave(carol);
    for _ in 0..4 {
        call.run(140);
        call.tell(alice, Input::Rotate);
    }
    call.run(1000);
    for member in [alice, bob] {
        let seals = call[member].seals();
        let changes: Vec<_> = seals.iter().filter(|(at, _)| *at > left_at).collect();
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(last_change(&call, member), left_at + LEAVER_OPENS);
    }
    let after = call[alice].manager().sending().expect("it sends");
    assert!(after.generation() > before.generation() + 3);

    call.set_link(Link::healed());
    assert!(call.run_until_open(3000).is_some());
}

#[test]
fn keeps_the_key_in_use_open() {
    let (mut call, [alice, bob, ..]) = call_of(["alice", "bob", "carol"]);
    call.set_link(Link { delay: 10..=10, ..Link::perfect() });
    let silent = call.join("dave");
    call.run(1000);
    call.crash(silent); // never acks, so every switch waits for the deadline
    for _ in 0..30 {
        call.tell(alice, Input::Rotate);
        for _ in 0..11 {
            call.run(10);
            assert!(call.frame_opens(alice, bob));
        }
    }
}
