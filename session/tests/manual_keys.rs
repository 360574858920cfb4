//! Keys that the application gives.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod common;

use common::{
    DELTA_FRAME, START, TestSession, at, call, events, key, member, process, seal, session, video,
};
use frameseal::{
    Direction, FailureCode, Input, PipelineOptions, Profile, Session, Suites, Verdict,
};

#[test]
fn a_key_that_sealed_before_does_not_seal_again() {
    let mut alice = session();
    alice.set_send_key(1, key(1)).unwrap();
    alice.set_send_key(1, key(1)).unwrap(); // in use: nothing to do
    alice.set_send_key(2, key(2)).unwrap();
    let code = alice.set_send_key(1, key(1)).unwrap_err().code;
    assert_eq!(code, FailureCode::KeyReused);
}

#[test]
fn one_base_key_is_for_one_direction() {
    let mut alice = session();
    let bob = || member("bob");
    alice.set_send_key(1, key(1)).unwrap();
    let code = alice.add_receive_key(START, 5, key(1), bob()).unwrap_err().code;
    assert_eq!(code, FailureCode::KeyReused);

    alice.add_receive_key(START, 5, key(2), bob()).unwrap();
    assert_eq!(alice.set_send_key(6, key(2)).unwrap_err().code, FailureCode::KeyReused);
    alice.remove_receive_key(5).unwrap();
    assert_eq!(alice.set_send_key(5, key(2)).unwrap_err().code, FailureCode::KeyReused);
    alice.set_send_key(1, key(3)).unwrap();
    let code = alice.add_receive_key(START, 1, key(1), bob()).unwrap_err().code;
    assert_eq!(code, FailureCode::KeyReused);
}

#[test]
fn a_key_that_opened_may_open_again() {
    let mut alice = session();
    for _ in 0..2 {
        alice.add_receive_key(START, 5, key(2), member("bob")).unwrap();
        alice.remove_receive_key(5).unwrap();
    }
}

/// An application that replaces keys adds the next one before it removes the last, or after.
#[test]
fn keys_are_added_and_removed_in_any_order() {
    let (mut alice, mut bob) = call();
    alice.set_send_key(2, key(2)).unwrap();
    bob.add_receive_key(START, 2, key(2), member("alice")).unwrap();
    bob.remove_receive_key(1).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert!(process(&mut bob, START, &sealed).is_some());

    bob.remove_receive_key(2).unwrap();
    bob.add_receive_key(START, 1, key(5), member("alice")).unwrap();
    alice.set_send_key(1, key(5)).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert!(process(&mut bob, START, &sealed).is_some());
}

#[test]
fn application_data_is_apart_from_media() {
    let (mut alice, mut bob) = call();
    let data = alice.seal_data(START, 0, b"hello").unwrap();
    let opened = bob.open_data(START, 0, None, data.clone()).unwrap();
    assert_eq!((opened.from, &*opened.data), (member("alice"), &b"hello"[..]));

    let mut refused = |stream, data| bob.open_data(START, stream, None, data).unwrap_err().code;
    assert_eq!(refused(0, data), FailureCode::AuthenticationFailed);
    let frame = seal(&mut alice, &DELTA_FRAME);
    assert_eq!(refused(0, frame[1..].to_vec()), FailureCode::NotSealed, "a frame is no data");
    assert_eq!(refused(0, vec![0x88]), FailureCode::NotSealed);
    let other = alice.seal_data(START, 3, b"hello").unwrap();
    assert_eq!(refused(0, other.clone()), FailureCode::WrongSource, "another stream's");
    assert_eq!(refused(4, other.clone()), FailureCode::InvalidArgument);
    assert_eq!(&*bob.open_data(START, 3, None, other).unwrap().data, b"hello");
    let missing = session().seal_data(START, 0, b"x").unwrap_err();
    assert_eq!(missing.code, FailureCode::MissingKey);
    assert!(
        !format!(
            "{:?}",
            bob.open_data(START, 0, None, alice.seal_data(START, 0, b"secret").unwrap())
        )
        .contains("115")
    );
}

#[test]
fn data_of_another_member_than_expected_does_not_come_out() {
    let (mut alice, mut bob) = call();
    let data = alice.seal_data(START, 0, b"hello").unwrap();
    let carol = member("carol");
    assert!(bob.open_data(START, 0, Some(&carol), data.clone()).is_err());
    let opened = bob.open_data(START, 0, Some(&member("alice")), data).unwrap();
    assert_eq!(&*opened.data, b"hello", "the refusal used nothing up");
}

#[test]
fn arguments_out_of_range_are_named() {
    let mut alice = session();
    let too_large = 1 << 24;
    for failure in [
        alice.set_send_key(too_large, key(1)).unwrap_err(),
        alice.remove_receive_key(too_large).unwrap_err(),
        alice.add_pipeline(PipelineOptions { track: 12, ..video(Direction::Send) }).unwrap_err(),
        alice
            .add_pipeline(PipelineOptions { pipeline: u32::MAX, ..video(Direction::Send) })
            .unwrap_err(),
        alice.seal(START, 0, &vec![0; (16 << 20) + 1]).unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::InvalidArgument, "{}", failure.message);
    }
    assert_eq!(alice.remove_receive_key(3).unwrap_err().code, FailureCode::MissingKey);
}

#[test]
fn in_profile_rfc9605_every_key_id_is_the_applications() {
    let mut alice: TestSession = Session::with_manual_keys(Profile::Rfc9605, Suites::default());
    alice.set_send_key(u64::MAX, key(1)).unwrap();
    assert_eq!(alice.stats().send_key_id, Some(u64::MAX));
    let data = alice.seal_data(START, 0, b"x").unwrap();
    assert_eq!(data[..9], [0xf0, 255, 255, 255, 255, 255, 255, 255, 255]);
}

#[test]
fn nothing_is_exchanged() {
    let mut manual = session();
    for failure in [
        manual.handle(START, Input::Joined(member("bob"))).unwrap_err(),
        manual.rotate(START).unwrap_err(),
        manual.prepare().unwrap_err(),
        manual.fingerprint().unwrap_err(),
        manual.safety_number(None).unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::Unsupported, "{}", failure.message);
    }
    assert_eq!(manual.work(at(5)), frameseal::Wake::Never);
    assert_eq!(events(&mut manual), []);
    let (mut alice, mut bob) = call();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert_eq!(bob.open(START, 0, &sealed).unwrap(), Verdict::Pass(&DELTA_FRAME));
}
