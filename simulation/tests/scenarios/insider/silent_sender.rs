//! Alice has a key and says nothing, while many join.

use frameseal::{Input, MemberId};

use super::{call_of, heard};

#[test]
fn is_heard_after_any_number_of_joins() {
    for joins in [100, 127, 128, 129, 200, 255, 256, 300] {
        let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
        assert!(call.frame_opens(alice, bob));
        for number in 0..joins {
            // Those who say nothing are enough: Alice makes a key for each that is there.
            let id = MemberId::new(&format!("listener-{number}")).expect("an ID");
            call.tell(alice, Input::Joined(id));
            call.run(110);
        }
        call.run(1000);
        assert_eq!(heard(&mut call, alice, bob, 10, 100), 10, "within 1 s after {joins} joins");
        call.everyone_opens_everyone();
    }
}
