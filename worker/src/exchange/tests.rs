use frameseal_keymgmt::{self as keymgmt, Input, MemberId, Output};
use frameseal_sframe::{BaseKey, CipherSuite, FrameKind, KeyId, KeyIdLayout, Profile};

use super::{Exchange, fingerprint};
use crate::message::{Dropped, Event, FailureCode, MemberState, ProblemCode};
use crate::pipeline::{Direction, MediaKind, Options};
use crate::session::{Session, Verdict};

const KEY_FRAME: [u8; 12] = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 7, 7];
const DELTA_FRAME: [u8; 4] = [0x31, 0x05, 9, 9];

/// A room whose signalling delivers at once, and whose clock moves when told to.
struct Room {
    now: f64,
    members: Vec<Member>,
}

struct Member {
    id: &'static str,
    session: Session,
    /// What the application or its worker was told, key messages aside.
    told: Vec<Event>,
}

impl Room {
    fn new(ids: &[&'static str]) -> Self {
        let mut room = Self { now: 0.0, members: Vec::new() };
        for id in ids {
            room.join(id);
        }
        room
    }

    fn join(&mut self, id: &'static str) {
        self.join_with(id, options(id));
    }

    fn join_with(&mut self, id: &'static str, options: keymgmt::Options) {
        let mut session = Session::with_exchange(options).unwrap();
        for (pipeline, direction) in [(0, Direction::Send), (1, Direction::Receive)] {
            let codec = Some(String::from("video/VP8"));
            let kind = MediaKind::Video;
            let options = Options { pipeline, direction, kind, track: 2, codec, from: None };
            session.add_pipeline(options).unwrap();
        }
        for other in &mut self.members {
            other.session.handle(self.now, Input::Joined(member(id))).unwrap();
            session.handle(self.now, Input::Joined(member(other.id))).unwrap();
        }
        self.members.push(Member { id, session, told: Vec::new() });
    }

    /// Takes a member out of the room of the others; it does not hear of it.
    fn leave(&mut self, id: &str) -> Member {
        let at = self.members.iter().position(|member| member.id == id).unwrap();
        let leaver = self.members.remove(at);
        for other in &mut self.members {
            other.session.handle(self.now, Input::Left(member(id))).unwrap();
        }
        leaver
    }

    /// Lets time pass while everybody does their work and hears of the others.
    fn pass(&mut self, milliseconds: u32) {
        for _ in 0..milliseconds / 10 {
            self.now += 10.0;
            while self.exchange() {}
        }
    }

    /// Delivers what everybody has to say now; returns whether that was anything.
    fn exchange(&mut self) -> bool {
        let mut messages = Vec::new();
        for Member { id, session, told } in &mut self.members {
            while session.work(self.now) <= self.now {}
            for event in core::iter::from_fn(|| session.poll_event()) {
                match event {
                    Event::Message { to, data } => messages.push((*id, to, data)),
                    event => told.push(event),
                }
            }
        }
        for (from, to, data) in &messages {
            for other in self.members.iter_mut().filter(|other| other.id != *from) {
                if to.as_deref().is_none_or(|to| to == other.id) {
                    let input = Input::Received { from: member(from), message: data.clone() };
                    other.session.handle(self.now, input).unwrap();
                }
            }
        }
        !messages.is_empty()
    }

    fn seal(&mut self, id: &str, kind: FrameKind) -> Vec<u8> {
        let now = self.now;
        let frame: &[u8] = if kind == FrameKind::Key { &KEY_FRAME } else { &DELTA_FRAME };
        match attempt(&mut self.of(id).session, now, 0, kind, frame) {
            Verdict::Pass(sealed) => sealed.to_vec(),
            verdict => panic!("{id} did not seal: {verdict:?}"),
        }
    }

    fn open(&mut self, id: &str, kind: FrameKind, sealed: &[u8]) -> Verdict<'_> {
        let now = self.now;
        attempt(&mut self.of(id).session, now, 1, kind, sealed)
    }

    fn of(&mut self, id: &str) -> &mut Member {
        self.members.iter_mut().find(|member| member.id == id).unwrap()
    }

    fn told(&mut self, id: &str) -> Vec<Event> {
        core::mem::take(&mut self.of(id).told)
    }
}

fn options(id: &str) -> keymgmt::Options {
    keymgmt::Options::new(keymgmt::Room::new("room").unwrap(), member(id))
}

fn member(id: &str) -> MemberId {
    MemberId::new(id).unwrap()
}

fn attempt<'a>(
    session: &'a mut Session,
    now: f64,
    pipeline: u32,
    kind: FrameKind,
    frame: &[u8],
) -> Verdict<'a> {
    session.reserve(frame.len()).unwrap().copy_from_slice(frame);
    session.process(now, pipeline, kind, false)
}

fn key_id(slot: u16, generation: u8, step: u8) -> KeyId {
    KeyIdLayout { slot, generation, step, track: 3 }.to_key_id()
}

#[test]
fn the_first_frame_leaves_at_once_and_waits_at_the_receiver() {
    let mut room = Room::new(&["alice", "bob"]);
    let sealed = room.seal("alice", FrameKind::Key);
    assert_eq!(room.open("bob", FrameKind::Key, &sealed), Verdict::Wait);

    room.pass(100);
    assert!(room.told("bob").contains(&Event::KeyCame));
    assert_eq!(room.open("bob", FrameKind::Key, &sealed), Verdict::Pass(&KEY_FRAME));
    room.pass(10);
    let source = Event::Source { pipeline: 1, member: String::from("alice"), track: 2 };
    assert!(room.told("bob").contains(&source));
    assert!(room.told("alice").contains(&Event::Keychange { generation: 0, step: 0 }));
}

#[test]
fn members_are_told_of_and_known() {
    let mut room = Room::new(&["alice", "bob"]);
    room.pass(100);
    let bobs = room.of("bob").session.fingerprint().unwrap();
    let secured = Event::Member {
        id: String::from("bob"),
        state: MemberState::Secured,
        fingerprint: Some(bobs.clone()),
    };
    assert!(room.told("alice").contains(&secured));
    assert_eq!(fingerprint(&bobs).unwrap().to_string(), bobs);

    room.seal("bob", FrameKind::Key);
    room.pass(100);
    let stats = room.of("alice").session.stats(0, 12.5, None);
    assert_eq!((stats.generation, stats.step, stats.send_key_id), (None, None, None));
    assert!((stats.longest_slice_microseconds - 12.5).abs() < f64::EPSILON);
    let [bob] = &stats.members[..] else { panic!("{:?}", stats.members) };
    assert_eq!((&*bob.id, bob.state, &bob.fingerprint), ("bob", MemberState::Secured, &Some(bobs)));
    assert_eq!((bob.generation, bob.step), (Some(0), Some(0)));
    let stats = room.of("bob").session.stats(0, 0.0, None);
    assert_eq!((stats.generation, stats.step), (Some(0), Some(0)));

    let numbers = ["alice", "bob"].map(|id| room.of(id).session.safety_number(None).unwrap());
    assert_eq!(numbers[0], numbers[1]);
    assert_eq!(numbers[0], room.of("alice").session.safety_number(Some("bob")).unwrap());
    let unknown = room.of("alice").session.safety_number(Some("carol")).unwrap_err();
    assert_eq!(unknown.code, FailureCode::MissingKey);
}

#[test]
fn a_newcomer_sees_from_its_key_on_and_waits_for_nothing_before() {
    let mut room = Room::new(&["alice", "bob"]);
    room.seal("alice", FrameKind::Key);
    room.pass(1000);
    room.told("alice");

    room.join("carol");
    let before = room.seal("alice", FrameKind::Delta);
    assert_eq!(room.open("carol", FrameKind::Delta, &before), Verdict::Wait);
    room.pass(100);
    let after = room.seal("alice", FrameKind::Delta);
    assert_eq!(room.open("carol", FrameKind::Delta, &before), Verdict::Drop);
    assert_eq!(room.open("carol", FrameKind::Delta, &after), Verdict::Pass(&DELTA_FRAME));
    assert_eq!(room.open("bob", FrameKind::Delta, &after), Verdict::Pass(&DELTA_FRAME));

    let told = room.told("alice");
    assert!(told.contains(&Event::Keychange { generation: 0, step: 1 }), "{told:?}");
    assert!(told.contains(&Event::KeyFrameNeeded { pipeline: 0 }), "{told:?}");
    let stats = room.of("carol").session.stats(0, 0.0, None);
    assert_eq!(stats.pipelines[1].dropped, Dropped { missing_key: 1, ..Dropped::default() });
    assert_eq!(stats.members.iter().find(|member| member.id == "alice").unwrap().step, Some(1));
}

#[test]
fn who_leaves_opens_nothing_600_ms_later() {
    let mut room = Room::new(&["alice", "bob", "carol"]);
    room.seal("alice", FrameKind::Key);
    room.pass(1000);
    let mut carol = room.leave("carol");
    room.pass(600);
    let sealed = room.seal("alice", FrameKind::Delta);
    assert_eq!(room.open("bob", FrameKind::Delta, &sealed), Verdict::Pass(&DELTA_FRAME));
    let verdict = attempt(&mut carol.session, room.now, 1, FrameKind::Delta, &sealed);
    assert_eq!(verdict, Verdict::Wait, "for a key that she does not get");
    assert!(room.told("alice").contains(&Event::Keychange { generation: 1, step: 0 }));
}

#[test]
fn rotations_lose_no_frame_and_old_keys_are_wiped() {
    let mut room = Room::new(&["alice", "bob"]);
    let first = room.seal("alice", FrameKind::Key);
    room.pass(1000);
    for generation in 1..40 {
        let now = room.now;
        assert_eq!(room.of("alice").session.rotate(now).unwrap(), generation);
        for _ in 0..20 {
            room.pass(10);
            let sealed = room.seal("alice", FrameKind::Delta);
            assert_eq!(room.open("bob", FrameKind::Delta, &sealed), Verdict::Pass(&DELTA_FRAME));
        }
        let told = room.told("alice");
        assert!(told.contains(&Event::Keychange { generation, step: 0 }), "{told:?}");
    }
    room.pass(11_000);
    assert_eq!(room.open("bob", FrameKind::Key, &first), Verdict::Drop);
    let member = &room.of("bob").session.stats(0, 0.0, None).members[0];
    assert_eq!((member.generation, member.step), (Some(39), Some(0)));
}

#[test]
fn key_frames_for_newcomers_come_in_good_measure() {
    let mut room = Room::new(&["alice", "bob"]);
    room.seal("alice", FrameKind::Key);
    room.pass(2000);
    room.told("alice");
    for id in ["carol", "dave", "erin"] {
        room.join(id);
        room.pass(120);
    }
    let needed = |told: Vec<Event>| {
        told.into_iter().filter(|event| *event == Event::KeyFrameNeeded { pipeline: 0 }).count()
    };
    assert_eq!(needed(room.told("alice")), 1);
    // None came in the meantime, so the next frame but one half a second later asks again.
    room.pass(500);
    room.seal("alice", FrameKind::Delta);
    room.pass(10);
    assert_eq!(needed(room.told("alice")), 1);
    room.seal("alice", FrameKind::Key);
    room.pass(2000);
    room.seal("alice", FrameKind::Delta);
    room.pass(10);
    assert_eq!(needed(room.told("alice")), 0);
}

#[test]
fn application_data_has_the_same_keys() {
    let mut room = Room::new(&["alice", "bob"]);
    let sealed = room.of("alice").session.seal_data(0.0, b"hello").unwrap();
    let early = room.of("bob").session.open_data(0.0, sealed.clone()).unwrap_err();
    assert_eq!(early.code, FailureCode::MissingKey);
    room.pass(100);
    let opened = room.of("bob").session.open_data(100.0, sealed).unwrap();
    assert_eq!((&*opened.from, &*opened.data), ("alice", &b"hello"[..]));
}

#[test]
fn messages_of_no_use_are_told_of_once_a_second() {
    let mut room = Room::new(&["alice", "bob"]);
    room.pass(100);
    room.told("bob");
    for _ in 0..200 {
        let input = Input::Received { from: member("alice"), message: vec![0xff; 20] };
        let now = room.now;
        room.of("bob").session.handle(now, input).unwrap();
        room.pass(10);
    }
    let told = room.told("bob");
    let rejected: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            Event::Problem {
                code: ProblemCode::MessageRejected, member, count, reason, ..
            } => Some((member.as_deref(), *count, reason.as_deref())),
            _ => None,
        })
        .collect();
    let (who, why) = (Some("alice"), Some("not a key message"));
    assert_eq!(rejected, [(who, 1, why), (who, 100, why)]);
}

#[test]
fn the_two_ways_of_keys_do_not_mix() {
    let mut manual = Session::with_manual_keys(Profile::Frameseal1, CipherSuite::default());
    let mut alice = Session::with_exchange(options("alice")).unwrap();
    for failure in [
        manual.handle(0.0, Input::Joined(member("bob"))).unwrap_err(),
        manual.rotate(0.0).unwrap_err(),
        manual.fingerprint().unwrap_err(),
        manual.safety_number(None).unwrap_err(),
        alice.set_send_key(1, BaseKey::new(vec![1; 16])).unwrap_err(),
        alice.add_receive_key(0.0, 1, BaseKey::new(vec![1; 16]), "bob").unwrap_err(),
        alice.remove_receive_key(1).unwrap_err(),
    ] {
        assert_eq!(failure.code, FailureCode::Unsupported, "{}", failure.message);
    }
    assert!(manual.work(0.0).is_infinite());
}

#[test]
fn members_are_judged_by_their_credentials_before_they_get_a_key() {
    for accepted in [true, false] {
        let mut room = Room::new(&["bob"]);
        let bobs = room.of("bob").session.fingerprint().unwrap();
        room.of("bob").session.set_credential(b"I am bob".to_vec()).unwrap();
        let mut options = options("alice");
        options.verify = true;
        room.join_with("alice", options);
        let sealed = room.seal("alice", FrameKind::Key);
        room.pass(1000);

        let told = room.told("alice");
        let verify = told.iter().find_map(|event| match event {
            Event::Verify { id, fingerprint, credential } => Some((&**id, fingerprint, credential)),
            _ => None,
        });
        assert_eq!(verify, Some(("bob", &bobs, &b"I am bob".to_vec())));
        assert_eq!(room.open("bob", FrameKind::Key, &sealed), Verdict::Wait);

        let judge = if accepted { Input::Accept } else { Input::Reject };
        let judged = judge(member("bob"), fingerprint(&bobs).unwrap());
        let now = room.now;
        room.of("alice").session.handle(now, judged).unwrap();
        room.pass(1000);
        let (verdict, state) = match accepted {
            true => (Verdict::Pass(&KEY_FRAME[..]), MemberState::Secured),
            false => (Verdict::Wait, MemberState::Rejected),
        };
        assert_eq!(room.open("bob", FrameKind::Key, &sealed), verdict);
        assert_eq!(room.of("alice").session.stats(0, 0.0, None).members[0].state, state);
    }
}

#[test]
fn a_credential_that_comes_too_late_is_refused() {
    let mut room = Room::new(&["alice", "bob"]);
    let failure = room.of("alice").session.set_credential(vec![1]).unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidArgument);
}

#[test]
fn mistakes_are_the_callers() {
    let mut alice = Session::with_exchange(options("alice")).unwrap();
    let own = alice.handle(0.0, Input::Joined(member("alice"))).unwrap_err();
    assert_eq!(own.code, FailureCode::InvalidArgument);
    let mut options = options("alice");
    options.credential = vec![0; 5000];
    let failure = Session::with_exchange(options).unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidArgument);

    let digits = "00".repeat(32);
    assert_eq!(fingerprint(&digits).unwrap().as_bytes(), &[0; 32]);
    for wrong in [&digits[1..], &format!("{digits}0"), &digits.replacen('0', "g", 1), "", "ü"] {
        assert!(fingerprint(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_key_may_come_unless_it_is_known_not_to() {
    let mut exchange = Exchange::new(options("alice")).unwrap();
    exchange.hold(key_id(7, 3, 2), "bob".into());
    for (slot, generation, step, may_come) in [
        (7, 3, 1, false), // from before we were here
        (7, 3, 3, false), // we can compute it, so the frame is not what it says
        (7, 2, 7, false),
        (7, 4, 0, true),
        (8, 0, 0, true),
    ] {
        let key_id = key_id(slot, generation, step);
        assert_eq!(exchange.may_come(key_id), may_come, "{slot} {generation} {step}");
    }
    assert!(!exchange.may_come(KeyId::new(u64::MAX)), "no sender has this slot");

    exchange.hold(key_id(7, 4, 0), "bob".into());
    exchange.release(7, KeyIdLayout::from_key_id(key_id(7, 4, 1)));
    assert!(!exchange.may_come(key_id(7, 3, 2)) && exchange.may_come(key_id(7, 5, 0)));
    exchange.release(7, None);
    assert!(exchange.may_come(key_id(7, 0, 0)));
}

#[test]
fn missing_keys_are_told_of_now_and_then() {
    let mut exchange = Exchange::new(options("alice")).unwrap();
    let mut told = |now: f64| exchange.missing(now, key_id(7, 0, 0));
    assert_eq!(
        [0.0, 10.0, 199.0, 200.0, 399.0, 400.0].map(&mut told),
        [true, false, false, true, false, true]
    );

    let slots = 0..1000;
    let told = slots.filter(|slot| exchange.missing(500.0, key_id(*slot, 0, 0))).count();
    assert!((32..=64).contains(&told), "{told} of a thousand made-up keys");
}

/// A key that is made before anybody is here would have to be ratcheted for each who comes.
#[test]
fn a_key_is_prepared_when_somebody_is_there_to_have_it() {
    let mut exchange = Exchange::new(options("alice")).unwrap();
    exchange.prepare();
    while !matches!(exchange.poll(0.0), Output::Idle { .. }) {}
    assert_eq!(exchange.sending(), None);

    for id in ["bob", "carol"] {
        exchange.handle(0.0, Input::Joined(member(id))).unwrap();
    }
    while !matches!(exchange.poll(0.0), Output::Idle { .. }) {}
    assert_eq!(exchange.sending(), Some((0, 0)));
}
