//! What becomes of frames, and what the application hears of them.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod common;

use common::{
    DELTA_FRAME, KEY_FRAME, START, at, audio, call, dropped, events, key, member, process, seal,
    session, stats, video,
};
use frameseal::{Direction, Event, PipelineOptions, PipelineStats, Problem, ProblemCode, Verdict};

/// The problems that a session tells of.
fn problems(events: &[Event]) -> Vec<&Problem> {
    let problems = events.iter().filter_map(|event| match event {
        Event::Problem(problem) => Some(problem),
        _ => None,
    });
    problems.collect()
}

#[test]
fn a_frame_goes_from_alice_to_bob_who_learns_who_it_is_from() {
    let (mut alice, mut bob) = call();
    let sealed = seal(&mut alice, &KEY_FRAME);
    assert_ne!(sealed[10..], KEY_FRAME[10..]);

    assert_eq!(process(&mut bob, START, &sealed).as_deref(), Some(&KEY_FRAME[..]));
    let source = Event::Source { pipeline: 0, member: member("alice"), track: 2 };
    assert_eq!(events(&mut bob), [source]);

    let PipelineStats { seen, passed, bytes_in, bytes_out, member: who, track, .. } = stats(&bob);
    assert_eq!((seen, passed, who, track), (1, 1, Some(member("alice")), Some(2)));
    let lens = [sealed.len(), KEY_FRAME.len()].map(|len| f64::from(u32::try_from(len).unwrap()));
    assert_eq!([bytes_in, bytes_out], lens);
}

#[test]
fn a_few_repeats_are_dropped_in_silence() {
    let (mut alice, mut bob) = call();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert!(process(&mut bob, START, &sealed).is_some());
    events(&mut bob);
    for _ in 0..5 {
        assert_eq!(process(&mut bob, START, &sealed), None);
    }
    assert_eq!(events(&mut bob), []);
    assert_eq!(stats(&bob).dropped, dropped(|count| count.duplicate = 5));
}

/// A picture that a server holds by repeating what was shown.
#[test]
fn nothing_but_repeats_is_told_of() {
    let (mut alice, mut bob) = call();
    let frames: Vec<_> = (0..150).map(|_| seal(&mut alice, &DELTA_FRAME)).collect();
    for (number, frame) in (0..).zip(&frames) {
        assert!(process(&mut bob, at(number * 20), frame).is_some());
    }
    events(&mut bob);
    for (number, frame) in (0..).zip(frames.iter().chain(&frames)) {
        assert_eq!(process(&mut bob, at(3000 + number * 20), frame), None);
    }
    let told = events(&mut bob);
    let told = problems(&told);
    assert!(!told.is_empty(), "six seconds of repeats");
    assert!(told.iter().all(|problem| problem.code == ProblemCode::RepeatedFrames), "{told:?}");
}

/// Browsers probe the network with what they sent before, as a call begins.
#[test]
fn a_second_of_repeats_is_not_told_of() {
    let (mut alice, mut bob) = call();
    let frames: Vec<_> = (0..40).map(|_| seal(&mut alice, &DELTA_FRAME)).collect();
    for (number, frame) in (0..).zip(&frames) {
        assert!(process(&mut bob, at(number * 10), frame).is_some());
        assert_eq!(process(&mut bob, at(number * 10), frame), None);
        assert_eq!(process(&mut bob, at(number * 10), frame), None);
    }
    assert_eq!(problems(&events(&mut bob)), [] as [&Problem; 0]);
    assert_eq!(stats(&bob).dropped, dropped(|count| count.duplicate = 80));
}

/// A server opens new pipelines to show the same frames again: few are a thumbnail and a stage.
#[test]
fn more_copies_than_an_application_shows_are_told_of() {
    let (mut alice, mut bob) = call();
    for pipeline in 1..5 {
        bob.add_pipeline(PipelineOptions { pipeline, ..video(Direction::Receive) }).unwrap();
    }
    let sealed = seal(&mut alice, &DELTA_FRAME);
    for pipeline in 0..5 {
        let verdict = bob.open(at(100), pipeline, &sealed).unwrap();
        assert_eq!(verdict, Verdict::Pass(&DELTA_FRAME));
        let told = events(&mut bob);
        let codes: Vec<_> = problems(&told).iter().map(|problem| problem.code).collect();
        let expected = if pipeline < 4 { &[][..] } else { &[ProblemCode::RepeatedFrames] };
        assert_eq!(codes, expected, "copy {}", pipeline + 1);
    }
}

#[test]
fn without_a_key_nothing_is_sent() {
    let mut alice = session();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    assert_eq!(process(&mut alice, START, &KEY_FRAME), None);
    assert!(matches!(
        events(&mut alice)[..],
        [Event::Problem(Problem {
            code: ProblemCode::MissingKey,
            pipeline: Some(0),
            count: 1,
            ..
        })]
    ));
}

#[test]
fn a_wrong_key_is_told_once_a_second_with_the_member_and_the_applications_key_id() {
    let (mut alice, mut bob) = call();
    bob.remove_receive_key(1).unwrap();
    bob.add_receive_key(START, 1, key(9), member("alice")).unwrap();
    events(&mut bob);

    let mut told = Vec::new();
    for frame in 0..90 {
        let sealed = seal(&mut alice, &DELTA_FRAME);
        assert_eq!(process(&mut bob, at(frame * 33), &sealed), None);
        told.append(&mut events(&mut bob));
    }
    for (problem, count) in problems(&told).into_iter().zip([1, 31, 31]) {
        let Problem { code, pipeline, member, key_id, .. } = problem;
        assert_eq!(*code, ProblemCode::AuthenticationFailed);
        assert_eq!((*pipeline, member.as_deref(), *key_id), (Some(0), Some("alice"), Some(1)));
        assert_eq!(problem.count, count);
    }
    assert_eq!(told.len(), 3);
}

#[test]
fn when_the_right_key_comes_a_key_frame_is_wanted_at_once_and_until_it_comes() {
    let (mut alice, mut bob) = call();
    bob.remove_receive_key(1).unwrap();
    bob.add_receive_key(START, 1, key(9), member("alice")).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert_eq!(process(&mut bob, START, &sealed), None);
    events(&mut bob);

    let wanted = Event::KeyFrameWanted { pipeline: 0 };
    bob.add_receive_key(at(100), 1, key(1), member("alice")).unwrap();
    assert_eq!(events(&mut bob), core::slice::from_ref(&wanted));

    let mut deliver = |now, frame: &[u8]| {
        let sealed = seal(&mut alice, frame);
        assert!(process(&mut bob, at(now), &sealed).is_some());
        events(&mut bob).into_iter().filter(|event| *event == wanted).count()
    };
    assert_eq!(deliver(200, &DELTA_FRAME), 0);
    assert_eq!(deliver(600, &DELTA_FRAME), 1);
    assert_eq!(deliver(700, &KEY_FRAME), 0);
    assert_eq!(deliver(9000, &DELTA_FRAME), 0);
}

#[test]
fn frames_of_another_member_do_not_come_out() {
    let (mut alice, mut bob) = call();
    let from = Some(member("carol"));
    bob.retarget(PipelineOptions { from, ..video(Direction::Receive) }).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    assert_eq!(process(&mut bob, START, &sealed), None);
    assert_eq!(bob.output(), [], "no plaintext is left");
    let told = events(&mut bob);
    let told = problems(&told);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code, ProblemCode::WrongSource);
    assert_eq!(told[0].member.as_deref(), Some("alice"));
}

#[test]
fn options_given_in_advance_stand() {
    let (mut alice, mut bob) = (call().0, session());
    bob.add_receive_key(START, 1, key(1), member("alice")).unwrap();
    let from = Some(member("carol"));
    bob.retarget(PipelineOptions { from, ..video(Direction::Receive) }).unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    let verdict = bob.open(START, 0, &sealed).unwrap();
    assert!(!matches!(verdict, Verdict::Pass(_)), "{verdict:?}");
}

#[test]
fn what_nobody_sealed_is_said_to_be_so() {
    let (_, mut bob) = call();
    assert_eq!(process(&mut bob, START, &DELTA_FRAME), None);
    assert_eq!(stats(&bob).dropped, dropped(|count| count.not_sealed = 1));
}

#[test]
fn unknown_codecs_fail_closed_until_the_browser_names_a_known_one() {
    let (mut alice, _) = call();
    for (mime_type, passes) in [("video/rtx", false), ("audio/opus", false), ("video/vp8", true)] {
        alice.set_mime_type(0, String::from(mime_type));
        let output = process(&mut alice, START, &DELTA_FRAME);
        assert_eq!(output.is_some(), passes, "{mime_type}");
    }
    assert_eq!(stats(&alice).dropped, dropped(|count| count.unsupported_codec = 2));
}

/// Browsers make telephone events behind the encoder, and never hand them to a transform. Should one
/// do so, nothing readable leaves, and the application is told once.
#[test]
fn telephone_events_are_never_sealed() {
    let (mut alice, _) = call();
    alice.retarget(audio(Direction::Send)).unwrap();
    for mime_type in ["audio/telephone-event", "audio/CN"] {
        alice.set_mime_type(0, String::from(mime_type));
        assert_eq!(process(&mut alice, START, &[1, 2, 3]), None, "{mime_type}");
    }
    let told = events(&mut alice);
    let codes: Vec<_> = problems(&told).iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::UnsupportedCodec]);
}

#[test]
fn frames_of_no_bytes_pass_and_frames_too_large_do_not() {
    let (mut alice, _) = call();
    assert_eq!(process(&mut alice, START, &[]), Some(Vec::new()));
    assert!(alice.reserve(START, 0, (16 << 20) + 1).is_none());
    let PipelineStats { seen, empty, dropped, .. } = stats(&alice);
    assert_eq!((seen, empty, dropped.malformed_frame), (2, 1, 1));
}

#[test]
fn a_sender_makes_good_what_it_dropped_of_a_video() {
    let (mut alice, _) = call();
    seal(&mut alice, &KEY_FRAME);
    assert!(alice.reserve(at(10), 0, (16 << 20) + 1).is_none());
    events(&mut alice);

    let needed = Event::KeyFrameNeeded { pipeline: 0 };
    for (now, frame, told) in [
        (20, &DELTA_FRAME[..], &[needed.clone()][..]),
        (519, &DELTA_FRAME, &[]),
        (520, &DELTA_FRAME, &[needed]),
        (530, &KEY_FRAME, &[]),
        (2000, &DELTA_FRAME, &[]),
    ] {
        assert!(process(&mut alice, at(now), frame).is_some());
        assert_eq!(events(&mut alice), told, "at {now} ms");
    }
}

#[test]
fn members_that_take_turns_on_a_receiver_are_told_of_now_and_then() {
    let (mut alice, mut bob) = call();
    let mut carol = session();
    carol.set_send_key(8, key(8)).unwrap();
    carol.add_pipeline(video(Direction::Send)).unwrap();
    bob.add_receive_key(START, 8, key(8), member("carol")).unwrap();

    events(&mut bob);
    let mut told = 0;
    for frame in 0..300 {
        let sender = if frame % 3 == 0 { &mut alice } else { &mut carol };
        let sealed = seal(sender, &DELTA_FRAME);
        assert!(process(&mut bob, at(frame * 10), &sealed).is_some());
        told += events(&mut bob).len();
    }
    assert!((2..=12).contains(&told), "{told} events in 3 s");
}

#[test]
fn frames_of_pipelines_that_do_not_exist_are_dropped() {
    let (mut alice, _) = call();
    alice.release(0);
    assert_eq!(process(&mut alice, START, &KEY_FRAME), None);
    for number in [0, 1, u32::MAX] {
        alice.release(number);
        assert!(alice.reserve(START, number, usize::MAX).is_none());
        alice.took(number, 1.0);
        alice.set_mime_type(number, String::new());
    }
    assert_eq!(alice.stats().pipelines.len(), 0);
}

/// Else a frame that came from others would go out again, sealed.
#[test]
fn a_pipeline_has_one_direction() {
    let (mut alice, mut bob) = call();
    let sealed = seal(&mut alice, &DELTA_FRAME);
    for failure in [
        alice.open(START, 0, &sealed).unwrap_err(),
        alice.retry(START, 0, &sealed).unwrap_err(),
        bob.seal(START, 0, &DELTA_FRAME).unwrap_err(),
    ] {
        assert_eq!(failure.code, frameseal::FailureCode::InvalidArgument);
    }
    assert_eq!(stats(&bob).seen, 0);
}
