//! Two members in one process: they exchange keys, and Bob opens a frame that Alice has sealed.
#![expect(clippy::disallowed_methods, reason = "the clock is the driver's, which this is")]

use core::error::Error;
use core::time::Duration;
use std::thread::sleep;
use std::time::Instant;

use frameseal::{
    Direction, Event, Input, MediaKind, MemberId, Options, PipelineOptions, Room, Session,
    Timestamp, Verdict, Wake,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

type Member = Session<ChaCha20Rng>;
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let clock = Instant::now();
    let now = || Timestamp::from(clock.elapsed());
    let (alice_id, bob_id) = (MemberId::new("alice")?, MemberId::new("bob")?);
    let mut alice = enter(&alice_id, Direction::Send)?;
    let mut bob = enter(&bob_id, Direction::Receive)?;
    alice.handle(now(), Input::Joined(bob_id.clone()))?;
    bob.handle(now(), Input::Joined(alice_id.clone()))?;

    let frame = b"a piece of sound, as the encoder made it";
    let Verdict::Pass(sealed) = alice.seal(now(), 0, frame)? else {
        return Err("Alice has no key".into());
    };
    let sealed = sealed.to_vec(); // for the network
    println!("{} bytes became {} sealed ones", frame.len(), sealed.len());

    let mut is_waiting = bob.open(now(), 0, &sealed)? == Verdict::Wait;
    while is_waiting {
        deliver(&mut alice, &alice_id, &mut bob, now())?;
        deliver(&mut bob, &bob_id, &mut alice, now())?;
        sleep(Duration::from_millis(10));
        is_waiting = bob.retry(now(), 0, &sealed)? == Verdict::Wait;
    }
    assert_eq!(bob.output(), frame);
    println!("Bob opened it after {:?}", clock.elapsed());
    Ok(())
}

/// Makes a session with one stream of sound, which goes or comes.
fn enter(id: &MemberId, direction: Direction) -> Outcome<Member> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let options = Options::new(Room::new("standup")?, id.clone());
    let mut session = Session::new(options, ChaCha20Rng::from_seed(seed))?;
    let (kind, codec) = (MediaKind::Audio, None);
    let sound = PipelineOptions { pipeline: 0, direction, kind, track: 0, codec, from: None };
    session.add_pipeline(sound)?;
    Ok(session)
}

/// Stands for the signalling: brings what one has to say to the other.
fn deliver(from: &mut Member, id: &MemberId, to: &mut Member, now: Timestamp) -> Outcome {
    while from.work(now) == Wake::Now {}
    while let Some(event) = from.poll_event() {
        let Event::Message { data: message, .. } = event else { continue };
        to.handle(now, Input::Received { from: id.clone(), message })?;
    }
    Ok(())
}

#[test]
fn bob_opens_what_alice_sealed() -> Outcome {
    main()
}
