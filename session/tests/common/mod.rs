//! Two members with manual keys.
#![allow(dead_code, reason = "no user of this module uses all of it")]

use frameseal::{
    BaseKey, Direction, Dropped, Event, MediaKind, MemberId, PipelineOptions, PipelineStats,
    Profile, Session, Suites, Timestamp, Verdict,
};
use rand_chacha::ChaCha20Rng;

pub(crate) type TestSession = Session<ChaCha20Rng>;

pub(crate) const KEY_FRAME: [u8; 12] = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 7, 7];
pub(crate) const DELTA_FRAME: [u8; 4] = [0x31, 0x05, 9, 9];
pub(crate) const START: Timestamp = Timestamp::from_millis(0);

pub(crate) fn session() -> TestSession {
    Session::with_manual_keys(Profile::Frameseal1, Suites::default())
}

pub(crate) fn key(byte: u8) -> BaseKey {
    BaseKey::new(vec![byte; 16])
}

pub(crate) fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) fn member(id: &str) -> MemberId {
    MemberId::new(id).unwrap()
}

pub(crate) fn video(direction: Direction) -> PipelineOptions {
    let codec = Some(String::from("video/VP8"));
    PipelineOptions { pipeline: 0, direction, kind: MediaKind::Video, track: 2, codec, from: None }
}

pub(crate) fn audio(direction: Direction) -> PipelineOptions {
    let codec = Some(String::from("audio/opus"));
    PipelineOptions { kind: MediaKind::Audio, track: 0, codec, ..video(direction) }
}

/// Alice, who sends, and Bob, who has her key.
pub(crate) fn call() -> (TestSession, TestSession) {
    let (mut alice, mut bob) = (session(), session());
    alice.set_send_key(1, key(1)).unwrap();
    alice.add_pipeline(video(Direction::Send)).unwrap();
    bob.add_receive_key(START, 1, key(1), member("alice")).unwrap();
    bob.add_pipeline(video(Direction::Receive)).unwrap();
    assert_eq!(events(&mut bob), []);
    (alice, bob)
}

/// Processes a frame that has no reason to wait.
pub(crate) fn process(session: &mut TestSession, now: Timestamp, frame: &[u8]) -> Option<Vec<u8>> {
    session.reserve(now, 0, frame.len()).unwrap().copy_from_slice(frame);
    match session.process(now, 0) {
        Verdict::Pass(output) => Some(output.to_vec()),
        Verdict::Drop => None,
        Verdict::Wait => panic!("it waits"),
    }
}

pub(crate) fn seal(alice: &mut TestSession, frame: &[u8]) -> Vec<u8> {
    process(alice, START, frame).expect("sealed")
}

pub(crate) fn stats(session: &TestSession) -> PipelineStats {
    session.stats().pipelines.into_iter().next().expect("one pipeline")
}

pub(crate) fn events(session: &mut TestSession) -> Vec<Event> {
    core::iter::from_fn(|| session.poll_event()).collect()
}

/// Counts of dropped frames, all but some of them 0.
pub(crate) fn dropped(set: impl FnOnce(&mut Dropped)) -> Dropped {
    let mut counts = Dropped::default();
    set(&mut counts);
    counts
}
