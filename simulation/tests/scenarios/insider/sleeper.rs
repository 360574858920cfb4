//! Alice's worker sleeps while her key is to be replaced: a laptop is shut, a page is frozen.

use frameseal::{Timestamp, Verdict};
use frameseal_simulation::{PICTURE, body_of};

use super::super::ever_opens;
use super::call_of;

#[test]
fn seals_nothing_under_a_key_whose_time_is_over() {
    let (mut call, [alice, bob, carol]) = call_of(["alice", "bob", "carol"]);
    let left_at = call.now();
    let carols = call.id("carol");
    let session = call.member_mut(alice).session_mut();
    let told = session.handle(Timestamp::from_millis(left_at), frameseal::Input::Left(carols));
    told.expect("she was there");

    // No timer of hers runs, and the first thing that she does is to seal a frame.
    let awake = Timestamp::from_millis(left_at + 10_000);
    let body = match session.seal(awake, 0, PICTURE).expect("a short frame") {
        Verdict::Pass(sealed) => body_of(sealed).to_vec(),
        verdict => panic!("{verdict:?}"),
    };
    let frame = frameseal_simulation::Frame { by: call.id("alice"), body };
    assert!(!ever_opens(&call, carol, &frame), "Carol has left ten seconds ago");

    call.leave(carol);
    call.run(10_000);
    call.show(bob, &frame);
    call.run(2_000);
    assert!(call.frame_opens(alice, bob));
}
