//! Somebody joins.

use super::{call_of, ever_opens, frame};

#[test]
fn costs_each_present_sender_one_message() {
    let (mut call, present) = call_of(["alice", "bob", "carol", "dave"]);
    call.reset_traffic();
    let newcomer = call.join("erin");
    call.run(5000);
    call.everyone_opens_everyone();
    for (before, member) in present.into_iter().enumerate() {
        assert_eq!(call[member].traffic().messages, 1);
        assert_eq!(call[member].refreshed(), present.len() - before, "newcomers get a picture");
    }
    assert_eq!(
        call[newcomer].traffic().messages,
        1 + present.len(),
        "a hello, and an ack for each"
    );
}

#[test]
fn of_a_sender_costs_no_more() {
    let (mut call, present) = call_of(["alice", "bob", "carol", "dave"]);
    call.reset_traffic();
    let newcomer = call.join_sending("erin");
    call.run(5000);
    call.everyone_opens_everyone();
    for member in present {
        assert_eq!(call[member].traffic().messages, 1);
    }
    assert_eq!(call[newcomer].traffic().messages, 1 + present.len(), "keys go with the acks");
}

#[test]
fn costs_one_message_however_many_came_before() {
    let (mut call, [alice, _]) = call_of(["alice", "bob"]);
    for number in 1..=20 {
        call.reset_traffic();
        call.join(&format!("listener-{number}"));
        call.run(1000);
        call.everyone_opens_everyone();
        assert_eq!(call[alice].traffic().messages, 1, "join {number}");
    }
    let mut keys: Vec<_> = call[alice].seals().iter().map(|(_, key_id)| *key_id).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), call[alice].seals().len(), "a key ID came twice");
}

#[test]
fn opens_nothing_from_before() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    let before = frame(&mut call, alice);
    let carol = call.join("carol");
    call.run(1000);
    let after = frame(&mut call, alice);

    assert!(!ever_opens(&mut call, carol, &before));
    assert!(ever_opens(&mut call, carol, &after));
    assert!(ever_opens(&mut call, bob, &before), "a hoard opens what it may");
}

#[test]
fn is_heard_at_once() {
    let (mut call, [alice, _]) = call_of(["alice", "bob"]);
    let carol = call.join_sending("carol");
    call.run(100);
    assert!(call.frame_opens(alice, carol) && call.frame_opens(carol, alice));
}
