//! Every mistake that leaves the picture black: what the application is told, and when.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

extern crate alloc;

mod common;

use alloc::collections::VecDeque;

use common::{DELTA_FRAME, TestSession, at, audio, key, member, session, video};
use frameseal::{
    BlackoutState, CipherSuite, Direction, Event, Input, Options, PipelineOptions, Problem,
    ProblemCode, Room, Secret, Session, Severity, Verdict, Wake,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// A message on its way: who is said to have sent it, and its bytes.
type Letter = (&'static str, Vec<u8>);

/// A call of two, and the mistake in it.
struct Mistake {
    /// Changes what Bob's session is made of.
    bobs: fn(Options) -> Options,
    /// Whom the one of this name is told of.
    roster: fn(&'static str) -> &'static [&'static str],
    /// What becomes of a message of the one of this name.
    deliver: fn(&'static str, Letter) -> Option<Letter>,
    /// What Bob's frames become.
    frames: fn(u8, &[u8]) -> Vec<u8>,
}

const NONE: Mistake = Mistake {
    bobs: |options| options,
    roster: |id| if id == "alice" { &["bob"] } else { &["alice"] },
    deliver: |_, letter| Some(letter),
    frames: |_, sealed| sealed.to_vec(),
};

struct Member {
    session: TestSession,
    waiting: VecDeque<Vec<u8>>,
    problems: Vec<(u64, Problem)>,
    played: usize,
}

impl Member {
    fn new(options: Options, seed: u64) -> Self {
        let mut session = Session::new(options, ChaCha20Rng::seed_from_u64(seed)).unwrap();
        for (pipeline, direction) in [(0, Direction::Send), (1, Direction::Receive)] {
            session.add_pipeline(PipelineOptions { pipeline, ..video(direction) }).unwrap();
        }
        Self { session, waiting: VecDeque::new(), problems: Vec::new(), played: 0 }
    }

    fn work(&mut self, now: u64) -> Vec<Vec<u8>> {
        while self.session.work(at(now)) == Wake::Now {}
        let mut messages = Vec::new();
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Message { data, .. } => messages.push(data),
                Event::Problem(problem) => self.problems.push((now, problem)),
                Event::Retry { .. } => self.retry(now),
                _ => {}
            }
        }
        messages
    }

    fn seal(&mut self, now: u64) -> Vec<u8> {
        match self.session.seal(at(now), 0, &DELTA_FRAME).unwrap() {
            Verdict::Pass(sealed) => sealed.to_vec(),
            verdict => panic!("{verdict:?}"),
        }
    }

    fn open(&mut self, now: u64, frame: Vec<u8>) {
        match self.session.open(at(now), 1, &frame).unwrap() {
            Verdict::Pass(_) => self.played += 1,
            Verdict::Drop => {}
            Verdict::Wait => self.waiting.push_back(frame),
        }
    }

    fn retry(&mut self, now: u64) {
        while let Some(frame) = self.waiting.front() {
            match self.session.retry(at(now), 1, frame).unwrap() {
                Verdict::Wait => return,
                Verdict::Pass(_) => self.played += 1,
                Verdict::Drop => {}
            }
            self.waiting.pop_front();
        }
    }

    /// What keeps the picture from playing, as it was told.
    fn blackouts(&self) -> Vec<(u64, BlackoutState)> {
        let told = self.problems.iter().filter(|(_, it)| it.code == ProblemCode::NoMedia);
        told.map(|(at, it)| (*at, it.state.unwrap())).collect()
    }

    fn hint(&self) -> &str {
        let (_, problem) =
            self.problems.iter().find(|(_, it)| it.code == ProblemCode::NoMedia).unwrap();
        assert_eq!(problem.severity, Severity::Error);
        &problem.hint
    }
}

impl Mistake {
    /// Runs a call of 8 s, in which both send 30 frames a second; returns Alice and Bob.
    fn run(&self) -> [Member; 2] {
        let options = |id| Options {
            secret: Secret::random(&[7; 32]).unwrap(),
            ..Options::new(Room::new("standup").unwrap(), member(id))
        };
        let mut alice = Member::new(options("alice"), 1);
        let mut bob = Member::new((self.bobs)(options("bob")), 2);
        for (id, member_of) in [("alice", &mut alice), ("bob", &mut bob)] {
            for other in (self.roster)(id) {
                let _ = member_of.session.handle(at(0), Input::Joined(member(other)));
            }
        }
        for frame in 0..240 {
            let now = frame * 33;
            self.deliver(&mut alice, "alice", &mut bob, now);
            self.deliver(&mut bob, "bob", &mut alice, now);
            bob.open(now, alice.seal(now));
            let number = u8::try_from(frame).unwrap();
            alice.open(now, (self.frames)(number, &bob.seal(now)));
        }
        [alice, bob]
    }

    fn deliver(&self, from: &mut Member, name: &'static str, to: &mut Member, now: u64) {
        for message in from.work(now) {
            if let Some((said, message)) = (self.deliver)(name, (name, message)) {
                let input = Input::Received { from: member(said), message };
                to.session.handle(at(now), input).unwrap();
            }
        }
    }
}

/// One thing is told, 3 to 3.5 s after the first frame, in words that have these in them.
fn assert_told(told: &Member, state: BlackoutState, words: &[&str]) {
    let blackouts = told.blackouts();
    let [(at, told_state)] = blackouts[..] else { panic!("{blackouts:?}") };
    assert_eq!(told_state, state);
    assert!((3000..3500).contains(&at), "{at}");
    assert_eq!(told.played, 0);
    for word in words {
        assert!(told.hint().contains(word), "{}", told.hint());
    }
}

#[test]
fn nothing_is_told_where_all_is_well() {
    for told in NONE.run() {
        assert_eq!(told.blackouts(), []);
        assert!(told.played > 230, "{}", told.played);
    }
}

#[test]
fn nobody_was_announced() {
    for told in (Mistake { roster: |_| &[], ..NONE }).run() {
        assert_told(&told, BlackoutState::NobodyAnnounced, &["memberJoined()"]);
    }
}

#[test]
fn one_side_was_not_announced() {
    let roster = |id| if id == "alice" { &["bob"][..] } else { &[] };
    let [alice, bob] = (Mistake { roster, ..NONE }).run();
    assert_told(&bob, BlackoutState::NotAnnounced, &["alice", "memberJoined()"]);
    assert_told(&alice, BlackoutState::NothingReceived, &["bob", "memberJoined() for this member"]);
}

#[test]
fn messages_are_not_delivered() {
    for told in (Mistake { deliver: |_, _| None, ..NONE }).run() {
        assert_told(&told, BlackoutState::NothingReceived, &["signalling", "receive()"]);
    }
}

#[test]
fn messages_are_delivered_one_way() {
    let deliver = |from, letter| (from == "alice").then_some(letter);
    let [alice, bob] = (Mistake { deliver, ..NONE }).run();
    assert_told(&alice, BlackoutState::NothingReceived, &["bob"]);
    assert_told(&bob, BlackoutState::NotAnswered, &["alice", "delivers our message events"]);
}

#[test]
fn secrets_differ() {
    let other = |options| Options { secret: Secret::random(&[8; 32]).unwrap(), ..options };
    let none = |options| Options { secret: Secret::none(), ..options };
    for bobs in [other, none] {
        for told in (Mistake { bobs, ..NONE }).run() {
            assert_told(&told, BlackoutState::OtherSecret, &["same secret"]);
        }
    }
}

#[test]
fn rooms_differ() {
    let bobs = |options: Options| Options { room: Room::new("Standup").unwrap(), ..options };
    for told in (Mistake { bobs, ..NONE }).run() {
        assert_told(&told, BlackoutState::OtherRoom, &["another room", "exactly the same room"]);
    }
}

#[test]
fn suites_differ() {
    let bobs = |options| Options { suites: CipherSuite::Aes256GcmSha512_128.into(), ..options };
    let [alice, bob] = (Mistake { bobs, ..NONE }).run();
    let words = ["bob", "AES_256_GCM_SHA512_128", "cipherSuite"];
    assert_told(&alice, BlackoutState::OtherSuite, &words);
    assert_told(&bob, BlackoutState::OtherSuite, &["alice", "AES_128_GCM_SHA256_128"]);
}

/// As a text decoder does it, and as `Uint8Array.from()` does with what JSON makes of one.
#[test]
fn the_signalling_damages_messages() {
    let text =
        |_, (from, data): Letter| Some((from, String::from_utf8_lossy(&data).as_bytes().to_vec()));
    let nothing = |_, (from, _): Letter| Some((from, Vec::new()));
    for deliver in [text, nothing] {
        for told in (Mistake { deliver, ..NONE }).run() {
            assert_told(&told, BlackoutState::DamagedMessages, &["[...data]"]);
            assert!(!told.hint().contains("secret"), "{}", told.hint());
        }
    }
}

#[test]
fn the_signalling_names_another_sender() {
    let somebody = |_, (_, data): Letter| Some(("somebody", data));
    let other_case =
        |from, (_, data): Letter| Some((if from == "alice" { "ALICE" } else { "BOB" }, data));
    let receiver =
        |from, (_, data): Letter| Some((if from == "alice" { "bob" } else { "alice" }, data));
    for deliver in [somebody, other_case, receiver] {
        for told in (Mistake { deliver, ..NONE }).run() {
            assert_told(&told, BlackoutState::WrongSender, &["exactly as the sender gave it"]);
            assert!(!told.hint().contains("secret"), "{}", told.hint());
        }
    }
}

#[test]
fn two_pages_have_one_name() {
    let bobs = |options: Options| Options { member: member("alice"), ..options };
    let deliver = |_, (_, data): Letter| Some(("alice", data));
    let roster = |id| if id == "alice" { &["bob"][..] } else { &[] };
    let [_, bob] = (Mistake { bobs, roster, deliver, ..NONE }).run();
    assert_told(&bob, BlackoutState::SameMember, &["ID of its own"]);
    // A roster that names the other page by our own name, and so nobody says anything.
    for told in (Mistake { bobs, roster: |_| &["alice"], deliver, ..NONE }).run() {
        assert_told(&told, BlackoutState::OnlyOurselves, &["ID of its own", "memberJoined()"]);
    }
}

#[test]
fn the_other_side_is_not_sealed() {
    let clear = |number: u8, _: &[u8]| vec![0x11, number, 0x2a, 0x77, number.wrapping_mul(31), 9];
    let [alice, bob] = (Mistake { frames: clear, ..NONE }).run();
    assert_told(&alice, BlackoutState::NotSealed, &["frameseal.connection()"]);
    assert_eq!(bob.blackouts(), []);
    assert_eq!(alice.session.stats().pipelines[1].dropped.missing_key, 0);
}

#[test]
fn a_server_changes_frames() {
    let changed = |_, sealed: &[u8]| {
        let mut changed = sealed.to_vec();
        *changed.last_mut().unwrap() ^= 1;
        changed
    };
    let [alice, _] = (Mistake { frames: changed, ..NONE }).run();
    let (_, state) = alice.blackouts()[0];
    assert_eq!(state, BlackoutState::NotAuthentic);
}

/// Plain sound parses as a header that names some key.
#[test]
fn frames_in_the_clear_never_lack_a_key() {
    let mut bob = session();
    bob.add_receive_key(at(0), 1, key(1), member("alice")).unwrap();
    bob.add_pipeline(audio(Direction::Receive)).unwrap();
    let mut line = Line(VecDeque::new());
    let mut noise: u32 = 1;
    for at_ms in (0..20_000).step_by(20) {
        let mut frame = vec![0x78]; // Opus, 20 ms, mono
        for _ in 0..60 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            frame.push(u8::try_from(noise >> 24).unwrap());
        }
        line.open(&mut bob, at_ms, frame);
    }
    let dropped = bob.stats().pipelines[0].dropped;
    assert_eq!(dropped.missing_key, 0);
    assert!(dropped.not_sealed > 800 && dropped.unclear <= 10, "{dropped:?}");
}

#[test]
fn a_manual_key_was_not_set() {
    let [mut alice, mut bob] = [session(), session()];
    alice.set_send_key(1, key(1)).unwrap();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    let mut line = Line(VecDeque::new());
    for frame in 0..200 {
        let now = frame * 33;
        let Verdict::Pass(sealed) = alice.seal(at(now), 0, &DELTA_FRAME).unwrap() else { panic!() };
        line.open(&mut bob, now, sealed.to_vec());
    }
    assert_eq!(states(&mut bob), [BlackoutState::KeyNotSet]);
}

/// Frames of pipeline 0 that wait.
struct Line(VecDeque<Vec<u8>>);

impl Line {
    fn open(&mut self, session: &mut TestSession, now: u64, frame: Vec<u8>) {
        if session.open(at(now), 0, &frame).unwrap() == Verdict::Wait {
            self.0.push_back(frame);
        }
        while session.work(at(now)) == Wake::Now {}
        while let Some(frame) = self.0.front() {
            if session.retry(at(now), 0, frame).unwrap() == Verdict::Wait {
                break;
            }
            self.0.pop_front();
        }
    }
}

#[test]
fn a_key_to_seal_with_was_not_set() {
    let mut alice = session();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    for frame in 0..200 {
        assert_eq!(alice.seal(at(frame * 33), 0, &DELTA_FRAME).unwrap(), Verdict::Drop);
    }
    assert_eq!(states(&mut alice), [BlackoutState::NoSendKey]);
}

/// What is told of a session's pipelines.
fn states(session: &mut TestSession) -> Vec<BlackoutState> {
    let events = core::iter::from_fn(|| session.poll_event());
    let states = events.filter_map(|event| match event {
        Event::Problem(problem) => problem.state,
        _ => None,
    });
    states.collect()
}

#[test]
fn who_has_not_been_judged_is_not_said_to_be_silent() {
    let bobs = |options| Options { verify: true, ..options };
    let [_, bob] = (Mistake { bobs, ..NONE }).run();
    assert_told(&bob, BlackoutState::NotJudged, &["acceptMember()", "alice"]);
}

/// One message of somebody who has left explains nothing a minute later.
#[test]
fn a_stranger_is_forgotten() {
    let options = |id| Options::new(Room::new("standup").unwrap(), member(id));
    let mut alice = Session::new(options("alice"), ChaCha20Rng::seed_from_u64(1)).unwrap();
    let input = Input::Received { from: member("mallory"), message: b"noise".to_vec() };
    alice.handle(at(0), input).unwrap();
    while alice.work(at(0)) == Wake::Now {}
    assert!(alice.explain(at(39_000)).contains("mallory"));
    assert!(!alice.explain(at(40_000)).contains("mallory"));
}

/// A track that is held, or a machine that sleeps: one frame that waits is no blackout.
#[test]
fn time_in_which_nothing_comes_is_not_dark() {
    let mut alice = session();
    alice.set_send_key(1, key(1)).unwrap();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    let options = Options::new(Room::new("standup").unwrap(), member("bob"));
    let mut bob = Session::new(options, ChaCha20Rng::seed_from_u64(1)).unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    let mut come = |now| {
        let Verdict::Pass(sealed) = alice.seal(at(now), 0, &DELTA_FRAME).unwrap() else { panic!() };
        let _ = bob.open(at(now), 0, sealed).unwrap();
        states(&mut bob)
    };
    assert_eq!([come(0), come(60_000)], [[], []]);
    // The same, if they go on to come.
    assert_eq!([come(62_000), come(64_000)], [vec![], vec![BlackoutState::NobodyAnnounced]]);
}

/// What was wrong before a frame opened says nothing of what is wrong later.
#[test]
fn a_sender_that_is_attached_late_is_not_told_so_for_ever() {
    let [mut alice, mut bob] = [session(), session()];
    alice.set_send_key(1, key(1)).unwrap();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    bob.add_receive_key(at(0), 1, key(1), member("alice")).unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    for frame in 0..100u8 {
        let clear = [0x11, frame, 0x2a, 0x77, frame.wrapping_mul(31), 9];
        assert_eq!(bob.open(at(u64::from(frame) * 33), 0, &clear).unwrap(), Verdict::Drop);
    }
    assert_eq!(states(&mut bob), [BlackoutState::NotSealed]);
    let Verdict::Pass(sealed) = alice.seal(at(4000), 0, &DELTA_FRAME).unwrap() else { panic!() };
    assert_eq!(bob.open(at(4000), 0, sealed).unwrap(), Verdict::Pass(&DELTA_FRAME));
    bob.remove_receive_key(1).unwrap();
    for frame in 0..200 {
        let now = at(5000 + frame * 33);
        let Verdict::Pass(sealed) = alice.seal(now, 0, &DELTA_FRAME).unwrap() else { panic!() };
        let _ = bob.open(now, 0, sealed).unwrap();
        let _ = bob.work(now);
    }
    assert!(!states(&mut bob).contains(&BlackoutState::NotSealed));
}

#[test]
fn comfort_noise_is_not_missed() {
    let mut bob = session();
    let codec = Some(String::from("audio/CN"));
    bob.add_pipeline(PipelineOptions { codec, ..audio(Direction::Receive) }).unwrap();
    for frame in 0..50 {
        assert_eq!(bob.open(at(frame * 100), 0, &[0x40]).unwrap(), Verdict::Drop);
    }
    assert_eq!(states(&mut bob), []);
}

/// Delivers what a session has to say; returns its problems.
fn tell(
    from: &mut TestSession,
    name: &'static str,
    to: &mut TestSession,
    now: u64,
) -> Vec<(&'static str, u64, Option<BlackoutState>)> {
    let mut told = Vec::new();
    while from.work(at(now)) == Wake::Now {}
    while let Some(event) = from.poll_event() {
        match event {
            Event::Message { data, .. } => {
                let input = Input::Received { from: member(name), message: data };
                to.handle(at(now), input).unwrap();
            }
            Event::Problem(problem) => told.push((name, now, problem.state)),
            _ => {}
        }
    }
    told
}

/// After 3 s, once; where data is sealed, nobody may want a connection.
#[test]
fn members_are_there_and_nothing_is_attached() {
    for seals in [false, true] {
        let options = |id| Options::new(Room::new("standup").unwrap(), member(id));
        let mut alice = Session::new(options("alice"), ChaCha20Rng::seed_from_u64(1)).unwrap();
        let mut bob = Session::new(options("bob"), ChaCha20Rng::seed_from_u64(2)).unwrap();
        alice.handle(at(0), Input::Joined(member("bob"))).unwrap();
        bob.handle(at(0), Input::Joined(member("alice"))).unwrap();
        let mut told = Vec::new();
        for now in (0..10_000).step_by(10) {
            told.extend(tell(&mut alice, "alice", &mut bob, now));
            told.extend(tell(&mut bob, "bob", &mut alice, now));
            if seals && now == 1000 {
                let data = alice.seal_data(at(now), 0, b"hello").unwrap();
                let _ = bob.open_data(at(now), 0, None, data);
            }
        }
        let expected: &[_] = if seals { &[] } else { &["alice", "bob"] };
        assert_eq!(told.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), expected, "{told:?}");
        for (_, at, state) in told {
            assert_eq!(state, Some(BlackoutState::NotAttached));
            assert!((3000..3100).contains(&at), "{at}");
        }
    }
}

#[test]
fn what_is_explained_names_members_and_causes_and_no_secret() {
    let bobs = |options| Options { secret: Secret::random(&[8; 32]).unwrap(), ..options };
    let [alice, _] = (Mistake { bobs, ..NONE }).run();
    let text = alice.session.explain(at(8000));
    for part in ["\"bob\" is Pending", "does not open", "Nothing plays: Key messages of bob", "VP8"]
    {
        assert!(text.contains(part), "{text}");
    }
    let [alice, _] = NONE.run();
    let text = alice.session.explain(at(8000));
    assert!(text.contains("\"bob\" is Secured") && !text.contains("Nothing plays"), "{text}");
}
