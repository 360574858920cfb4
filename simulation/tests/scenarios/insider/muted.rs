//! Alice is muted. The media server opens another pipeline, and plays what she said before.

use super::{call_of, expect_senders};

#[test]
fn nothing_from_before_is_played_again() {
    for expect in [false, true] {
        let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
        expect_senders(&mut call, expect);
        let mut said = Vec::new();
        for _ in 0..1000 {
            let frame = call.seal(alice).expect("it sends");
            assert!(call.show(bob, &frame));
            said.push(frame);
            call.run(20);
        }
        call.run(6000);
        let now = call.now();
        for frame in &said {
            assert!(!call.member_mut(bob).open_again(now, frame));
        }
        assert!(call.frame_opens(alice, bob), "what she says now is heard");
    }
}

/// The same track on a stage and as a thumbnail, or on two connections while one is replaced.
#[test]
fn two_pipelines_of_one_track_play_all_of_it() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    let stage = call.id("alice");
    for _ in 0..1000 {
        let frame = call.seal(alice).expect("it sends");
        assert!(call.show(bob, &frame));
        let thumbnail = frameseal_simulation::Frame { by: call.id("thumbnail"), ..frame };
        assert!(call.show(bob, &thumbnail), "of {stage}");
        call.run(20);
    }
}
