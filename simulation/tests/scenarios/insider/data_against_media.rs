//! Nothing that a data channel carries moves a window, an epoch or a key of media.

use frameseal::{FrameKind, Profile, Timestamp};

use super::{Forger, call_of, heard};

#[test]
fn any_data_leaves_media_alone() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let forger = Forger::new(&call, mallory, alice);
    let now = Timestamp::from_millis(call.now());
    let held: Vec<_> = call[bob].held().map(|(key_id, _)| key_id).collect();
    let metadata = Profile::Frameseal1.metadata(FrameKind::Data);
    let session = call.member_mut(bob).session_mut();
    for stream in 0..4 {
        for track in 0..16 {
            let opened = session.open_data(now, stream, None, forger.far(track, metadata));
            assert_eq!(opened.is_ok(), track == 12 + stream, "stream {stream}, track {track}");
        }
        for steps in 0..=64 {
            let _ = session.open_data(now, stream, None, forger.data(steps));
        }
    }
    let after: Vec<_> = call[bob].held().map(|(key_id, _)| key_id).collect();
    assert_eq!(held, after);
    call.leave(mallory);
    assert_eq!(heard(&mut call, alice, bob, 600, 100), 600);
}

/// And media does not make data late.
#[test]
fn any_media_leaves_data_alone() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let far = Forger::new(&call, mallory, alice).far_frame(&call, mallory);
    call.show(bob, &far);
    let now = Timestamp::from_millis(call.now());
    let data = call.member_mut(alice).session_mut().seal_data(now, 0, b"hello").expect("sealed");
    let opened = call.member_mut(bob).session_mut().open_data(now, 0, None, data);
    assert_eq!(opened.expect("it opens").data, b"hello");
}
