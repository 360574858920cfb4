//! A room of key managers, as one of its members sees it: the others exchange keys with it alone.

use core::time::Duration;

use criterion::measurement::Measurement;
use frameseal_keymgmt::{Input, KeyManager, MemberId, Options, Output, Room, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::processor_time::ProcessorTime;

/// One member, who sends, and all others, who have its key.
#[derive(Debug)]
pub struct Star {
    now: Timestamp,
    hub: KeyManager<ChaCha20Rng>,
    spokes: Vec<(MemberId, KeyManager<ChaCha20Rng>)>,
}

/// What a rotation took of processors.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// To make a key, and to wrap it for each of the others.
    pub wrapping: Duration,
    /// To unwrap it and to acknowledge that: all others together.
    pub unwrapping: Duration,
    /// To read what they acknowledge, and to begin to use the key.
    pub switching: Duration,
}

impl Star {
    /// Makes a room of so many members, and lets all keys be exchanged.
    #[must_use]
    pub fn new(members: usize) -> Self {
        let spokes = (1..members).map(|number| manager(&format!("member-{number:04}"))).collect();
        let (_, hub) = manager(HUB);
        let mut room = Self { now: Timestamp::from_millis(0), hub, spokes };
        tell(&mut room.hub, room.now, Input::Send);
        for (id, spoke) in &mut room.spokes {
            tell(spoke, room.now, Input::Joined(hub_id()));
            tell(&mut room.hub, room.now, Input::Joined(id.clone()));
        }
        for _ in 0..SETTLING {
            room.pass(Duration::from_secs(1));
        }
        room
    }

    /// Replaces the hub's key.
    ///
    /// # Panics
    ///
    /// If not everybody gets it at once: nothing is lost here.
    pub fn rotate(&mut self) -> Rotation {
        self.pass(LONG);
        let Self { now, hub, spokes } = self;

        let start = ProcessorTime.start();
        tell(hub, *now, Input::Rotate);
        let Outputs { messages, .. } = drain(hub, *now);
        let wrapping = ProcessorTime.end(start);
        assert_eq!(messages.len(), spokes.len(), "a message for each of the others");

        let start = ProcessorTime.start();
        let acks: Vec<_> = messages
            .into_iter()
            .zip(&mut *spokes)
            .map(|((to, message), (id, spoke))| {
                assert_eq!(to.as_ref(), Some(&*id), "in the order of their IDs");
                tell(spoke, *now, Input::Received { from: hub_id(), message });
                (id.clone(), drain(spoke, *now).messages)
            })
            .collect();
        let unwrapping = ProcessorTime.end(start);

        let start = ProcessorTime.start();
        for (from, acks) in acks {
            for (_, message) in acks {
                tell(hub, *now, Input::Received { from: from.clone(), message });
            }
        }
        let Outputs { sealing, .. } = drain(hub, *now);
        let switching = ProcessorTime.end(start);

        assert!(sealing, "everybody acknowledged the key");
        Rotation { wrapping, unwrapping, switching }
    }

    /// Lets time pass, and all messages arrive.
    fn pass(&mut self, time: Duration) {
        self.now = self.now.after(time);
        tell(&mut self.hub, self.now, Input::Timeout);
        for (_, spoke) in &mut self.spokes {
            tell(spoke, self.now, Input::Timeout);
        }
        while self.deliver() {}
    }

    /// Tells whether there was anything to deliver.
    fn deliver(&mut self) -> bool {
        let Self { now, hub, spokes } = self;
        let mut delivered = false;
        for (to, message) in drain(hub, *now).messages {
            delivered = true;
            for (id, spoke) in spokes.iter_mut() {
                if to.as_ref().is_none_or(|to| to == id) {
                    let message = message.clone();
                    tell(spoke, *now, Input::Received { from: hub_id(), message });
                }
            }
        }
        for (id, spoke) in spokes {
            for (_, message) in drain(spoke, *now).messages {
                delivered = true;
                tell(hub, *now, Input::Received { from: id.clone(), message });
            }
        }
        delivered
    }
}

/// What a manager wants done, as far as it matters here.
struct Outputs {
    messages: Vec<(Option<MemberId>, Vec<u8>)>,
    sealing: bool,
}

fn drain(manager: &mut KeyManager<ChaCha20Rng>, now: Timestamp) -> Outputs {
    let mut outputs = Outputs { messages: Vec::new(), sealing: false };
    loop {
        match manager.poll() {
            Output::Transmit { to, message } => outputs.messages.push((to, message)),
            Output::Seal { .. } => outputs.sealing = true,
            // A manager with much to read lets frames go first, of which there are none.
            Output::Idle { wake_at } if wake_at.is_some_and(|at| at <= now) => {}
            Output::Idle { .. } => return outputs,
            _ => {}
        }
    }
}

fn tell(manager: &mut KeyManager<ChaCha20Rng>, now: Timestamp, input: Input) {
    manager.handle(now, input).expect("an input that can be");
}

fn manager(id: &str) -> (MemberId, KeyManager<ChaCha20Rng>) {
    let member = MemberId::new(id).expect("an ID");
    let seed = id.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
    let room = Room::new("room").expect("a name");
    let options = Options::new(room, member.clone());
    let manager = KeyManager::new(options, ChaCha20Rng::seed_from_u64(seed));
    (member, manager.expect("options"))
}

fn hub_id() -> MemberId {
    MemberId::new(HUB).expect("an ID")
}

const HUB: &str = "hub";

/// Seconds until all repetitions of a full room's beginning are over.
const SETTLING: usize = 20;

/// Longer than keys are kept that were replaced.
const LONG: Duration = Duration::from_secs(11);
