//! A room of sessions that exchange keys.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod common;

#[path = "common/call.rs"]
mod call;

use call::{Call, new_session, options};
use common::{DELTA_FRAME, KEY_FRAME, START, at, dropped, key, member};
use frameseal::{
    Event, FailureCode, Fingerprint, Input, MemberState, Options, Problem, ProblemCode, Session,
    Verdict, Wake,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

#[test]
fn the_first_frame_leaves_at_once_and_waits_at_the_receiver() {
    let mut call = Call::new(&["alice", "bob"]);
    let sealed = call.seal("alice", &KEY_FRAME);
    assert_eq!(call.open("bob", &sealed), Verdict::Wait);

    call.pass(100);
    assert!(call.told("bob").contains(&Event::Retry { pipeline: 1 }));
    assert_eq!(call.retry("bob", &sealed), Verdict::Pass(&KEY_FRAME));
    call.pass(10);
    let source = Event::Source { pipeline: 1, member: member("alice"), track: 2 };
    assert!(call.told("bob").contains(&source));
    assert!(call.told("alice").contains(&Event::Keychange { generation: 0, step: 0 }));
}

#[test]
fn members_are_told_of_and_known() {
    let mut call = Call::new(&["alice", "bob"]);
    call.pass(100);
    let bobs = call.of("bob").session.fingerprint().unwrap();
    let secured = Event::Member {
        id: member("bob"),
        state: MemberState::Secured,
        fingerprint: Some(bobs),
        recorder: None,
    };
    assert!(call.told("alice").contains(&secured));
    assert_eq!(bobs.to_string().parse::<Fingerprint>(), Ok(bobs));

    call.seal("bob", &KEY_FRAME);
    call.pass(100);
    let stats = call.of("alice").session.stats();
    assert_eq!((stats.generation, stats.step, stats.send_key_id), (None, None, None));
    let [bob] = &stats.members[..] else { panic!("{:?}", stats.members) };
    assert_eq!((bob.id.as_str(), bob.state), ("bob", MemberState::Secured));
    assert_eq!(bob.fingerprint, Some(bobs));
    assert_eq!((bob.generation, bob.step), (Some(0), Some(0)));
    let stats = call.of("bob").session.stats();
    assert_eq!((stats.generation, stats.step), (Some(0), Some(0)));

    let numbers = ["alice", "bob"].map(|id| call.of(id).session.safety_number(None).unwrap());
    assert_eq!(numbers[0], numbers[1]);
    let pair = call.of("alice").session.safety_number(Some(&member("bob"))).unwrap();
    assert_eq!(numbers[0], pair);
    let unknown = call.of("alice").session.safety_number(Some(&member("carol"))).unwrap_err();
    assert_eq!(unknown.code, FailureCode::MissingKey);
}

#[test]
fn a_newcomer_sees_from_its_key_on_and_waits_for_nothing_before() {
    let mut call = Call::new(&["alice", "bob"]);
    call.seal("alice", &KEY_FRAME);
    call.pass(1000);
    call.told("alice");

    let before = call.seal("alice", &DELTA_FRAME);
    call.join("carol");
    assert_eq!(call.open("carol", &before), Verdict::Wait);
    call.pass(100);
    let after = call.seal("alice", &DELTA_FRAME);
    assert_eq!(call.retry("carol", &before), Verdict::Drop);
    assert_eq!(call.open("carol", &after), Verdict::Pass(&DELTA_FRAME));
    assert_eq!(call.open("bob", &after), Verdict::Pass(&DELTA_FRAME));

    let told = call.told("alice");
    assert!(told.contains(&Event::Keychange { generation: 0, step: 1 }), "{told:?}");
    assert!(told.contains(&Event::KeyFrameNeeded { pipeline: 0 }), "{told:?}");
    let stats = call.of("carol").session.stats();
    assert_eq!(stats.pipelines[1].dropped, dropped(|count| count.unclear = 1));
    let alice = stats.members.iter().find(|member| member.id.as_str() == "alice").unwrap();
    assert_eq!(alice.step, Some(1));
}

#[test]
fn who_leaves_opens_nothing_600_ms_later() {
    let mut call = Call::new(&["alice", "bob", "carol"]);
    call.seal("alice", &KEY_FRAME);
    call.pass(1000);
    let mut carol = call.leave("carol");
    call.pass(600);
    let sealed = call.seal("alice", &DELTA_FRAME);
    assert_eq!(call.open("bob", &sealed), Verdict::Pass(&DELTA_FRAME));
    let verdict = carol.session.open(at(call.now), 1, &sealed).unwrap();
    assert_eq!(verdict, Verdict::Wait, "for a key that she does not get");
    assert!(call.told("alice").contains(&Event::Keychange { generation: 1, step: 0 }));
}

#[test]
fn rotations_lose_no_frame_and_old_keys_are_wiped() {
    let mut call = Call::new(&["alice", "bob"]);
    let first = call.seal("alice", &KEY_FRAME);
    call.pass(1000);
    for generation in 1..40 {
        let now = at(call.now);
        let epoch = call.of("alice").session.rotate(now).unwrap();
        assert_eq!((epoch.generation(), epoch.step()), (u64::from(generation), 0));
        for _ in 0..20 {
            call.pass(10);
            let sealed = call.seal("alice", &DELTA_FRAME);
            assert_eq!(call.open("bob", &sealed), Verdict::Pass(&DELTA_FRAME));
        }
        let told = call.told("alice");
        assert!(told.contains(&Event::Keychange { generation, step: 0 }), "{told:?}");
    }
    call.pass(11_000);
    assert_eq!(call.open("bob", &first), Verdict::Drop);
    let member = &call.of("bob").session.stats().members[0];
    assert_eq!((member.generation, member.step), (Some(39), Some(0)));
}

#[test]
fn key_frames_for_newcomers_come_in_good_measure() {
    let mut call = Call::new(&["alice", "bob"]);
    call.seal("alice", &KEY_FRAME);
    call.pass(2000);
    call.told("alice");
    for id in ["carol", "dave", "erin"] {
        call.join(id);
        call.pass(120);
    }
    let needed = |told: Vec<Event>| {
        told.into_iter().filter(|event| *event == Event::KeyFrameNeeded { pipeline: 0 }).count()
    };
    assert_eq!(needed(call.told("alice")), 1);
    // None came in the meantime, so the next frame but one half a second later asks again.
    call.pass(500);
    call.seal("alice", &DELTA_FRAME);
    call.pass(10);
    assert_eq!(needed(call.told("alice")), 1);
    call.seal("alice", &KEY_FRAME);
    call.pass(2000);
    call.seal("alice", &DELTA_FRAME);
    call.pass(10);
    assert_eq!(needed(call.told("alice")), 0);
}

#[test]
fn application_data_has_the_same_keys() {
    let mut call = Call::new(&["alice", "bob"]);
    let sealed = call.of("alice").session.seal_data(START, 1, b"hello").unwrap();
    let alice = member("alice");
    let bob = &mut call.of("bob").session;
    let early = bob.open_data(START, 1, Some(&alice), sealed.clone()).unwrap_err();
    assert_eq!(early.code, FailureCode::MissingKey);
    call.pass(100);
    let opened = call.of("bob").session.open_data(at(100), 1, Some(&alice), sealed).unwrap();
    assert_eq!((opened.from, &*opened.data), (alice, &b"hello"[..]));
}

#[test]
fn messages_of_no_use_are_told_of_once_a_second() {
    let mut call = Call::new(&["alice", "bob"]);
    call.pass(100);
    call.told("bob");
    for _ in 0..200 {
        let input = Input::Received { from: member("alice"), message: vec![0xff; 20] };
        let now = at(call.now);
        call.of("bob").session.handle(now, input).unwrap();
        call.pass(10);
    }
    let told = call.told("bob");
    let rejected: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            Event::Problem(Problem {
                code: ProblemCode::MessageRejected,
                member,
                count,
                reason,
                ..
            }) => Some((member.as_deref(), *count, reason.as_deref())),
            _ => None,
        })
        .collect();
    let (who, why) = (Some("alice"), Some("not a key message"));
    assert_eq!(rejected, [(who, 1, why), (who, 100, why)]);
}

#[test]
fn manual_keys_are_refused() {
    let mut alice = new_session(options("alice"));
    for failure in [
        alice.set_send_key(1, key(1)).unwrap_err(),
        alice.add_receive_key(START, 1, key(1), member("bob")).unwrap_err(),
        alice.remove_receive_key(1).unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::Unsupported, "{}", failure.message);
    }
}

#[test]
fn members_are_judged_by_their_credentials_before_they_get_a_key() {
    for accepted in [true, false] {
        let mut call = Call::new(&["bob"]);
        let bobs = call.of("bob").session.fingerprint().unwrap();
        call.of("bob").session.set_credential(b"I am bob".to_vec()).unwrap();
        call.join_with("alice", Options { verify: true, ..options("alice") });
        let sealed = call.seal("alice", &KEY_FRAME);
        call.pass(1000);

        let told = call.told("alice");
        let verify = told.iter().find_map(|event| match event {
            Event::Verify { id, fingerprint, credential } => {
                Some((id.as_str(), *fingerprint, credential.clone()))
            }
            _ => None,
        });
        assert_eq!(verify, Some(("bob", bobs, b"I am bob".to_vec())));
        assert_eq!(call.open("bob", &sealed), Verdict::Wait);

        let judge = if accepted { Input::Accept } else { Input::Reject };
        let now = at(call.now);
        call.of("alice").session.handle(now, judge(member("bob"), bobs)).unwrap();
        call.pass(1000);
        let (verdict, state) = match accepted {
            true => (Verdict::Pass(&KEY_FRAME[..]), MemberState::Secured),
            false => (Verdict::Wait, MemberState::Rejected),
        };
        assert_eq!(call.retry("bob", &sealed), verdict);
        assert_eq!(call.of("alice").session.stats().members[0].state, state);
    }
}

#[test]
fn a_credential_that_comes_too_late_is_refused() {
    let mut call = Call::new(&["alice", "bob"]);
    let failure = call.of("alice").session.set_credential(vec![1]).unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidArgument);
}

#[test]
fn mistakes_are_the_callers() {
    let mut alice = new_session(options("alice"));
    let own = alice.handle(START, Input::Joined(member("alice"))).unwrap_err();
    assert_eq!(own.code, FailureCode::InvalidArgument);
    let options = Options { credential: vec![0; 5000], ..options("alice") };
    let failure = Session::new(options, ChaCha20Rng::seed_from_u64(1)).unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidArgument);
}

/// A key that is made before anybody is here would have to be ratcheted for each who comes.
#[test]
fn a_key_is_prepared_when_somebody_is_there_to_have_it() {
    let mut alice = new_session(options("alice"));
    alice.prepare().unwrap();
    while alice.work(START) == Wake::Now {}
    assert_eq!(alice.stats().generation, None);

    for id in ["bob", "carol"] {
        alice.handle(START, Input::Joined(member(id))).unwrap();
    }
    while alice.work(START) == Wake::Now {}
    assert_eq!((alice.stats().generation, alice.stats().step), (Some(0), Some(0)));
}
