//! Keys that the application brings: what it removes is gone, and nothing else, whatever frames came
//! in between.

use frameseal::{
    BaseKey, Direction, FrameKind, MediaKind, MemberId, PipelineOptions, Profile, Session, Suites,
    Timestamp, Verdict,
};
use frameseal_sframe::Sender;
use rand_chacha::ChaCha20Rng;

const NOW: Timestamp = Timestamp::from_millis(1000);

/// What happens to the keys 8 and 9, of which the second is the first ratcheted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    Add(u64),
    Frame(u64),
    Remove(u64),
}

#[test]
fn removed_in_each_order() {
    use Step::{Add, Frame, Remove};
    let orders = [
        [Add(8), Frame(9), Add(9), Remove(8)],
        [Add(8), Frame(9), Add(9), Remove(9)],
        [Add(8), Add(9), Frame(9), Remove(9)],
        [Add(8), Add(9), Frame(9), Remove(8)],
        [Add(9), Frame(9), Add(8), Remove(9)],
        [Add(9), Add(8), Frame(8), Remove(8)],
    ];
    for order in orders {
        let mut bob = session();
        let mut counters = [0, 0];
        let mut held = Vec::new();
        for step in order {
            match step {
                Add(number) => {
                    let alice = MemberId::new("alice").expect("a short name");
                    bob.add_receive_key(NOW, number, key(number), alice).expect("it is new");
                    held.push(number);
                }
                Remove(number) => {
                    bob.remove_receive_key(number).expect("it was added");
                    held.retain(|held| *held != number);
                }
                Frame(number) => {
                    opens(&mut bob, number, &mut counters);
                }
            }
        }
        for number in [8, 9] {
            let opens = opens(&mut bob, number, &mut counters);
            assert_eq!(opens, held.contains(&number), "key {number} after {order:?}");
        }
    }
}

/// Seals a frame that was not there before, and tells whether it opens.
fn opens(bob: &mut Session<ChaCha20Rng>, number: u64, counters: &mut [usize; 2]) -> bool {
    let [first, second] = counters;
    let counter = if number == 9 { second } else { first };
    *counter += 1;
    let key_id = Profile::Frameseal1.key_id(number).expect("in range");
    let suites = Suites::default();
    let mut alice = Sender::new(Profile::Frameseal1, suites, key_id, key(number).into_send_key());
    let seal = |_| alice.seal(0, FrameKind::Audio, b"sound").expect("a fresh key");
    let frame = (0..*counter).map(seal).last().expect("one at least");
    // Each through a pipeline of its own: what waits must not hold up what comes after it.
    let pipeline = u32::try_from(counters.iter().sum::<usize>()).expect("a few");
    let options = PipelineOptions {
        pipeline,
        direction: Direction::Receive,
        kind: MediaKind::Audio,
        track: 0,
        codec: None,
        from: None,
    };
    bob.add_pipeline(options).expect("a pipeline");
    let verdict = bob.open(NOW, pipeline, &frame).expect("a short frame");
    matches!(verdict, Verdict::Pass(_))
}

fn session() -> Session<ChaCha20Rng> {
    Session::with_manual_keys(Profile::Frameseal1, Suites::default())
}

fn key(number: u64) -> BaseKey {
    let first = BaseKey::new(vec![7; 32]);
    if number == 8 { first } else { first.ratchet(Suites::default().main) }
}
