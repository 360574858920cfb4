//! Members know different secrets, or the same.

use frameseal::{MemberState, ProblemCode, Room, Secret};
use frameseal_simulation::Call;

use super::{is_told, times_told};

#[test]
fn a_wrong_one_secures_nothing() {
    let mut call = Call::new(1);
    call.share_secret(&[1; 16]);
    let alice = call.join_sending("alice");
    call.share_secret(&[2; 16]);
    let mallory = call.join_sending("mallory");
    call.run(60_000);

    for (who, other) in [(alice, "mallory"), (mallory, "alice")] {
        assert_eq!(times_told(&call, who, other, MemberState::Secured), 0);
        assert_eq!(call[who].opened_keys(), 0);
        assert!(is_told(&call, who, ProblemCode::MessageRejected), "the application hears why");
    }
    assert!(!call.frame_opens(alice, mallory) && !call.frame_opens(mallory, alice));
}

#[test]
fn a_passphrase_is_one() {
    let mut call = Call::new(2);
    let join = |call: &mut Call, name, passphrase: &str| {
        let instance = call.join_with(name, |options| {
            let room = Room::new("simulation").expect("a short name");
            options.secret = Secret::passphrase(&room, passphrase).expect("not empty");
        });
        call.send(instance);
        instance
    };
    let alice = join(&mut call, "alice", "correct horse");
    let bob = join(&mut call, "bob", "correct horse");
    let mallory = join(&mut call, "mallory", "correct house");
    call.run(3000);
    assert!(call.frame_opens(alice, bob) && call.frame_opens(bob, alice));
    assert!(!call.frame_opens(alice, mallory) && call[mallory].opened_keys() == 0);
}
