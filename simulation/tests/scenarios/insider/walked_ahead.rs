//! Mallory forges frames under keys that Alice has not ratcheted to yet, and goes.

use super::{Forger, call_of, expect_senders, heard};

const HOUR: usize = 3600;

/// For an hour, every second's frame.
fn alice_is_heard(expect: bool, attack: impl Fn(&mut frameseal_simulation::Call, &Forger)) {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    expect_senders(&mut call, expect);
    let forger = Forger::new(&call, mallory, alice);
    attack(&mut call, &forger);
    call.leave(mallory);
    // Forged frames on Alice's own track hold hers up while they wait. Only a server can bring them
    // there, which can hold hers up anyway.
    call.run(2000);
    assert_eq!(heard(&mut call, alice, bob, HOUR, 1000), HOUR);
}

#[test]
fn by_frames() {
    for expect in [false, true] {
        alice_is_heard(expect, |call, forger| {
            let [alice, bob, mallory] = ["alice", "bob", "mallory"].map(|name| by_name(call, name));
            for steps in (7..=126).step_by(7) {
                for track in [alice, mallory] {
                    let frame = forger.frame(call, track, steps);
                    call.show(bob, &frame);
                }
            }
        });
    }
}

#[test]
fn by_data() {
    alice_is_heard(false, |call, forger| {
        let bob = by_name(call, "bob");
        let now = frameseal::Timestamp::from_millis(call.now());
        for steps in (7..=126).step_by(7) {
            let data = forger.data(steps);
            let _ = call.member_mut(bob).session_mut().open_data(now, 0, None, data);
        }
    });
}

/// Data of another member than the one whose channel it came through opens in nobody's name.
#[test]
fn data_is_of_whom_the_application_expects() {
    let (mut call, [alice, bob, mallory]) = call_of(["alice", "bob", "mallory"]);
    let data = Forger::new(&call, mallory, alice).data(0);
    let now = frameseal::Timestamp::from_millis(call.now());
    let expected = call.id("mallory");
    let refused =
        call.member_mut(bob).session_mut().open_data(now, 0, Some(&expected), data.clone());
    assert_eq!(
        refused.expect_err("it is in alice's name").code,
        frameseal::FailureCode::WrongSource
    );

    // Nothing moved: as alice's it opens still, once.
    let alices = call.id("alice");
    let opened = call.member_mut(bob).session_mut().open_data(now, 0, Some(&alices), data);
    assert_eq!(opened.expect("sealed with her key").data, b"data");
}

fn by_name(call: &frameseal_simulation::Call, name: &str) -> frameseal_simulation::Instance {
    let found = call.live().into_iter().find(|member| call[*member].id().as_str() == name);
    found.expect("it is there")
}
