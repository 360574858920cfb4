//! A member is gone without a word, and comes back with another key pair.

use frameseal::MemberState;
use frameseal_simulation::{LEAVER_OPENS, Roster};

use super::{call_of, ever_opens, frame, times_told};

#[test]
fn before_anybody_missed_it() {
    let (mut call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    call.set_roster(Roster { delay: 0, patience: 0 });
    call.crash(carol);
    let returned = call.join_sending("carol");
    call.run(1000 + LEAVER_OPENS);
    call.everyone_opens_everyone();

    for member in [alice, bob] {
        assert_eq!(times_told(&call, member, "carol", MemberState::Secured), 2);
        let body = frame(&mut call, member);
        assert!(!ever_opens(&call, carol, &body), "what it had before is of no use");
        assert!(ever_opens(&call, returned, &body));
    }
}

#[test]
fn after_it_was_missed() {
    let (mut call, [alice, _, carol]) = call_of(["alice", "bob", "carol"]);
    call.crash(carol);
    call.run(6000);
    assert_eq!(times_told(&call, alice, "carol", MemberState::Left), 1);
    call.join_sending("carol");
    call.run(1000);
    call.everyone_opens_everyone();
}

#[test]
fn in_its_old_slot() {
    let mut call = frameseal_simulation::Call::new(1);
    let join = |call: &mut frameseal_simulation::Call, name, slot| {
        let instance = call.join_with(name, |options| options.slot = Some(slot));
        call.send(instance);
        call.run(1000);
        instance
    };
    join(&mut call, "alice", 1);
    let bob = join(&mut call, "bob", 2);
    call.everyone_opens_everyone();
    call.crash(bob);
    join(&mut call, "bob", 2);
    call.everyone_opens_everyone();
}
