use frameseal_sframe::{BaseKey, CipherSuite, FrameKind, Profile};

use super::{MAX_APP_KEY_ID, MAX_PIPELINES, Session, Verdict};
use crate::message::{Dropped, Event, FailureCode, PipelineStats, ProblemCode};
use crate::pipeline::{Direction, MediaKind, Options, as_f64};

mod allocation;
mod away;

const KEY_FRAME: [u8; 12] = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 7, 7];
const DELTA_FRAME: [u8; 4] = [0x31, 0x05, 9, 9];

fn session() -> Session {
    Session::with_manual_keys(Profile::Frameseal1, CipherSuite::default())
}

fn key(byte: u8) -> BaseKey {
    BaseKey::new(vec![byte; 16])
}

fn video(direction: Direction) -> Options {
    let codec = Some(String::from("video/VP8"));
    Options { pipeline: 0, direction, kind: MediaKind::Video, track: 2, codec, from: None }
}

/// Alice, who sends, and Bob, who has her key.
fn call() -> (Session, Session) {
    let (mut alice, mut bob) = (session(), session());
    alice.set_send_key(1, key(1)).unwrap();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    bob.add_receive_key(0.0, 1, key(1), "alice").unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    assert_eq!(events(&mut bob), [Event::KeyCame]);
    (alice, bob)
}

/// Processes a frame that has come and may not wait.
fn process(session: &mut Session, now: f64, kind: FrameKind, frame: &[u8]) -> Option<Vec<u8>> {
    session.see(0);
    match attempt(session, now, kind, frame, true) {
        Verdict::Pass(output) => Some(output.to_vec()),
        Verdict::Drop => None,
        Verdict::Wait => panic!("there is no later"),
    }
}

fn attempt<'a>(
    session: &'a mut Session,
    now: f64,
    kind: FrameKind,
    frame: &[u8],
    last: bool,
) -> Verdict<'a> {
    session.reserve(frame.len()).unwrap().copy_from_slice(frame);
    session.process(now, 0, kind, last)
}

fn seal(alice: &mut Session, kind: FrameKind, frame: &[u8]) -> Vec<u8> {
    process(alice, 0.0, kind, frame).expect("sealed")
}

fn stats(session: &Session) -> PipelineStats {
    session.stats(0, 0.0, None).pipelines.into_iter().next().expect("one pipeline")
}

fn events(session: &mut Session) -> Vec<Event> {
    core::iter::from_fn(|| session.poll_event()).collect()
}

#[test]
fn a_frame_goes_from_alice_to_bob_who_learns_who_it_is_from() {
    let (mut alice, mut bob) = call();
    let sealed = seal(&mut alice, FrameKind::Key, &KEY_FRAME);
    assert_ne!(sealed[10..], KEY_FRAME[10..]);

    assert_eq!(process(&mut bob, 0.0, FrameKind::Key, &sealed).as_deref(), Some(&KEY_FRAME[..]));
    let source = Event::Source { pipeline: 0, member: String::from("alice"), track: 2 };
    assert_eq!(events(&mut bob), [source]);

    let PipelineStats { seen, passed, bytes_in, bytes_out, member, track, .. } = stats(&bob);
    assert_eq!((seen, passed, member.as_deref(), track), (1, 1, Some("alice"), Some(2)));
    assert_eq!([bytes_in, bytes_out], [sealed.len(), KEY_FRAME.len()].map(as_f64));
}

#[test]
fn repeats_are_dropped_in_silence() {
    let (mut alice, mut bob) = call();
    let sealed = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
    assert!(process(&mut bob, 0.0, FrameKind::Delta, &sealed).is_some());
    events(&mut bob);
    for _ in 0..5 {
        assert_eq!(process(&mut bob, 0.0, FrameKind::Delta, &sealed), None);
    }
    assert_eq!(events(&mut bob), []);
    assert_eq!(stats(&bob).dropped, Dropped { duplicate: 5, ..Dropped::default() });
}

#[test]
fn without_a_key_nothing_is_sent() {
    let mut alice = session();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    assert_eq!(process(&mut alice, 0.0, FrameKind::Key, &KEY_FRAME), None);
    assert!(matches!(
        events(&mut alice)[..],
        [Event::Problem { code: ProblemCode::MissingKey, pipeline: Some(0), count: 1, .. }]
    ));
}

#[test]
fn a_wrong_key_is_told_once_a_second_with_the_member_and_the_applications_key_id() {
    let (mut alice, mut bob) = call();
    bob.add_receive_key(0.0, 1, key(9), "alice").unwrap();
    events(&mut bob);

    let mut told = Vec::new();
    for frame in 0..100 {
        let sealed = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
        assert_eq!(process(&mut bob, f64::from(frame) * 33.0, FrameKind::Delta, &sealed), None);
        told.append(&mut events(&mut bob));
    }
    let problem = |count| Event::Problem {
        code: ProblemCode::AuthenticationFailed,
        pipeline: Some(0),
        member: Some(String::from("alice")),
        key_id: Some(1),
        count,
        reason: None,
    };
    assert_eq!(told, [problem(1), problem(31), problem(31), problem(31)]);
}

#[test]
fn when_the_right_key_comes_a_key_frame_is_wanted_at_once_and_until_it_comes() {
    let (mut alice, mut bob) = call();
    bob.add_receive_key(0.0, 1, key(9), "alice").unwrap();
    let sealed = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
    assert_eq!(process(&mut bob, 0.0, FrameKind::Delta, &sealed), None);
    events(&mut bob);

    let wanted = Event::KeyFrameWanted { pipeline: 0 };
    bob.add_receive_key(100.0, 1, key(1), "alice").unwrap();
    assert_eq!(events(&mut bob), [Event::KeyCame, wanted.clone()]);

    let mut deliver = |now, kind, frame: &[u8]| {
        let sealed = seal(&mut alice, kind, frame);
        assert!(process(&mut bob, now, kind, &sealed).is_some());
        events(&mut bob).into_iter().filter(|event| *event == wanted).count()
    };
    assert_eq!(deliver(200.0, FrameKind::Delta, &DELTA_FRAME), 0);
    assert_eq!(deliver(600.0, FrameKind::Delta, &DELTA_FRAME), 1);
    assert_eq!(deliver(700.0, FrameKind::Key, &KEY_FRAME), 0);
    assert_eq!(deliver(9000.0, FrameKind::Delta, &DELTA_FRAME), 0);
}

#[test]
fn frames_of_another_member_do_not_come_out() {
    let (mut alice, mut bob) = call();
    bob.retarget(Options { from: Some(String::from("carol")), ..video(Direction::Receive) })
        .unwrap();
    let sealed = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
    assert_eq!(process(&mut bob, 0.0, FrameKind::Delta, &sealed), None);
    assert_eq!(bob.output(), [], "no plaintext is left");
    assert!(matches!(
        &events(&mut bob)[..],
        [Event::Problem { code: ProblemCode::WrongSource, member: Some(member), .. }]
            if member == "alice"
    ));
}

#[test]
fn options_given_in_advance_stand() {
    let (mut alice, mut bob) = (call().0, session());
    bob.add_receive_key(0.0, 1, key(1), "alice").unwrap();
    bob.retarget(Options { from: Some(String::from("carol")), ..video(Direction::Receive) })
        .unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    let sealed = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
    assert_eq!(process(&mut bob, 0.0, FrameKind::Delta, &sealed), None);
}

#[test]
fn what_nobody_sealed_is_said_to_be_so() {
    let (_, mut bob) = call();
    assert_eq!(process(&mut bob, 0.0, FrameKind::Delta, &DELTA_FRAME), None);
    assert_eq!(stats(&bob).dropped, Dropped { not_sealed: 1, ..Dropped::default() });
}

#[test]
fn unknown_codecs_fail_closed_until_the_browser_names_a_known_one() {
    let (mut alice, _) = call();
    for (mime_type, passes) in [("video/rtx", false), ("audio/opus", false), ("video/VP9", true)] {
        alice.set_mime_type(0, String::from(mime_type));
        let output = process(&mut alice, 0.0, FrameKind::Delta, &DELTA_FRAME);
        assert_eq!(output.is_some(), passes, "{mime_type}");
    }
    assert_eq!(stats(&alice).dropped, Dropped { unsupported_codec: 2, ..Dropped::default() });
}

#[test]
fn frames_of_no_bytes_pass_and_frames_too_large_do_not() {
    let (mut alice, _) = call();
    assert_eq!(process(&mut alice, 0.0, FrameKind::Delta, &[]), Some(Vec::new()));
    assert!(alice.reserve((16 << 20) + 1).is_none());
    alice.refuse(0.0, 0);
    let PipelineStats { seen, empty, dropped, .. } = stats(&alice);
    assert_eq!((seen, empty, dropped.malformed_frame), (1, 1, 1));
}

#[test]
fn a_sender_makes_good_what_it_dropped_of_a_video() {
    let (mut alice, _) = call();
    seal(&mut alice, FrameKind::Key, &KEY_FRAME);
    alice.refuse(10.0, 0);
    events(&mut alice);

    let needed = Event::KeyFrameNeeded { pipeline: 0 };
    for (now, kind, told) in [
        (20.0, FrameKind::Delta, &[needed.clone()][..]),
        (519.0, FrameKind::Delta, &[]),
        (520.0, FrameKind::Delta, &[needed]),
        (530.0, FrameKind::Key, &[]),
        (2000.0, FrameKind::Delta, &[]),
    ] {
        assert!(process(&mut alice, now, kind, &KEY_FRAME).is_some());
        assert_eq!(events(&mut alice), told, "at {now} ms");
    }
}

#[test]
fn a_frame_waits_for_its_key_and_is_counted_once() {
    let mut bob = session();
    let (mut alice, _) = call();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    let sealed = seal(&mut alice, FrameKind::Key, &KEY_FRAME);

    bob.see(0);
    for now in [0.0, 500.0] {
        assert_eq!(attempt(&mut bob, now, FrameKind::Key, &sealed, false), Verdict::Wait);
    }
    assert_eq!(events(&mut bob), []);
    assert_eq!(stats(&bob).dropped, Dropped::default());
    bob.add_receive_key(600.0, 1, key(1), "alice").unwrap();
    assert_eq!(events(&mut bob), [Event::KeyCame]);
    let verdict = attempt(&mut bob, 600.0, FrameKind::Key, &sealed, false);
    assert_eq!(verdict, Verdict::Pass(&KEY_FRAME));
    assert_eq!((stats(&bob).seen, stats(&bob).passed), (1, 1));
}

#[test]
fn a_frame_whose_key_does_not_come_is_dropped_and_a_key_frame_wanted_later() {
    let (mut alice, mut bob) = call();
    alice.set_send_key(2, key(2)).unwrap();
    let sealed = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
    assert_eq!(attempt(&mut bob, 0.0, FrameKind::Delta, &sealed, false), Verdict::Wait);
    assert_eq!(attempt(&mut bob, 2000.0, FrameKind::Delta, &sealed, true), Verdict::Drop);
    assert!(matches!(
        events(&mut bob)[..],
        [Event::Problem { code: ProblemCode::MissingKey, key_id: Some(2), count: 1, .. }]
    ));

    bob.add_receive_key(3000.0, 2, key(2), "alice").unwrap();
    assert!(process(&mut bob, 3000.0, FrameKind::Delta, &sealed).is_some());
    assert!(events(&mut bob).contains(&Event::KeyFrameWanted { pipeline: 0 }));
}

#[test]
fn what_is_sent_does_not_wait() {
    let mut alice = session();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    assert_eq!(attempt(&mut alice, 0.0, FrameKind::Key, &KEY_FRAME, false), Verdict::Drop);
}

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
    alice.set_send_key(1, key(1)).unwrap();
    let code = alice.add_receive_key(0.0, 5, key(1), "bob").unwrap_err().code;
    assert_eq!(code, FailureCode::KeyReused);

    alice.add_receive_key(0.0, 5, key(2), "bob").unwrap();
    assert_eq!(alice.set_send_key(6, key(2)).unwrap_err().code, FailureCode::KeyReused);
    alice.remove_receive_key(5).unwrap();
    assert_eq!(alice.set_send_key(5, key(2)).unwrap_err().code, FailureCode::KeyReused);
    alice.set_send_key(1, key(3)).unwrap();
    let code = alice.add_receive_key(0.0, 1, key(1), "bob").unwrap_err().code;
    assert_eq!(code, FailureCode::KeyReused);
}

#[test]
fn a_key_that_opened_may_open_again() {
    let mut alice = session();
    for _ in 0..2 {
        alice.add_receive_key(0.0, 5, key(2), "bob").unwrap();
        alice.remove_receive_key(5).unwrap();
    }
}

#[test]
fn members_that_take_turns_on_a_receiver_are_told_of_now_and_then() {
    let (mut alice, mut bob) = call();
    let mut carol = session();
    carol.set_send_key(8, key(8)).unwrap();
    carol.add_pipeline(video(Direction::Send)).unwrap();
    bob.add_receive_key(0.0, 8, key(8), "carol").unwrap();

    events(&mut bob);
    let mut told = 0;
    for frame in 0..300 {
        let sender = if frame % 3 == 0 { &mut alice } else { &mut carol };
        let sealed = seal(sender, FrameKind::Delta, &DELTA_FRAME);
        assert!(process(&mut bob, f64::from(frame) * 10.0, FrameKind::Delta, &sealed).is_some());
        told += events(&mut bob).len();
    }
    assert!((2..=12).contains(&told), "{told} events in 3 s");
}

#[test]
fn application_data_is_apart_from_media() {
    let (mut alice, mut bob) = call();
    let data = alice.seal_data(0.0, b"hello").unwrap();
    let opened = bob.open_data(0.0, data.clone()).unwrap();
    assert_eq!((&*opened.from, &*opened.data), ("alice", &b"hello"[..]));

    assert_eq!(bob.open_data(0.0, data).unwrap_err().code, FailureCode::AuthenticationFailed);
    let frame = seal(&mut alice, FrameKind::Delta, &DELTA_FRAME);
    assert!(bob.open_data(0.0, frame[1..].to_vec()).is_err(), "a frame is no data");
    assert_eq!(bob.open_data(0.0, vec![0x88]).unwrap_err().code, FailureCode::NotSealed);
    assert_eq!(session().seal_data(0.0, b"x").unwrap_err().code, FailureCode::MissingKey);
}

#[test]
fn arguments_out_of_range_are_named() {
    let mut alice = session();
    for failure in [
        alice.set_send_key(MAX_APP_KEY_ID, key(1)).unwrap_err(),
        alice.remove_receive_key(MAX_APP_KEY_ID).unwrap_err(),
        alice.add_pipeline(Options { track: 16, ..video(Direction::Send) }).unwrap_err(),
        alice
            .add_pipeline(Options { pipeline: MAX_PIPELINES, ..video(Direction::Send) })
            .unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::InvalidArgument, "{}", failure.message);
    }
    assert_eq!(alice.remove_receive_key(3).unwrap_err().code, FailureCode::MissingKey);
}

#[test]
fn in_profile_rfc9605_every_key_id_is_the_applications() {
    let mut alice = Session::with_manual_keys(Profile::Rfc9605, CipherSuite::default());
    alice.set_send_key(u64::MAX, key(1)).unwrap();
    assert_eq!(alice.stats(0, 0.0, None).send_key_id, Some(u64::MAX));
    let data = alice.seal_data(0.0, b"x").unwrap();
    assert_eq!(data[..9], [0xf0, 255, 255, 255, 255, 255, 255, 255, 255]);
}

#[test]
fn frames_of_pipelines_that_do_not_exist_are_dropped() {
    let (mut alice, _) = call();
    alice.release(0);
    assert_eq!(process(&mut alice, 0.0, FrameKind::Key, &KEY_FRAME), None);
    for number in [0, 1, u32::MAX] {
        alice.release(number);
        alice.refuse(0.0, number);
        alice.took(number, 1.0);
        alice.set_mime_type(number, String::new());
    }
    assert_eq!(alice.stats(0, 0.0, None).pipelines.len(), 0);
}
