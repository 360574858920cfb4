//! Somebody leaves.

use frameseal_simulation::{LEAVER_OPENS, Link};

use super::{call_of, ever_opens, frame, last_change};

#[test]
fn shuts_the_leaver_out_as_soon_as_all_others_are_ready() {
    let (mut call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    let before = frame(&mut call, alice);
    let left_at = call.now();
    call.leave(carol);
    call.run(2000);
    call.everyone_opens_everyone();

    let after = frame(&mut call, alice);
    assert!(ever_opens(&call, carol, &before) && !ever_opens(&call, carol, &after));
    for member in [alice, bob] {
        assert_eq!(last_change(&call, member), left_at + 100 + 2 * 10, "causes, key and ack");
    }
}

#[test]
fn shuts_the_leaver_out_even_if_nobody_answers() {
    let (mut call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    let left_at = call.now();
    call.leave(carol);
    call.set_link(Link::cut());
    call.run(2000);
    for member in [alice, bob] {
        assert_eq!(last_change(&call, member), left_at + LEAVER_OPENS);
    }
    assert!(!call.frame_opens(alice, bob), "the key was lost");

    call.set_link(Link::healed());
    let waited = call.run_until_open(3000);
    assert!(waited.is_some(), "after the link healed, the key comes");
}

#[test]
fn waits_no_more_for_who_left() {
    let (mut call, [alice, _bob, carol]) = call_of(["alice", "bob", "carol"]);
    call.crash(carol); // answers nothing, and nobody knows
    let now = call.now();
    call.tell(alice, frameseal::Input::Rotate);
    call.run(200);
    assert!(last_change(&call, alice) < now);
    call.tell(alice, frameseal::Input::Left(call[carol].id().clone()));
    assert_eq!(last_change(&call, alice), now + 200);
}
