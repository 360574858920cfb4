//! Several leave within a moment.

use super::{call_of, last_change};

#[test]
fn leaves_together_cost_one_rotation() {
    let (mut call, [alice, bob, rest @ ..]) = call_of(["alice", "bob", "carol", "dave", "erin"]);
    let before = call[alice].manager().sending().expect("it sends");
    let first = call.now();
    for (member, pause) in rest.into_iter().zip([40, 50, 0]) {
        call.leave(member);
        call.run(pause);
    }
    call.run(2000);
    call.everyone_opens_everyone();
    for member in [alice, bob] {
        assert_eq!(last_change(&call, member), first + 100 + 20);
    }
    let after = call[alice].manager().sending().expect("it sends");
    assert_eq!((after.generation(), after.step()), (before.generation() + 1, 0));
}
