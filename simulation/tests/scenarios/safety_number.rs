//! Two people compare what their screens show.

use frameseal::MemberId;
use frameseal_keymgmt::NotSecured;
use frameseal_simulation::{Call, Instance};

use super::call_of;

fn number(call: &Call, who: Instance, of: Option<&str>) -> Result<String, NotSecured> {
    let manager = call[who].manager();
    let number = match of {
        Some(name) => manager.safety_number(&MemberId::new(name).expect("a short name"))?,
        None => manager.room_safety_number(),
    };
    Ok(number.to_string())
}

#[test]
fn is_the_same_for_everybody_and_sixty_digits_long() {
    let (call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    let pair = number(&call, alice, Some("bob")).expect("secured");
    assert_eq!(number(&call, bob, Some("alice")), Ok(pair.clone()));
    let room = number(&call, alice, None).expect("secured");
    assert_eq!(number(&call, bob, None), Ok(room.clone()));
    assert_eq!(number(&call, carol, None), Ok(room.clone()));

    assert_ne!(pair, room);
    for number in [pair, room] {
        let groups: Vec<_> = number.split(' ').collect();
        assert_eq!(groups.len(), 12);
        let digits = |group: &&str| group.len() == 5 && group.bytes().all(|it| it.is_ascii_digit());
        assert!(groups.iter().all(digits), "{number}");
    }
}

#[test]
fn changes_with_a_key() {
    let (mut call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    let pair = number(&call, alice, Some("bob"));
    let room = number(&call, alice, None);
    call.leave(bob);
    call.run(1000);
    assert_eq!(number(&call, alice, Some("bob")), Err(NotSecured));
    let bob = call.join_sending("bob");
    call.run(2000);
    assert_ne!(number(&call, alice, Some("bob")), pair);
    assert_ne!(number(&call, alice, None), room);
    assert_eq!(number(&call, alice, None), number(&call, bob, None));
    assert_eq!(number(&call, alice, None), number(&call, carol, None));
}
