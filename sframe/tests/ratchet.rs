//! Ratcheting: the receiver follows by itself, and only after a frame authenticated.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use frameseal_sframe::{
    BaseKey, CipherSuite, FrameKind, KeyId, KeyIdLayout, OpenError, Profile, Receiver, SendKey,
    Sender,
};
use hex_literal::hex;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;

fn key_id(step: u8) -> KeyId {
    KeyIdLayout { slot: 3, generation: 1, step, track: 0 }.to_key_id()
}

fn base_key() -> BaseKey {
    BaseKey::new(vec![4; 16])
}

/// Seals one frame `steps` ratchet steps after `base_key`.
fn sealed(steps: u8) -> Vec<u8> {
    let key: SendKey = (0..steps).fold(base_key().into_send_key(), |key, _| key.ratchet(SUITE));
    Sender::new(Profile::Frameseal1, SUITE, key_id(steps), key)
        .track(2)
        .seal(Profile::Frameseal1.metadata(FrameKind::Key), b"frame")
        .unwrap()
}

fn receiver(profile: Profile) -> Receiver<&'static str> {
    let mut receiver = Receiver::new(profile, SUITE);
    receiver.add(key_id(0), base_key().into_receive_key(), "alice");
    receiver
}

#[test]
fn ratchet_is_the_rfcs_hkdf() {
    // Computed with Python's hmac module from the formula in RFC 9605 section 5.1.
    let ratcheted = base_key().ratchet(SUITE);
    let expected = BaseKey::new(
        hex!("d301ceb0280dce4e0f9bd77fcc46a56ea7f6a56d89175d7c1e93b18210908c1f").to_vec(),
    );
    assert_eq!(ratcheted.fingerprint(), expected.fingerprint());
}

#[test]
fn receiver_follows_up_to_seven_steps() {
    for steps in 0..8 {
        let mut body = sealed(steps);
        let opened = receiver(Profile::Frameseal1).open(FrameKind::Key, &mut body).unwrap();
        assert_eq!((opened.source, opened.track), ("alice", 2));
        assert_eq!(&body[opened.plaintext], b"frame");
    }
}

#[test]
fn receiver_follows_into_the_next_generation() {
    let at = |generation, step| KeyIdLayout { slot: 3, generation, step, track: 0 }.to_key_id();
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    receiver.add(at(31, 6), base_key().into_receive_key(), "alice");
    for (steps, key_id) in [(1, at(31, 7)), (2, at(0, 0)), (7, at(0, 5))] {
        let key = (1..steps).fold(base_key().ratchet(SUITE), |key, _| key.ratchet(SUITE));
        let mut sender = Sender::new(Profile::Frameseal1, SUITE, key_id, key.into_send_key());
        let mut body = sender.seal(2, FrameKind::Key, b"frame").unwrap();
        assert!(receiver.open(FrameKind::Key, &mut body).is_ok(), "{steps} steps");
    }
}

#[test]
fn a_forged_step_changes_nothing() {
    let mut receiver = receiver(Profile::Frameseal1);
    for steps in 1..8 {
        let mut forged = sealed(steps);
        *forged.last_mut().unwrap() ^= 1;
        let before = forged.clone();
        let unknown = KeyIdLayout { slot: 3, generation: 1, step: steps, track: 2 }.to_key_id();
        let result = receiver.open(FrameKind::Key, &mut forged);
        assert_eq!(result, Err(OpenError::UnknownKey(unknown)));
        assert_eq!(forged, before);
    }
    assert!(receiver.open(FrameKind::Key, &mut sealed(7)).is_ok());
}

#[test]
fn earlier_steps_stay_open_and_frames_come_once() {
    let mut receiver = receiver(Profile::Frameseal1);
    assert!(receiver.open(FrameKind::Key, &mut sealed(2)).is_ok());
    assert_eq!(receiver.open(FrameKind::Key, &mut sealed(2)), Err(OpenError::Duplicate));
    assert!(receiver.open(FrameKind::Key, &mut sealed(1)).is_ok());
    assert!(receiver.open(FrameKind::Key, &mut sealed(0)).is_ok());
}

/// Whoever has the removed key can ratchet it too, ahead of time and all the way round.
#[test]
fn a_removed_key_takes_all_that_were_ratcheted_from_it_along() {
    for replaced in [false, true] {
        let mut receiver = receiver(Profile::Frameseal1);
        for steps in [3, 7] {
            assert!(receiver.open(FrameKind::Key, &mut sealed(steps)).is_ok());
        }
        assert!(!receiver.remove(key_id(3)), "it was not added");
        if replaced {
            receiver.add(key_id(0), BaseKey::new(vec![5; 16]).into_receive_key(), "alice");
        } else {
            assert!(receiver.remove(key_id(0)));
        }
        for steps in 0..9 {
            assert!(receiver.open(FrameKind::Key, &mut sealed(steps)).is_err(), "step {steps}");
        }
    }
}

#[test]
fn adding_the_same_key_again_keeps_what_was_seen() {
    let mut receiver = receiver(Profile::Frameseal1);
    assert!(receiver.open(FrameKind::Key, &mut sealed(0)).is_ok());
    receiver.add(key_id(0), base_key().into_receive_key(), "alice again");
    assert_eq!(receiver.open(FrameKind::Key, &mut sealed(0)), Err(OpenError::Duplicate));
}

#[test]
fn other_slots_generations_and_profiles_do_not_ratchet() {
    let foreign = [
        KeyIdLayout { slot: 4, generation: 1, step: 1, track: 0 },
        KeyIdLayout { slot: 3, generation: 2, step: 1, track: 0 },
    ];
    for layout in foreign {
        let key = base_key().into_send_key().ratchet(SUITE);
        let mut body = Sender::new(Profile::Frameseal1, SUITE, layout.to_key_id(), key)
            .track(0)
            .seal(Profile::Frameseal1.metadata(FrameKind::Key), b"frame")
            .unwrap();
        let result = receiver(Profile::Frameseal1).open(FrameKind::Key, &mut body);
        assert_eq!(result, Err(OpenError::UnknownKey(layout.to_key_id())));
    }

    let result = receiver(Profile::Rfc9605).open(FrameKind::Key, &mut sealed(1));
    assert!(matches!(result, Err(OpenError::UnknownKey(_))));
}

#[test]
fn retaining_later_steps_forgets_the_earlier_ones() {
    let mut receiver = receiver(Profile::Frameseal1);
    assert!(receiver.open(FrameKind::Key, &mut sealed(2)).is_ok());
    receiver.retain(|kept| kept == key_id(2));
    for steps in [0, 1] {
        let result = receiver.open(FrameKind::Key, &mut sealed(steps));
        assert!(matches!(result, Err(OpenError::UnknownKey(_))), "step {steps}");
    }
    assert_eq!(receiver.open(FrameKind::Key, &mut sealed(2)), Err(OpenError::Duplicate));
    assert!(receiver.open(FrameKind::Key, &mut sealed(3)).is_ok(), "ratchets on from what is left");
}
