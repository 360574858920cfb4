//! Keys are replaced as often as they may be, while people join.

use frameseal::Input;
use frameseal_simulation::Link;

use super::call_of;

#[test]
fn every_100_ms_with_joins_between_loses_nothing() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    call.set_link(Link { delay: 30..=30, ..Link::perfect() });
    let before = call[bob].frames_opened();
    let mut sealed = 0;
    for round in 0..100 {
        call.tell(alice, Input::Rotate);
        for _ in 0..5 {
            call.frame_opens(alice, bob);
            sealed += 1;
            call.run(20);
        }
        if round % 3 == 0 {
            call.join(&format!("listener-{round}"));
        }
    }
    call.run(2000);
    assert_eq!(call[bob].frames_opened() - before, sealed);
    let generations = call[alice].manager().sending().expect("it sends").generation();
    assert!(generations > 32, "key IDs came round: {generations} generations");
    call.everyone_opens_everyone();
}
