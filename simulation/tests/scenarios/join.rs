//! Somebody joins.

use frameseal_simulation::Call;

use super::{call_of, ever_opens, frame};

#[test]
fn costs_each_present_sender_one_message() {
    let (mut call, present) = call_of(["alice", "bob", "carol", "dave"]);
    call.reset_traffic();
    let refreshed = present.map(|member| call[member].refreshed());
    let newcomer = call.join("erin");
    call.run(5000);
    call.everyone_opens_everyone();
    for (member, before) in present.into_iter().zip(refreshed) {
        assert_eq!(call[member].traffic().messages, 1);
        assert!(call[member].refreshed() > before, "newcomers get a picture");
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

/// Where a secret is shared, no key goes to whoever has not proven to know it.
#[test]
fn costs_two_messages_where_newcomers_have_to_prove_themselves() {
    let mut call = Call::new(1);
    call.share_secret(b"what the server does not know");
    let present = ["alice", "bob", "carol"].map(|name| call.join_sending(name));
    call.run(2000);
    call.everyone_opens_everyone();
    call.reset_traffic();
    let newcomer = call.join_sending("erin");
    call.run(5000);
    call.everyone_opens_everyone();
    for member in present {
        assert_eq!(call[member].traffic().messages, 2, "a hello, and a key");
    }
    let expected = 1 + 2 * present.len();
    assert_eq!(call[newcomer].traffic().messages, expected, "hello; proof with key, ack for each");
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

    assert!(!ever_opens(&call, carol, &before));
    assert!(ever_opens(&call, carol, &after));
    assert!(ever_opens(&call, bob, &before), "a hoard opens what it may");
}

#[test]
fn is_heard_at_once() {
    let (mut call, [alice, _]) = call_of(["alice", "bob"]);
    let carol = call.join_sending("carol");
    call.run(100);
    assert!(call.frame_opens(alice, carol) && call.frame_opens(carol, alice));
}
