//! Mallory forges a frame of Alice's with a counter far ahead.

use super::{Forger, call_of, heard};

/// On her own track, as any media server forwards it. Where the application expects Alice, she goes on to
/// be heard, in a new pipeline as well; whether it expects somebody on Mallory's track or not.
#[test]
fn on_the_forgers_own_track() {
    for expects_mallory in [false, true] {
        let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
        assert!(call.frame_opens(alice, bob) && call.frame_opens(mallory, bob));
        let expected = if expects_mallory { &["alice", "mallory"][..] } else { &["alice"] };
        call.member_mut(bob).expect_senders(expected);
        let far = Forger::new(&call, mallory, alice).far_frame(&call, mallory);
        assert_eq!(call.show(bob, &far), !expects_mallory, "with `from`, it is nobody's");
        assert_eq!(heard(&mut call, alice, bob, 600, 100), 600);
        let frame = call.seal(alice).expect("it sends");
        let now = call.now();
        assert!(call.member_mut(bob).open_again(now, &frame), "through a new pipeline");
    }
}
