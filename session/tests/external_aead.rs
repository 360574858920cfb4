//! Frames whose AES-GCM runs elsewhere, for which the suites' AEADs stand in.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod common;

use common::{
    DELTA_FRAME, KEY_FRAME, START, TestSession, call, dropped, events, key, member, process, stats,
    video,
};
use frameseal::{
    CipherSuite, Direction, Dropped, Event, PipelineStats, Profile, Session, Suites, Verdict,
};

#[path = "common/stand_in.rs"]
mod stand_in;

use stand_in::run_aead;

/// Has a frame leave, and writes what comes of it in its place; returns its number.
fn leave(session: &mut TestSession, frame: &[u8]) -> Option<usize> {
    let number = send_away(session, frame)?;
    run_aead(session, number);
    Some(number)
}

fn send_away(session: &mut TestSession, frame: &[u8]) -> Option<usize> {
    session.reserve(START, 0, frame.len()).unwrap().copy_from_slice(frame);
    session.send_away(START, 0)
}

fn come_back(session: &mut TestSession, number: usize) -> Option<Vec<u8>> {
    match session.come_back(START, number, true) {
        Verdict::Pass(output) => Some(output.to_vec()),
        Verdict::Drop => None,
        Verdict::Wait => panic!("its key is here"),
    }
}

#[test]
fn a_frame_makes_the_same_way_as_without() {
    let ((mut alice, mut bob), (mut twin, _)) = (call(), call());
    for _ in 0..3 {
        let number = leave(&mut alice, &KEY_FRAME).unwrap();
        let sealed = come_back(&mut alice, number).unwrap();
        assert_eq!(Some(&sealed), process(&mut twin, START, &KEY_FRAME).as_ref());

        let number = leave(&mut bob, &sealed).unwrap();
        assert_eq!(come_back(&mut bob, number).as_deref(), Some(&KEY_FRAME[..]));
        assert_eq!(process(&mut bob, START, &sealed), None, "it came before");
    }
    for session in [&alice, &bob] {
        let PipelineStats { passed, web_crypto, .. } = stats(session);
        assert_eq!((passed, web_crypto), (3, 3));
    }
    assert!((stats(&bob).bytes_out - stats(&alice).bytes_in).abs() < f64::EPSILON);
    assert!(matches!(events(&mut bob)[..], [Event::Source { .. }]));
}

/// Of two copies of a frame, one went ahead of the one that was away.
#[test]
fn what_does_not_come_out_is_not_counted() {
    let (mut alice, mut bob) = call();
    let number = leave(&mut alice, &KEY_FRAME).unwrap();
    let sealed = come_back(&mut alice, number).unwrap();
    let number = leave(&mut bob, &sealed).unwrap();
    assert!(process(&mut bob, START, &sealed).is_some());
    assert_eq!(come_back(&mut bob, number), None);

    let PipelineStats { passed, web_crypto, dropped, .. } = stats(&bob);
    assert_eq!((passed, web_crypto, dropped.duplicate), (1, 0, 1));
}

#[test]
fn frames_that_are_away_do_not_touch_each_other() {
    let (mut alice, mut bob) = call();
    let frames: Vec<_> = (1..=20_u8).map(|byte| [&KEY_FRAME[..], &[byte; 9]].concat()).collect();
    let numbers: Vec<_> = frames.iter().map_while(|frame| leave(&mut alice, frame)).collect();
    assert_eq!(numbers.len(), 16, "no more may be away");
    let last = process(&mut alice, START, &frames[16]).unwrap();

    for (number, frame) in numbers.into_iter().zip(&frames).rev() {
        let sealed = come_back(&mut alice, number).unwrap();
        let number = leave(&mut bob, &sealed).unwrap();
        assert_eq!(come_back(&mut bob, number).as_ref(), Some(frame));
    }
    assert_eq!(process(&mut bob, START, &last).as_ref(), Some(&frames[16]));
}

#[test]
fn what_is_rejected_elsewhere_is_told_like_any_other_frame() {
    let (mut alice, mut bob) = call();
    let number = leave(&mut alice, &KEY_FRAME).unwrap();
    let mut sealed = come_back(&mut alice, number).unwrap();
    *sealed.last_mut().unwrap() ^= 1;

    let number = send_away(&mut bob, &sealed).unwrap();
    assert_eq!(bob.come_back(START, number, false), Verdict::Drop);
    assert_eq!(stats(&bob).dropped, dropped(|count| count.authentication_failed = 1));
}

/// An AEAD elsewhere may fail for reasons of its own; the frame is then sealed under another nonce.
#[test]
fn what_is_not_sealed_elsewhere_is_sealed_here() {
    let (mut alice, mut bob) = call();
    let number = send_away(&mut alice, &KEY_FRAME).unwrap();
    let Verdict::Pass(sealed) = alice.come_back(START, number, false) else { panic!("not sealed") };
    let sealed = sealed.to_vec();
    assert_eq!(process(&mut bob, START, &sealed).as_deref(), Some(&KEY_FRAME[..]));
    assert_eq!(stats(&alice).web_crypto, 0);
}

#[test]
fn a_key_that_was_removed_meanwhile_opens_nothing() {
    let (mut alice, mut bob) = call();
    let number = leave(&mut alice, &KEY_FRAME).unwrap();
    let sealed = come_back(&mut alice, number).unwrap();

    let number = leave(&mut bob, &sealed).unwrap();
    bob.remove_receive_key(1).unwrap();
    assert_eq!(events(&mut bob), [Event::KeysChanged]);
    assert!(!matches!(bob.come_back(START, number, true), Verdict::Pass(_)));
}

/// Somebody joins while a frame is away: it is opened again, here, and nothing is lost.
#[test]
fn a_frame_survives_that_other_keys_change() {
    let (mut alice, mut bob) = call();
    let sealed = process(&mut alice, START, &KEY_FRAME).unwrap();
    let number = send_away(&mut bob, &sealed).unwrap();
    bob.aead_inputs(number).unwrap();
    assert!(bob.is_good(number));
    bob.add_receive_key(START, 2, key(2), member("carol")).unwrap();
    assert!(!bob.is_good(number));
    assert_eq!(bob.come_back(START, number, false), Verdict::Pass(&KEY_FRAME));
    assert_eq!(stats(&bob).dropped, Dropped::default());
}

/// Another key has come in the place of the one that opened it.
#[test]
fn what_was_opened_with_a_key_that_was_replaced_does_not_come_out() {
    let (mut alice, mut bob) = call();
    let sealed = process(&mut alice, START, &KEY_FRAME).unwrap();
    let number = leave(&mut bob, &sealed).unwrap();
    bob.remove_receive_key(1).unwrap();
    bob.add_receive_key(START, 1, key(9), member("mallory")).unwrap();
    assert_eq!(come_back(&mut bob, number), None);
}

/// The application says meanwhile whom it expects.
#[test]
fn what_another_member_sealed_does_not_come_out() {
    let (mut alice, mut bob) = call();
    let sealed = process(&mut alice, START, &KEY_FRAME).unwrap();
    let number = leave(&mut bob, &sealed).unwrap();
    let from = Some(member("carol"));
    bob.retarget(frameseal::PipelineOptions { from, ..video(Direction::Receive) }).unwrap();
    assert!(!matches!(bob.come_back(START, number, true), Verdict::Pass(_)));
}

/// A number stands for one key for ever: what the other side has under it cannot be taken for another.
#[test]
fn a_key_under_the_same_id_has_another_number() {
    let (mut alice, _) = call();
    let mut numbers = Vec::new();
    for byte in 2..5 {
        alice.set_send_key(u64::from(byte), key(byte)).unwrap();
        let number = leave(&mut alice, &KEY_FRAME).unwrap();
        numbers.push(alice.aead_inputs(number).unwrap().key);
        if byte == 4 {
            assert!(come_back(&mut alice, number).is_some());
        }
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(alice.aead_key(0).is_none(), "its key is gone");
}

#[test]
fn only_aes_gcm_is_left_to_others() {
    for suite in CipherSuite::ALL {
        let suites = Suites { main: suite, audio: suite };
        let mut alice: TestSession = Session::with_manual_keys(Profile::Frameseal1, suites);
        alice.set_send_key(1, key(1)).unwrap();
        alice.add_pipeline(video(Direction::Send)).unwrap();
        let number = send_away(&mut alice, &KEY_FRAME);
        let is_gcm = suite.name().contains("GCM");
        assert_eq!(number.is_some(), is_gcm, "{}", suite.name());
    }
}

#[test]
fn a_pipeline_that_ended_meanwhile_drops_its_frame() {
    let (mut alice, _) = call();
    let number = leave(&mut alice, &KEY_FRAME).unwrap();
    alice.release(0);
    assert_eq!(come_back(&mut alice, number), None);
    assert_eq!(come_back(&mut alice, number), None, "it has come back");
    assert_eq!(come_back(&mut alice, 99), None);
}

/// A frame that overtakes those that wait would be out of order.
#[test]
fn nothing_leaves_while_frames_wait() {
    let (mut alice, mut bob) = call();
    alice.set_send_key(2, key(2)).unwrap();
    let unknown = process(&mut alice, START, &DELTA_FRAME).unwrap();
    assert_eq!(bob.open(START, 0, &unknown).unwrap(), Verdict::Wait);
    let (mut alice, _) = call();
    let known = process(&mut alice, START, &DELTA_FRAME).unwrap();
    assert_eq!(send_away(&mut bob, &known), None);
}
