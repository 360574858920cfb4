//! Two members were given one slot.

use frameseal::ProblemCode;
use frameseal_simulation::{Call, Instance};

use super::is_told;

#[test]
fn one_picks_another_and_both_are_told() {
    let mut call = Call::new(1);
    let join = |call: &mut Call, name| {
        let instance = call.join_with(name, |options| options.slot = Some(7));
        call.send(instance);
        instance
    };
    let [alice, bob] = ["alice", "bob"].map(|name| join(&mut call, name));
    call.join("carol");
    call.run(2000);

    call.everyone_opens_everyone();
    for member in [alice, bob] {
        assert!(is_told(&call, member, ProblemCode::SlotConflict));
    }
    let [of_alice, of_bob] = [alice, bob].map(|member| slot(&call, member));
    assert!((of_alice == 7) != (of_bob == 7), "{of_alice} {of_bob}");
}

fn slot(call: &Call, who: Instance) -> u16 {
    call[who].sealing().and_then(|key_id| key_id.slot()).expect("it sends")
}
