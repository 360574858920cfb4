//! Several senders with keys in one slot.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameKind, KeyId, KeyIdLayout, Profile, Receiver, Sender, Wipe,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;

fn key_id() -> KeyId {
    KeyIdLayout { slot: 3, epoch: 8, track: 0 }.to_key_id()
}

fn key(of: u8) -> BaseKey {
    BaseKey::new(vec![of; 16])
}

fn sender(of: u8) -> Sender {
    Sender::new(Profile::Frameseal1, SUITE, key_id(), key(of).into_send_key())
}

/// A receiver with the keys of so many senders, all under one ID.
fn receiver(senders: u8) -> Receiver<u8> {
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    for of in 0..senders {
        receiver.follow(key_id(), key(of).into_receive_key(), of);
    }
    receiver
}

fn open(receiver: &mut Receiver<u8>, from: Option<u8>, sender: &mut Sender) -> Option<u8> {
    let arrival = Arrival { from: from.as_ref(), ..Arrival::default() };
    let mut body = sender.seal(1, FrameKind::Audio, b"sound").unwrap();
    receiver.open(FrameKind::Audio, arrival, &mut body).ok().map(|(opened, _)| opened.source)
}

#[test]
fn each_is_heard_by_its_own_key() {
    let mut receiver = receiver(4);
    let mut senders = [0, 1, 2, 3].map(sender);
    for _ in 0..3 {
        for (of, sender) in (0..).zip(&mut senders) {
            assert_eq!(open(&mut receiver, None, sender), Some(of));
        }
    }
}

/// Whoever comes late is not crowded out by any number of seats that came earlier.
#[test]
fn a_sender_behind_many_others_is_heard_soon_and_then_always() {
    for others in [4, 5, 40] {
        let mut receiver = receiver(others + 1);
        let mut last = sender(others);
        let lost = (0..).take_while(|_| open(&mut receiver, None, &mut last).is_none()).count();
        assert!(lost <= usize::from(others).div_ceil(3), "{lost} frames lost behind {others}");
        for _ in 0..100 {
            assert_eq!(open(&mut receiver, None, &mut last), Some(others));
        }
    }
}

#[test]
fn with_an_expected_sender_only_its_keys_are_tried() {
    let mut receiver = receiver(40);
    assert_eq!(open(&mut receiver, Some(39), &mut sender(39)), Some(39));
    assert_eq!(open(&mut receiver, Some(39), &mut sender(0)), None);
    let mut stranger = sender(0);
    assert_eq!(open(&mut receiver, Some(0), &mut stranger), Some(0));
}

#[test]
fn nobodys_keys_are_wiped_with_anothers() {
    let mut receiver = receiver(2);
    receiver.wipe(&Wipe { source: 0, key_id: None });
    assert_eq!(open(&mut receiver, None, &mut sender(0)), None);
    assert_eq!(open(&mut receiver, None, &mut sender(1)), Some(1));
}
