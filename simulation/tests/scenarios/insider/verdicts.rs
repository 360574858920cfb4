//! Twenty members come, and the application accepts all of them, one after the other.

use frameseal::{Event, Input};
use frameseal_simulation::Call;

#[test]
fn twenty_at_once_are_heard_by_everybody() {
    let mut call = Call::new(1);
    call.set_hoarding(0);
    let names: Vec<_> = (0..20).map(|number| format!("member-{number}")).collect();
    let members: Vec<_> = names
        .iter()
        .map(|name| {
            let instance = call.join_with(name, |options| {
                options.verify = true;
                options.credential = name.as_bytes().to_vec();
            });
            call.send(instance);
            instance
        })
        .collect();
    call.run(5000);
    assert!(members.iter().all(|member| call[*member].opened_keys() == 0), "nobody is accepted");

    let (alice, bob) = (members[0], members[1]);
    for (number, who) in members.iter().enumerate() {
        let asked = call[*who].events().iter().filter_map(|(_, event)| match event {
            Event::Verify { id, fingerprint, .. } => Some((id.clone(), *fingerprint)),
            _ => None,
        });
        for (id, fingerprint) in asked.collect::<Vec<_>>() {
            call.tell(*who, Input::Accept(id, fingerprint));
        }
        call.run(110); // each is a ratchet step of those that were accepted before
        assert!(number < 2 || call.frame_opens(alice, bob), "step {number}");
    }
    let steps = call[alice].manager().sending().expect("it sends").get();
    assert!(steps > 14, "{steps} steps");
    assert!(call.run_until_open(3000).is_some());
    for _ in 0..100 {
        call.run(100);
        call.everyone_opens_everyone();
    }
}
