//! Two members were given one slot.

use frameseal_keymgmt::Event;
use frameseal_sframe::KeyIdLayout;
use frameseal_simulation::{Call, Instance};

#[test]
fn one_picks_another_and_both_are_told() {
    let mut call = Call::new(1);
    let join = |call: &mut Call, name| {
        let instance = call.join_with(name, |options| options.slot = Some(7));
        call.send(instance);
        instance
    };
    let [alice, bob] = ["alice", "bob"].map(|name| join(&mut call, name));
    let carol = call.join("carol");
    call.run(2000);

    call.everyone_opens_everyone();
    assert!(is_told(&call, alice) && is_told(&call, bob) && !is_told(&call, carol));
    let [of_alice, of_bob] = [alice, bob].map(|member| slot(&call, member));
    assert!((of_alice == 7) != (of_bob == 7), "{of_alice} {of_bob}");
}

fn is_told(call: &Call, who: Instance) -> bool {
    call[who].events().iter().any(|(_, event)| matches!(event, Event::SlotConflict { .. }))
}

fn slot(call: &Call, who: Instance) -> u16 {
    let key_id = call[who].sealing().expect("it sends");
    KeyIdLayout::from_key_id(key_id).expect("of our profile").slot
}
