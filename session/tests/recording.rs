//! Recorders: who hears of them, and what they get.
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

use call::{Call, options};
use common::{DELTA_FRAME, KEY_FRAME, START, at, member};
use frameseal::{
    BlackoutState, Consent, Event, FailureCode, Fingerprint, Input, MemberState, Options, Problem,
    ProblemCode, Recording, Secret, Verdict,
};

/// As long as a frame waits for its key.
const MAX_WAIT_MS: u64 = 2000;

/// Where everybody may join, and where only those who know the secret may.
const ROOMS: [fn(&str) -> Options; 2] =
    [options, |id| Options { secret: Secret::random(&[7; 32]).unwrap(), ..options(id) }];

/// Alice and Bob talk; then somebody comes to record them.
fn recorded(of_room: fn(&str) -> Options) -> Call {
    let mut call = Call::new(&[]);
    for id in ["alice", "bob"] {
        call.join_with(id, of_room(id));
    }
    call.seal("alice", &KEY_FRAME);
    call.pass(1000);
    call.told("alice");
    call.join_with("rec", recorder(of_room("rec")));
    call
}

fn recorder(options: Options) -> Options {
    Options { recording: Recording::Recorder, ..options }
}

fn fingerprint(call: &mut Call, id: &str) -> Fingerprint {
    call.of(id).session.fingerprint().unwrap()
}

/// What Alice was told of the recorder, each time that it was secured.
fn told_of(call: &mut Call) -> Vec<Option<Consent>> {
    let secured = |event| match event {
        Event::Member { id, state: MemberState::Secured, fingerprint, recorder } => {
            (id.as_str() == "rec" && fingerprint.is_some()).then_some(recorder)
        }
        _ => None,
    };
    call.told("alice").into_iter().filter_map(secured).collect()
}

/// Tells what an application says to the recorder.
fn say(call: &mut Call, id: &str, input: fn(frameseal::MemberId, Fingerprint) -> Input) {
    let (now, recorder) = (at(call.now), fingerprint(call, "rec"));
    call.of(id).session.handle(now, input(member("rec"), recorder)).unwrap();
}

/// Whether a frame of Alice's, sealed now, opens there; Bob always opens it.
fn opens(call: &mut Call, id: &str) -> bool {
    let sealed = call.seal("alice", &DELTA_FRAME);
    if id != "bob" {
        assert_eq!(call.open("bob", &sealed), Verdict::Pass(&DELTA_FRAME));
    }
    let waits = match call.open(id, &sealed) {
        Verdict::Pass(opened) => return opened == DELTA_FRAME,
        verdict => verdict == Verdict::Wait,
    };
    // As a driver does, so that the next one does not wait behind it.
    call.pass(MAX_WAIT_MS);
    waits && call.retry(id, &sealed) == Verdict::Pass(&DELTA_FRAME)
}

fn consent_of(call: &mut Call, id: &str) -> Option<Consent> {
    let members = call.of(id).session.stats().members;
    members.into_iter().find(|member| member.id.as_str() == "rec").unwrap().recorder
}

#[test]
fn a_recorder_opens_nothing_before_the_speaker_consents_and_all_from_then_on() {
    for of_room in ROOMS {
        let mut call = recorded(of_room);
        call.pass(3000);
        assert_eq!(told_of(&mut call), [Some(Consent::Missing)]);
        assert_eq!(consent_of(&mut call, "alice"), Some(Consent::Missing));

        let before = call.seal("alice", &DELTA_FRAME);
        assert_ne!(call.open("rec", &before), Verdict::Pass(&DELTA_FRAME));
        say(&mut call, "alice", Input::Consent);
        assert_eq!(consent_of(&mut call, "alice"), Some(Consent::Given));
        call.pass(200);
        assert_eq!(told_of(&mut call), [Some(Consent::Given)]);
        assert_ne!(call.retry("rec", &before), Verdict::Pass(&DELTA_FRAME));
        assert!(opens(&mut call, "rec"));
        assert_eq!(consent_of(&mut call, "bob"), Some(Consent::Missing), "it is Alice's alone");
    }
}

#[test]
fn consent_is_asked_of_a_speaker_that_begins_later_too() {
    for of_room in ROOMS {
        let mut call = Call::new(&[]);
        call.join_with("alice", of_room("alice"));
        call.join_with("bob", of_room("bob"));
        call.join_with("rec", recorder(of_room("rec")));
        call.pass(500);
        call.seal("alice", &KEY_FRAME);
        call.pass(500);
        assert!(!opens(&mut call, "rec"));
        say(&mut call, "alice", Input::Consent);
        call.pass(200);
        assert!(opens(&mut call, "rec"));
    }
}

#[test]
fn consent_can_be_taken_back() {
    for of_room in ROOMS {
        let mut call = recorded(of_room);
        call.pass(500);
        say(&mut call, "alice", Input::Consent);
        call.pass(500);
        assert!(opens(&mut call, "rec"));

        say(&mut call, "alice", Input::Withdraw);
        assert_eq!(consent_of(&mut call, "alice"), Some(Consent::Missing));
        call.pass(700);
        for _ in 0..30 {
            call.pass(1000);
            assert!(!opens(&mut call, "rec"), "{} ms", call.now);
        }
        say(&mut call, "alice", Input::Consent);
        call.pass(700);
        assert!(opens(&mut call, "rec"), "and given again");
    }
}

/// Who waits for an ack of somebody that gets no key would wait for the whole deadline, every time.
#[test]
fn a_recorder_without_consent_holds_up_no_rotation() {
    for of_room in ROOMS {
        let mut call = recorded(of_room);
        call.pass(500);
        call.told("alice");
        let now = at(call.now);
        call.of("alice").session.rotate(now).unwrap();
        call.pass(100);
        let told = call.told("alice");
        let changed = told.iter().any(|event| matches!(event, Event::Keychange { step: 0, .. }));
        assert!(changed, "{told:?}");
        assert!(!opens(&mut call, "rec"));
    }
}

#[test]
fn a_recorder_that_left_is_asked_for_anew() {
    for of_room in ROOMS {
        let mut call = recorded(of_room);
        call.pass(500);
        say(&mut call, "alice", Input::Consent);
        call.pass(500);
        told_of(&mut call);
        call.leave("rec");
        call.join_with("rec", recorder(of_room("rec")));
        call.pass(1500);
        assert_eq!(told_of(&mut call), [Some(Consent::Missing)]);
        assert!(!opens(&mut call, "rec"));
    }
}

#[test]
fn consent_is_for_one_key_pair_of_one_member() {
    let mut call = recorded(options);
    call.pass(500);
    let (now, bobs) = (at(call.now), fingerprint(&mut call, "bob"));
    let alice = &mut call.of("alice").session;
    alice.handle(now, Input::Consent(member("rec"), bobs)).unwrap();
    alice.handle(now, Input::Consent(member("bob"), bobs)).unwrap();
    let unknown = alice.handle(now, Input::Consent(member("carol"), bobs)).unwrap_err();
    assert_eq!(unknown.code, FailureCode::InvalidArgument);
    call.pass(500);
    assert_eq!(consent_of(&mut call, "alice"), Some(Consent::Missing));
    assert!(!opens(&mut call, "rec"));
}

#[test]
fn a_room_without_recordings_has_no_recorder_and_no_member_that_allows_one() {
    for of_room in ROOMS {
        for recording in [Recording::ByConsent, Recording::Recorder] {
            let mut call = Call::new(&[]);
            call.join_with("alice", Options { recording: Recording::Never, ..of_room("alice") });
            call.join_with("rec", Options { recording, ..of_room("rec") });
            let sealed = call.seal("alice", &KEY_FRAME);
            call.pass(3000);
            assert_ne!(call.open("rec", &sealed), Verdict::Pass(&KEY_FRAME));
            for id in ["alice", "rec"] {
                let state = call.of(id).session.stats().members[0].state;
                assert_eq!(state, MemberState::Pending, "{id}, {recording:?}");
                let reasons: Vec<_> = call.told(id).into_iter().filter_map(reason).collect();
                let reason = "one side allows recordings, the other does not";
                assert!(reasons.iter().any(|it| it == reason), "{id}: {reasons:?}");
            }
        }
        let mut call = Call::new(&[]);
        for id in ["alice", "bob"] {
            call.join_with(id, Options { recording: Recording::Never, ..of_room(id) });
        }
        call.seal("alice", &KEY_FRAME);
        call.pass(500);
        assert!(opens(&mut call, "bob"));
    }
}

fn reason(event: Event) -> Option<String> {
    match event {
        Event::Problem(Problem { code: ProblemCode::MessageRejected, reason, .. }) => reason,
        _ => None,
    }
}

#[test]
fn a_recorder_can_be_heard() {
    let mut call = recorded(options);
    call.pass(500);
    let sealed = call.seal("rec", &KEY_FRAME);
    assert_eq!(call.open("alice", &sealed), Verdict::Wait);
    call.pass(100);
    assert_eq!(call.retry("alice", &sealed), Verdict::Pass(&KEY_FRAME));
    assert_eq!(call.of("rec").session.stats().members[0].recorder, None);
}

#[test]
fn a_recorder_is_told_that_consent_is_missing() {
    let mut call = recorded(options);
    call.pass(500);
    let mut waiting = Vec::new();
    for _ in 0..80 {
        call.pass(100);
        let sealed = call.seal("alice", &DELTA_FRAME);
        if call.open("rec", &sealed) == Verdict::Wait {
            waiting.push(sealed);
        }
        while let Some(first) = waiting.first()
            && call.retry("rec", first) != Verdict::Wait
        {
            waiting.remove(0);
        }
    }
    let told = call.told("rec").into_iter().find_map(|event| match event {
        Event::Problem(problem) => problem.state,
        _ => None,
    });
    assert_eq!(told, Some(BlackoutState::NotConsented));
    let explained = call.of("rec").session.explain(START);
    assert!(explained.contains("has not consented"), "{explained}");
    let explained = call.of("alice").session.explain(START);
    assert!(explained.contains("it records, without our consent"), "{explained}");
}
