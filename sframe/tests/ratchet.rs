//! Keys that are ratcheted: the receiver follows what its holder gave, and frames move nothing.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, Counter, FrameKind, Header, KeyId, KeyIdLayout, OpenError,
    Profile, Receiver, SendKey, Sender, Wipe,
};
use hex_literal::hex;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;
const MAX_STEPS: u8 = Receiver::<&str>::MAX_STEPS;

fn key_id(epoch: u8) -> KeyId {
    KeyIdLayout { slot: 3, epoch, track: 0 }.to_key_id()
}

fn base_key(byte: u8) -> BaseKey {
    BaseKey::new(vec![byte; 16])
}

/// Seals one frame `steps` ratchet steps after the key `byte` of epoch `from`.
fn sealed_from(byte: u8, from: u8, steps: u8) -> Vec<u8> {
    let first = base_key(byte).into_send_key();
    let key: SendKey = (0..steps).fold(first, |key, _| key.ratchet(SUITE));
    let key_id = key_id(from.wrapping_add(steps));
    let mut sender = Sender::new(Profile::Frameseal1, SUITE, key_id, key);
    sender.seal(2, FrameKind::Key, b"frame").unwrap()
}

fn sealed(steps: u8) -> Vec<u8> {
    sealed_from(4, 8, steps)
}

fn receiver() -> Receiver<&'static str> {
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    receiver.follow(key_id(8), base_key(4).into_receive_key(), "alice");
    receiver
}

fn open(receiver: &mut Receiver<&'static str>, mut body: Vec<u8>) -> Result<(), OpenError> {
    let before = body.clone();
    match receiver.open(FrameKind::Key, Arrival::default(), &mut body) {
        Ok((opened, plaintext)) => {
            assert_eq!((opened.source, opened.track, &*plaintext), ("alice", 2, &b"frame"[..]));
            Ok(())
        }
        Err(error) => {
            assert_eq!(body, before);
            Err(error)
        }
    }
}

#[test]
fn ratchet_is_the_rfcs_hkdf() {
    // Computed with Python's hmac module from the formula in RFC 9605 section 5.1.
    let ratcheted = base_key(4).ratchet(SUITE);
    let expected = BaseKey::new(
        hex!("d301ceb0280dce4e0f9bd77fcc46a56ea7f6a56d89175d7c1e93b18210908c1f").to_vec(),
    );
    assert_eq!(ratcheted.fingerprint(), expected.fingerprint());
}

#[test]
fn receiver_follows_64_steps_and_none_beyond() {
    for steps in 0..=MAX_STEPS {
        assert_eq!(open(&mut receiver(), sealed(steps)), Ok(()), "{steps} steps");
    }
    let beyond = open(&mut receiver(), sealed(MAX_STEPS + 1));
    assert!(matches!(beyond, Err(OpenError::UnknownKey(_))), "{beyond:?}");
}

#[test]
fn epochs_go_on_from_255_to_0() {
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    receiver.follow(key_id(250), base_key(4).into_receive_key(), "alice");
    for steps in [0, 5, 6, 64] {
        assert_eq!(open(&mut receiver, sealed_from(4, 250, steps)), Ok(()), "{steps} steps");
    }
}

/// Whoever holds a key can forge frames under all that follow from it.
#[test]
fn frames_ahead_outdate_nothing() {
    let mut receiver = receiver();
    for steps in (0..=MAX_STEPS).rev() {
        assert_eq!(open(&mut receiver, sealed(steps)), Ok(()), "{steps} steps");
        assert_eq!(open(&mut receiver, sealed(steps)), Err(OpenError::Duplicate));
    }
}

#[test]
fn a_later_key_of_the_sender_ends_the_ratchet_of_the_earlier_one() {
    let mut receiver = receiver();
    assert_eq!(open(&mut receiver, sealed(8)), Ok(()));
    receiver.follow(key_id(16), base_key(5).into_receive_key(), "alice");
    assert_eq!(open(&mut receiver, sealed(7)), Ok(()), "a step for a newcomer, on its way");
    assert_eq!(open(&mut receiver, sealed(8)), Err(OpenError::Authentication));
    assert_eq!(open(&mut receiver, sealed_from(5, 16, 0)), Ok(()));

    receiver.wipe(&Wipe { source: "alice", key_id: Some(key_id(8)) });
    assert!(open(&mut receiver, sealed(0)).is_err());
    assert_eq!(open(&mut receiver, sealed_from(5, 16, 64)), Ok(()));
}

#[test]
fn an_earlier_key_that_comes_late_ends_before_the_later_one() {
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    receiver.follow(key_id(16), base_key(5).into_receive_key(), "alice");
    receiver.follow(key_id(8), base_key(4).into_receive_key(), "alice");
    assert_eq!(open(&mut receiver, sealed(7)), Ok(()));
    assert_eq!(open(&mut receiver, sealed(8)), Err(OpenError::Authentication));
    assert_eq!(open(&mut receiver, sealed_from(5, 16, 1)), Ok(()));
}

#[test]
fn a_forged_step_changes_nothing() {
    let mut receiver = receiver();
    for steps in 1..8 {
        let mut forged = sealed(steps);
        *forged.last_mut().unwrap() ^= 1;
        let unknown = KeyIdLayout { slot: 3, epoch: 8 + steps, track: 2 }.to_key_id();
        let Err(OpenError::UnknownKey(header)) = open(&mut receiver, forged) else {
            panic!("it opened");
        };
        assert_eq!(header.key_id, unknown);
    }
    assert_eq!(open(&mut receiver, sealed(7)), Ok(()));
}

#[test]
fn a_wiped_key_takes_all_that_were_ratcheted_from_it_along() {
    for key in [None, Some(key_id(8))] {
        let mut receiver = receiver();
        receiver.follow(key_id(100), base_key(6).into_receive_key(), "bob");
        for steps in [3, 7] {
            assert_eq!(open(&mut receiver, sealed(steps)), Ok(()));
        }
        receiver.wipe(&Wipe { source: "alice", key_id: key });
        for steps in 0..9 {
            assert!(open(&mut receiver, sealed(steps)).is_err(), "step {steps}");
        }
        assert_eq!(receiver.sources(key_id(100)), [&"bob"], "nobody else's");
    }
}

/// Manual keys: what was added opens, and exactly that.
#[test]
fn added_keys_are_not_ratcheted_and_removed_in_any_order() {
    let add = |receiver: &mut Receiver<&'static str>, step: u8| {
        let key = (0..step).fold(base_key(4), |key, _| key.ratchet(SUITE));
        receiver.add(key_id(8 + step), key.into_receive_key(), "alice");
    };
    for removed in [0, 1] {
        let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
        add(&mut receiver, 0);
        assert!(matches!(open(&mut receiver, sealed(1)), Err(OpenError::UnknownKey(_))));
        add(&mut receiver, 1);
        assert_eq!(open(&mut receiver, sealed(1)), Ok(()));

        assert!(receiver.remove(key_id(8 + removed)));
        assert!(!receiver.remove(key_id(8 + removed)), "it is gone");
        assert!(matches!(open(&mut receiver, sealed(removed)), Err(OpenError::UnknownKey(_))));
        let left = if removed == 0 { Err(OpenError::Duplicate) } else { Ok(()) };
        assert_eq!(open(&mut receiver, sealed(1 - removed)), left, "the other one stays");
    }
}

#[test]
fn adding_the_same_key_again_keeps_what_was_seen() {
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    receiver.add(key_id(8), base_key(4).into_receive_key(), "alice");
    assert_eq!(open(&mut receiver, sealed(0)), Ok(()));
    receiver.add(key_id(8), base_key(4).into_receive_key(), "alice again");
    assert_eq!(open(&mut receiver, sealed(0)), Err(OpenError::Duplicate));
    assert_eq!(receiver.sources(key_id(8)), [&"alice again"]);
}

#[test]
fn other_slots_do_not_ratchet() {
    let other = KeyIdLayout { slot: 4, epoch: 9, track: 0 }.to_key_id();
    let key = base_key(4).into_send_key().ratchet(SUITE);
    let mut sender = Sender::new(Profile::Frameseal1, SUITE, other, key);
    let result = open(&mut receiver(), sender.seal(0, FrameKind::Key, b"frame").unwrap());
    let header = Header { key_id: other, counter: Counter::new(0) };
    assert_eq!(result, Err(OpenError::UnknownKey(header)));
}
