//! A key is lost on the way.

use frameseal::Input;
use frameseal_simulation::Link;

use super::call_of;

#[test]
fn is_asked_for_when_frames_come_under_it() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    call.set_link(Link::cut());
    call.tell(alice, Input::Rotate);
    call.run(700);
    call.set_link(Link::perfect());
    assert!(!call.frame_opens(alice, bob));
    call.run(30);
    assert!(call.frame_opens(alice, bob), "asked, and answered: 20 ms");
}

#[test]
fn is_sent_again_without_being_asked() {
    let (mut call, [alice, bob]) = call_of(["alice", "bob"]);
    call.set_link(Link::cut());
    call.tell(alice, Input::Rotate);
    call.run(500);
    call.set_link(Link::perfect());
    call.run(1300);
    assert!(call.frame_opens(alice, bob), "within two retries");
}
