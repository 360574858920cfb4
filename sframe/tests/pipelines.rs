//! One track, received through several pipelines; and what a media server can play through another.
#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a test may panic")]

use core::time::Duration;

use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameKind, KeyId, KeyIdLayout, OpenError, Profile, REPLAY_LAG,
    Receiver, Sender, Timestamp,
};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;

fn key_id() -> KeyId {
    KeyIdLayout { slot: 3, epoch: 8, track: 0 }.to_key_id()
}

fn key() -> BaseKey {
    BaseKey::new(vec![7; 16])
}

/// Alice's sender, and Bob's receiver.
fn call() -> (Sender, Receiver<&'static str>) {
    let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
    receiver.follow(key_id(), key().into_receive_key(), "alice");
    (Sender::new(Profile::Frameseal1, SUITE, key_id(), key().into_send_key()), receiver)
}

/// So many frames of sound, of 20 ms each.
fn sound(sender: &mut Sender, frames: usize) -> Vec<Vec<u8>> {
    let seal = |_| sender.seal(0, FrameKind::Audio, b"sound").unwrap();
    (0..frames).map(seal).collect()
}

fn at(frame: usize) -> Timestamp {
    Timestamp::from_millis(20 * frame as u64)
}

/// Plays a frame; returns through how many pipelines it came.
fn play(
    receiver: &mut Receiver<&'static str>,
    (now, pipeline, from): (Timestamp, u32, Option<&'static str>),
    frame: &[u8],
) -> Result<usize, OpenError> {
    let arrival = Arrival { now, pipeline, from: from.as_ref() };
    let mut body = frame.to_vec();
    receiver.open(FrameKind::Audio, arrival, &mut body).map(|(opened, _)| opened.copies)
}

#[test]
fn each_pipeline_plays_each_frame_once() {
    let (mut alice, mut bob) = call();
    for (number, frame) in sound(&mut alice, 500).iter().enumerate() {
        for (copies, pipeline) in (1..).zip([1, 2, 3]) {
            let come = (at(number), pipeline, None);
            assert_eq!(play(&mut bob, come, frame), Ok(copies));
            assert_eq!(play(&mut bob, come, frame), Err(OpenError::Duplicate));
        }
    }
}

#[test]
fn a_second_pipeline_may_begin_late_and_lag_behind() {
    let (mut alice, mut bob) = call();
    let frames = sound(&mut alice, 1000);
    for (number, frame) in frames.iter().enumerate() {
        assert!(play(&mut bob, (at(number), 1, None), frame).is_ok());
        // 4 s behind, from the tenth second on.
        if let Some(lagging) = number.checked_sub(200).filter(|lagging| *lagging >= 300) {
            assert!(play(&mut bob, (at(number), 2, None), &frames[lagging]).is_ok(), "{number}");
        }
    }
}

#[test]
fn what_was_played_long_ago_is_not_played_again_by_any_pipeline() {
    for from in [None, Some("alice")] {
        let (mut alice, mut bob) = call();
        let frames = sound(&mut alice, 1000);
        // A pipeline that plays the first frame, and that the server then keeps for later.
        assert!(play(&mut bob, (at(0), 7, from), &frames[0]).is_ok());
        for (number, frame) in frames.iter().enumerate() {
            assert!(play(&mut bob, (at(number), 1, from), frame).is_ok());
        }
        // Alice is muted. The server plays all that she said.
        let later = at(1000).after(REPLAY_LAG).after(Duration::from_secs(1));
        for pipeline in [1, 2, 7] {
            for frame in &frames[1..] {
                assert!(play(&mut bob, (later, pipeline, from), frame).is_err());
            }
        }
        // She speaks again.
        for frame in sound(&mut alice, 10) {
            assert!(play(&mut bob, (later, 1, from), &frame).is_ok());
        }
    }
}

/// A pipeline that expects somebody else tells nothing about hers.
#[test]
fn a_counter_far_ahead_on_another_members_pipeline_silences_nobody() {
    let (mut alice, mut bob) = call();
    let mut forger = Sender::new(Profile::Frameseal1, SUITE, key_id(), key().into_send_key());
    let far = sound(&mut forger, 100_000).pop().unwrap();
    assert!(play(&mut bob, (at(0), 9, None), &far).is_ok(), "it is in Alice's name");

    let frames = sound(&mut alice, 2000);
    for (number, frame) in frames.iter().enumerate() {
        assert!(play(&mut bob, (at(number), 1, Some("alice")), frame).is_ok(), "{number}");
    }
}

#[test]
fn a_frame_of_another_sender_than_expected_moves_nothing() {
    let (mut alice, mut bob) = call();
    let frame = sound(&mut alice, 1).pop().unwrap();
    let refused = play(&mut bob, (at(0), 1, Some("mallory")), &frame);
    assert!(matches!(refused, Err(OpenError::UnknownKey(_))), "{refused:?}");
    assert_eq!(play(&mut bob, (at(0), 1, Some("alice")), &frame), Ok(1));
}

#[test]
fn data_and_media_do_not_touch_each_other() {
    let (mut alice, mut bob) = call();
    let [early, late] = [0, 1].map(|stream| {
        let first = alice.seal_data(stream, b"waits").unwrap();
        for _ in 0..2000 {
            alice.seal_data(1 - stream, b"a piece of a file").unwrap();
        }
        first
    });
    let mut open = |kind, body: &[u8]| {
        bob.open(kind, Arrival::default(), &mut body.to_vec()).map(|(opened, _)| opened.track)
    };
    for piece in 0..2000 {
        let piece_of = alice.seal_data(1, b"a piece of a file").unwrap();
        assert_eq!(open(FrameKind::Data, &piece_of), Ok(1), "{piece}");
    }
    assert_eq!(open(FrameKind::Data, &early), Ok(0), "a stream of its own");
    assert_eq!(open(FrameKind::Data, &late), Ok(1), "within a wide window");
    assert_eq!(open(FrameKind::Audio, &early), Err(OpenError::WrongTrack));
    let sound = sound(&mut alice, 1).pop().unwrap();
    assert_eq!(open(FrameKind::Data, &sound), Err(OpenError::WrongTrack));
    assert_eq!(open(FrameKind::Audio, &sound), Ok(0));
}

#[test]
fn audio_may_have_a_suite_of_its_own() {
    let suites =
        frameseal_sframe::Suites { main: SUITE, audio: CipherSuite::Aes128CtrHmacSha256_32 };
    let mut receiver = Receiver::new(Profile::Frameseal1, suites);
    receiver.follow(key_id(), key().into_receive_key(), "alice");
    let mut sender = Sender::new(Profile::Frameseal1, suites, key_id(), key().into_send_key());
    for (kind, tag) in [(FrameKind::Audio, 4), (FrameKind::Key, 16)] {
        let mut body = sender.seal(0, kind, b"frame").unwrap();
        assert_eq!(body.len(), 3 + 5 + tag);
        assert!(receiver.open(kind, Arrival::default(), &mut body).is_ok());
    }
    let mut body = sender.seal(0, FrameKind::Audio, b"frame").unwrap();
    let refused = receiver.open(FrameKind::Key, Arrival::default(), &mut body);
    assert!(refused.is_err(), "a short tag is for audio alone");
}
