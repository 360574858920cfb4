//! Frames that come before their key.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod common;

use common::{
    DELTA_FRAME, KEY_FRAME, START, TestSession, at, audio, call, dropped, events, key, member,
    seal, session, stats, video,
};
use frameseal::{Direction, Dropped, Event, MAX_WAITING_BYTES, PipelineOptions, Verdict, Wake};

/// What a driver does at [`Event::Retry`]; returns how many came out and how many are left.
fn retry(session: &mut TestSession, now: u64, frames: &mut Vec<Vec<u8>>) -> usize {
    let mut passed = 0;
    while let Some(frame) = frames.first() {
        match session.retry(at(now), 0, frame).unwrap() {
            Verdict::Pass(_) => passed += 1,
            Verdict::Drop => {}
            Verdict::Wait => break,
        }
        frames.remove(0);
    }
    passed
}

#[test]
fn a_frame_waits_for_its_key_and_is_counted_once() {
    let mut bob = session();
    let (mut alice, _) = call();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    let sealed = seal(&mut alice, &KEY_FRAME);

    assert_eq!(bob.open(START, 0, &sealed).unwrap(), Verdict::Wait);
    assert_eq!(bob.retry(at(500), 0, &sealed).unwrap(), Verdict::Wait);
    assert_eq!(events(&mut bob), []);
    assert_eq!(stats(&bob).dropped, Dropped::default());
    bob.add_receive_key(at(600), 1, key(1), member("alice")).unwrap();
    assert_eq!(events(&mut bob), [Event::Retry { pipeline: 0 }]);
    let verdict = bob.retry(at(600), 0, &sealed).unwrap();
    assert_eq!(verdict, Verdict::Pass(&KEY_FRAME));
    assert_eq!((stats(&bob).seen, stats(&bob).passed), (1, 1));
}

#[test]
fn a_frame_whose_key_does_not_come_is_dropped_and_a_key_frame_wanted_later() {
    let (mut alice, mut bob) = call();
    alice.set_send_key(2, key(2)).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert_eq!(bob.open(START, 0, &sealed).unwrap(), Verdict::Wait);
    assert_eq!(bob.work(at(1999)), Wake::At(at(2000)));
    assert_eq!(bob.work(at(2000)), Wake::Never);
    assert_eq!(events(&mut bob), [Event::Retry { pipeline: 0 }]);
    assert_eq!(bob.retry(at(2000), 0, &sealed).unwrap(), Verdict::Drop);
    // One frame does not tell whether anybody sealed it.
    assert_eq!(events(&mut bob), []);
    assert_eq!(stats(&bob).dropped, dropped(|count| count.unclear = 1));

    bob.add_receive_key(at(3000), 2, key(2), member("alice")).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert!(matches!(bob.open(at(3000), 0, &sealed).unwrap(), Verdict::Pass(_)));
    assert!(events(&mut bob).contains(&Event::KeyFrameWanted { pipeline: 0 }));
}

#[test]
fn what_comes_behind_a_frame_that_waits_waits_too() {
    let (mut alice, mut bob) = call();
    alice.set_send_key(2, key(2)).unwrap();
    let first = seal(&mut alice, &DELTA_FRAME);
    bob.add_receive_key(START, 1, key(1), member("alice")).unwrap();
    assert_eq!(bob.open(START, 0, &first).unwrap(), Verdict::Wait);
    alice.set_send_key(3, key(3)).unwrap();
    bob.add_receive_key(START, 3, key(3), member("alice")).unwrap();
    let second = seal(&mut alice, &DELTA_FRAME);
    assert_eq!(bob.open(START, 0, &second).unwrap(), Verdict::Wait);
    bob.add_receive_key(START, 2, key(2), member("alice")).unwrap();
    let mut frames = vec![first, second];
    assert_eq!(retry(&mut bob, 10, &mut frames), 2);
}

/// A listener's jitter buffer would play all that follows that much later.
#[test]
fn sound_that_waited_longer_than_250_ms_is_not_played() {
    let (mut alice, mut bob) = call();
    for session in [&mut alice, &mut bob] {
        let direction =
            [Direction::Send, Direction::Receive][usize::from(session.send_key_id().is_none())];
        session.retarget(audio(direction)).unwrap();
    }
    alice.set_send_key(2, key(2)).unwrap();
    let mut frames = Vec::new();
    for number in 0..35 {
        let sealed = seal(&mut alice, &[number; 60]);
        let now = at(u64::from(number) * 20);
        assert_eq!(bob.open(now, 0, &sealed).unwrap(), Verdict::Wait);
        frames.push(sealed);
    }
    bob.add_receive_key(at(700), 2, key(2), member("alice")).unwrap();
    // 460, 480 … 680 ms are not more than 250 ms ago.
    assert_eq!(retry(&mut bob, 700, &mut frames), 12);
    assert_eq!(stats(&bob).dropped, dropped(|count| count.stale = 23));
    let told = events(&mut bob);
    assert!(!told.iter().any(|event| matches!(event, Event::Problem(_))), "{told:?}");
}

#[test]
fn no_more_than_2_mib_wait() {
    let (mut alice, mut bob) = call();
    bob.add_pipeline(PipelineOptions { pipeline: 1, ..video(Direction::Receive) }).unwrap();
    alice.set_send_key(2, key(2)).unwrap();
    let frame = [&KEY_FRAME[..], &[0; 300_000]].concat();
    let waiting = |pipeline: u32, bob: &mut TestSession, alice: &mut TestSession| {
        let sealed = seal(alice, &frame);
        assert_eq!(bob.open(START, pipeline, &sealed).unwrap(), Verdict::Wait);
        sealed
    };
    let mut frames = vec![waiting(0, &mut bob, &mut alice)];
    for _ in 0..MAX_WAITING_BYTES / frame.len() - 1 {
        waiting(1, &mut bob, &mut alice);
    }
    assert_eq!(events(&mut bob), []);
    waiting(1, &mut bob, &mut alice);
    assert_eq!(events(&mut bob), [Event::Retry { pipeline: 0 }], "the oldest is given up");
    assert_eq!(retry(&mut bob, 10, &mut frames), 0);
    assert!(frames.is_empty());
}

#[test]
fn what_is_sent_does_not_wait() {
    let mut alice = session();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    assert_eq!(alice.seal(START, 0, &KEY_FRAME).unwrap(), Verdict::Drop);
}
