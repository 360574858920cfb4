//! Frames whose AES-GCM runs in WebCrypto, for which the suites' AEADs stand in.

use frameseal_sframe::aead::Aead;
use frameseal_sframe::{CipherSuite, FrameKind, Profile};

use super::{KEY_FRAME, call, events, key, process, stats, video};
use crate::message::{Dropped, Event, PipelineStats};
use crate::pipeline::Direction;
use crate::session::{Session, Verdict};

/// Has a frame leave, and writes what comes of it in its place; returns its number.
fn leave(session: &mut Session, kind: FrameKind, frame: &[u8]) -> Option<usize> {
    session.see(0);
    session.reserve(frame.len()).unwrap().copy_from_slice(frame);
    let number = session.send_away(0.0, 0, kind)?;
    run_aead(session, number);
    Some(number)
}

pub(super) fn run_aead(session: &mut Session, number: usize) {
    let inputs = session.inputs(number).unwrap();
    let (direction, key) = (inputs.direction, inputs.key);
    let key = session.web_key(key).unwrap();
    let aead = Aead::new(CipherSuite::default(), &key).unwrap();
    let inputs = session.inputs(number).unwrap();
    let (nonce, aad) = inputs.nonce_and_aad.split_first_chunk().unwrap();
    let (text, tag) = inputs.text.split_last_chunk_mut::<16>().unwrap();
    match direction {
        Direction::Send => aead.seal(nonce, aad, text, tag).unwrap(),
        Direction::Receive => aead.open(nonce, aad, text, tag).unwrap(),
    }
}

fn come_back(session: &mut Session, number: usize) -> Option<Vec<u8>> {
    match session.come_back(0.0, number, true, false) {
        Verdict::Pass(output) => Some(output.to_vec()),
        Verdict::Drop => None,
        Verdict::Wait => panic!("its key is here"),
    }
}

#[test]
fn a_frame_makes_the_same_way_as_without_webcrypto() {
    let ((mut alice, mut bob), (mut twin, _)) = (call(), call());
    for _ in 0..3 {
        let number = leave(&mut alice, FrameKind::Key, &KEY_FRAME).unwrap();
        let sealed = come_back(&mut alice, number).unwrap();
        assert_eq!(Some(&sealed), process(&mut twin, 0.0, FrameKind::Key, &KEY_FRAME).as_ref());

        let number = leave(&mut bob, FrameKind::Key, &sealed).unwrap();
        assert_eq!(come_back(&mut bob, number).as_deref(), Some(&KEY_FRAME[..]));
        assert_eq!(process(&mut bob, 0.0, FrameKind::Key, &sealed), None, "it came before");
    }
    for session in [&alice, &bob] {
        let PipelineStats { passed, web_crypto, .. } = stats(session);
        assert_eq!((passed, web_crypto), (3, 3));
    }
    assert_eq!(stats(&bob).bytes_out, stats(&alice).bytes_in);
    assert!(matches!(events(&mut bob)[..], [Event::Source { .. }]));
}

/// Of two copies of a frame, one went ahead of the one that was away.
#[test]
fn what_does_not_come_out_is_not_webcryptos() {
    let (mut alice, mut bob) = call();
    let number = leave(&mut alice, FrameKind::Key, &KEY_FRAME).unwrap();
    let sealed = come_back(&mut alice, number).unwrap();
    let number = leave(&mut bob, FrameKind::Key, &sealed).unwrap();
    assert!(process(&mut bob, 0.0, FrameKind::Key, &sealed).is_some());
    assert_eq!(come_back(&mut bob, number), None);

    let PipelineStats { passed, web_crypto, dropped, .. } = stats(&bob);
    assert_eq!((passed, web_crypto, dropped.duplicate), (1, 0, 1));
}

#[test]
fn frames_that_are_away_do_not_touch_each_other() {
    let (mut alice, mut bob) = call();
    let frames: Vec<_> = (1..=20_u8).map(|byte| [&KEY_FRAME[..], &[byte; 9]].concat()).collect();
    let numbers: Vec<_> =
        frames.iter().map_while(|frame| leave(&mut alice, FrameKind::Key, frame)).collect();
    assert_eq!(numbers.len(), 16, "no more may be away");
    let last = process(&mut alice, 0.0, FrameKind::Key, &frames[16]).unwrap();

    for (number, frame) in numbers.into_iter().zip(&frames).rev() {
        let sealed = come_back(&mut alice, number).unwrap();
        let number = leave(&mut bob, FrameKind::Key, &sealed).unwrap();
        assert_eq!(come_back(&mut bob, number).as_ref(), Some(frame));
    }
    assert_eq!(process(&mut bob, 0.0, FrameKind::Key, &last).as_ref(), Some(&frames[16]));
}

#[test]
fn what_webcrypto_rejects_is_told_like_any_other_frame() {
    let (mut alice, mut bob) = call();
    let number = leave(&mut alice, FrameKind::Key, &KEY_FRAME).unwrap();
    let mut sealed = come_back(&mut alice, number).unwrap();
    *sealed.last_mut().unwrap() ^= 1;

    bob.reserve(sealed.len()).unwrap().copy_from_slice(&sealed);
    let number = bob.send_away(0.0, 0, FrameKind::Key).unwrap();
    assert_eq!(bob.come_back(0.0, number, false, false), Verdict::Drop);
    assert_eq!(stats(&bob).dropped, Dropped { authentication_failed: 1, ..Dropped::default() });
}

/// WebCrypto may fail for reasons of its own; the frame is then sealed under another nonce.
#[test]
fn what_webcrypto_does_not_seal_is_sealed_here() {
    let (mut alice, mut bob) = call();
    alice.reserve(KEY_FRAME.len()).unwrap().copy_from_slice(&KEY_FRAME);
    let number = alice.send_away(0.0, 0, FrameKind::Key).unwrap();
    let Verdict::Pass(sealed) = alice.come_back(0.0, number, false, false) else {
        panic!("not sealed")
    };
    let sealed = sealed.to_vec();
    assert_eq!(process(&mut bob, 0.0, FrameKind::Key, &sealed).as_deref(), Some(&KEY_FRAME[..]));
    assert_eq!(stats(&alice).web_crypto, 0);
}

#[test]
fn a_key_that_was_removed_meanwhile_opens_nothing() {
    let (mut alice, mut bob) = call();
    let number = leave(&mut alice, FrameKind::Key, &KEY_FRAME).unwrap();
    let sealed = come_back(&mut alice, number).unwrap();

    let number = leave(&mut bob, FrameKind::Key, &sealed).unwrap();
    bob.remove_receive_key(1).unwrap();
    assert_eq!(events(&mut bob), [Event::KeysChanged]);
    assert!(!matches!(bob.come_back(0.0, number, true, true), Verdict::Pass(_)));
}

/// Somebody joins while a frame is away: it is opened again, by WebAssembly, and nothing is lost.
#[test]
fn a_frame_survives_that_other_keys_change() {
    let (mut alice, mut bob) = call();
    let sealed = process(&mut alice, 0.0, FrameKind::Key, &KEY_FRAME).unwrap();
    bob.reserve(sealed.len()).unwrap().copy_from_slice(&sealed);
    let number = bob.send_away(0.0, 0, FrameKind::Key).unwrap();
    assert!(bob.is_good(number));
    bob.add_receive_key(0.0, 2, key(2), "carol").unwrap();
    assert!(!bob.is_good(number));
    assert_eq!(bob.come_back(0.0, number, false, false), Verdict::Pass(&KEY_FRAME));
    assert_eq!(stats(&bob).dropped, Dropped::default());
}

/// Another key has come in the place of the one that opened it.
#[test]
fn what_was_opened_with_a_key_that_was_replaced_does_not_come_out() {
    let (mut alice, mut bob) = call();
    let sealed = process(&mut alice, 0.0, FrameKind::Key, &KEY_FRAME).unwrap();
    let number = leave(&mut bob, FrameKind::Key, &sealed).unwrap();
    bob.add_receive_key(0.0, 1, key(9), "mallory").unwrap();
    assert_eq!(come_back(&mut bob, number), None);
}

/// A number stands for one key for ever: what WebCrypto has under it cannot be taken for another.
#[test]
fn a_key_under_the_same_id_has_another_number() {
    let (mut alice, _) = call();
    let mut numbers = Vec::new();
    for byte in 2..5 {
        alice.set_send_key(u64::from(byte), key(byte)).unwrap();
        let number = leave(&mut alice, FrameKind::Key, &KEY_FRAME).unwrap();
        numbers.push(alice.inputs(number).unwrap().key);
        assert!(come_back(&mut alice, number).is_some());
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(alice.web_key(numbers[0]).is_none(), "it is gone");
}

#[test]
fn only_aes_gcm_is_left_to_webcrypto() {
    for suite in CipherSuite::ALL {
        let mut alice = Session::with_manual_keys(Profile::Frameseal1, suite);
        alice.set_send_key(1, key(1)).unwrap();
        alice.add_pipeline(video(Direction::Send)).unwrap();
        alice.reserve(KEY_FRAME.len()).unwrap().copy_from_slice(&KEY_FRAME);
        let is_gcm = suite.name().contains("GCM");
        assert_eq!(alice.send_away(0.0, 0, FrameKind::Key).is_some(), is_gcm, "{}", suite.name());
    }
}

#[test]
fn a_pipeline_that_ended_meanwhile_drops_its_frame() {
    let (mut alice, _) = call();
    let number = leave(&mut alice, FrameKind::Key, &KEY_FRAME).unwrap();
    alice.release(0);
    assert_eq!(come_back(&mut alice, number), None);
    assert_eq!(come_back(&mut alice, number), None, "it has come back");
    assert_eq!(come_back(&mut alice, 99), None);
}
