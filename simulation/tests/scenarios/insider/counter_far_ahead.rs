//! Mallory forges a frame of Alice's with a counter far ahead.

use super::{Forger, call_of, expect_senders, heard};

/// On her own track, as any media server forwards it. Alice's goes on, for a minute at least: with a
/// new connection of Bob's as well.
#[test]
fn on_the_forgers_own_track() {
    for expect in [false, true] {
        let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
        expect_senders(&mut call, expect);
        assert!(call.frame_opens(alice, bob));
        let far = Forger::new(&call, mallory, alice).far_frame(&call, mallory);
        assert_eq!(call.show(bob, &far), !expect, "with `from`, it is nobody's");
        if expect {
            assert_eq!(heard(&mut call, alice, bob, 600, 100), 600);
            let frame = call.seal(alice).expect("it sends");
            let now = call.now();
            assert!(call.member_mut(bob).open_again(now, &frame), "through a new pipeline");
        }
    }
}

/// Application data, though it names the key of Alice's track.
#[test]
fn as_data_of_a_media_track() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let metadata = frameseal::Profile::Frameseal1.metadata(frameseal::FrameKind::Data);
    let far = Forger::new(&call, mallory, alice).far(super::TRACK, metadata);
    let now = frameseal::Timestamp::from_millis(call.now());
    let refused = call.member_mut(bob).session_mut().open_data(now, 0, None, far);
    assert!(refused.is_err(), "there is no data on a track of media");
    assert_eq!(heard(&mut call, alice, bob, 600, 100), 600);
}
