//! The server is a member for a moment, before it lets the real one through.

use frameseal::{FrameKind, MemberState, Options, Room};
use frameseal_simulation::attacker::Impostor;
use frameseal_simulation::{Call, LEAVER_OPENS};

use super::{frame, times_told};

/// In a room without a secret both safety numbers are right in the end: so nothing may be left of
/// what the impostor was given.
#[test]
fn keeps_no_key_that_is_of_use() {
    for pause in [50, 200, 310, 1000, 5000] {
        let mut call = Call::new(1);
        let alice = call.join_sending("alice");
        let room = Room::new("simulation").expect("a short name");
        let options = Options::new(room, call.id("bob"));
        let impostor = Impostor::new(options, call.id("alice"), call.now() + pause);
        let hoard = impostor.hoard();
        call.attack(impostor);
        let bob = call.join_sending("bob");
        call.run(pause - 10);
        let early = frame(&mut call, alice);
        assert!(hoard.borrow().opens(FrameKind::Delta, &early.body), "it is believed at first");

        call.run(3000);
        assert!(times_told(&call, bob, "alice", MemberState::Secured) > 0, "{pause} ms");
        call.run(LEAVER_OPENS);
        call.everyone_opens_everyone();
        let late = frame(&mut call, alice);
        assert!(!hoard.borrow().opens(FrameKind::Delta, &late.body), "{pause} ms");
        let seen: Vec<_> = call[alice].manager().members().collect();
        assert!(seen.iter().all(|member| member.fingerprint == Some(call[bob].fingerprint())));
    }
}
