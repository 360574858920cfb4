//! Someone in the middle of the link.

use alloc::rc::Rc;
use core::cell::RefCell;
use core::fmt;

use fastrand::Rng;
use frameseal_keymgmt::{Input, KeyManager, MemberId, Options, Output, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::hoard::Hoard;

/// A message on its way, as signalling sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "attackers make their own")]
pub struct Datagram {
    /// Who it is said to be from.
    pub from: MemberId,
    /// Who it is for.
    pub to: MemberId,
    /// The message.
    pub message: Vec<u8>,
}

/// Decides what becomes of messages.
pub trait Attacker: fmt::Debug {
    /// Takes a message from the link; returns those that go on in its place.
    fn intercept(&mut self, now: u64, datagram: Datagram) -> Vec<Datagram>;

    /// Says something on its own: asked every [`PULSE`] ms.
    fn pulse(&mut self, now: u64) -> Vec<Datagram>;

    /// How many messages of its own making it has put in.
    fn forgeries(&self) -> usize;
}

/// How often attackers get to say something unprompted, in ms.
pub const PULSE: u64 = 10;

/// Passes everything on, and keeps a copy.
#[derive(Clone, Debug, Default)]
pub struct Tap(Rc<RefCell<Vec<Datagram>>>);

impl Tap {
    /// Returns what passed since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<Datagram> {
        self.0.take()
    }
}

impl Attacker for Tap {
    fn intercept(&mut self, _now: u64, datagram: Datagram) -> Vec<Datagram> {
        self.0.borrow_mut().push(datagram.clone());
        vec![datagram]
    }

    fn pulse(&mut self, _now: u64) -> Vec<Datagram> {
        Vec::new()
    }

    fn forgeries(&self) -> usize {
        0
    }
}

/// Changes, cuts, repeats, reflects and re-addresses what passes, and puts in messages of another
/// room. The message itself goes on, too, one time in two.
#[derive(Debug)]
pub struct Vandal {
    rng: Rng,
    /// What passed, to be used again.
    memory: Vec<Datagram>,
    forgeries: usize,
}

impl Vandal {
    /// A vandal that begins with `memory`: messages of another room, for example.
    #[must_use]
    pub fn new(seed: u64, memory: Vec<Datagram>) -> Self {
        Self { rng: Rng::with_seed(seed), memory, forgeries: 0 }
    }

    fn forge(&mut self, datagram: &Datagram) -> Datagram {
        let Self { rng, memory, .. } = self;
        let mut forged = datagram.clone();
        let message = &mut forged.message;
        match rng.u8(..8) {
            0 => *rng.choice(&mut *message).expect("not empty") ^= 1 << rng.u8(..8),
            1 => {
                let start = rng.usize(..message.len());
                let end = rng.usize(start..=message.len());
                rng.fill(&mut message[start..end]);
            }
            2 => message.truncate(rng.usize(..message.len())),
            3 => message.extend_from_slice(&[0; 7][..rng.usize(1..=7)]),
            4 => {
                forged.from = datagram.to.clone();
                forged.to = datagram.from.clone();
            }
            5 => forged.to = datagram.from.clone(),
            6 => forged.from = rng.choice(&*memory).unwrap_or(datagram).from.clone(),
            _ => {
                let earlier = rng.choice(&*memory).unwrap_or(datagram);
                let to = if rng.bool() { &earlier.to } else { &datagram.to };
                forged = Datagram { to: to.clone(), ..earlier.clone() };
            }
        }
        forged
    }
}

impl Attacker for Vandal {
    fn intercept(&mut self, _now: u64, datagram: Datagram) -> Vec<Datagram> {
        let forgeries = self.rng.usize(..4);
        let mut out: Vec<_> = (0..forgeries).map(|_| self.forge(&datagram)).collect();
        self.forgeries += forgeries;
        if self.memory.len() < MEMORY {
            self.memory.push(datagram.clone());
        } else {
            let at = self.rng.usize(..MEMORY);
            self.memory[at] = datagram.clone();
        }
        if self.rng.bool() {
            out.push(datagram);
        }
        out
    }

    fn pulse(&mut self, _now: u64) -> Vec<Datagram> {
        let Some(datagram) = self.rng.choice(&self.memory).cloned() else {
            return Vec::new();
        };
        self.forgeries += 1;
        vec![self.forge(&datagram)]
    }

    fn forgeries(&self) -> usize {
        self.forgeries
    }
}

/// How many messages a vandal remembers.
const MEMORY: usize = 1000;

/// Is the other one for each of two members: has a key pair of its own for either.
#[derive(Debug)]
pub struct MiddleMan {
    /// Poses as the first member towards the second, and the other way round.
    posing: [Poser; 2],
}

/// A manager under the name of someone else.
#[derive(Debug)]
struct Poser {
    name: MemberId,
    towards: MemberId,
    manager: KeyManager<ChaCha20Rng>,
    said: usize,
    /// What it was given.
    hoard: Rc<RefCell<Hoard>>,
}

impl MiddleMan {
    /// Stands between two members, each with the options that the attacker poses as it with.
    #[must_use]
    pub fn new(first: Options, second: Options) -> Self {
        let [one, other] = [first.member.clone(), second.member.clone()];
        Self { posing: [Poser::new(first, other, 0xa), Poser::new(second, one, 0xb)] }
    }

    /// The public keys that the members get to see: of who poses as the first, and as the second.
    #[must_use]
    pub fn fingerprints(&self) -> [frameseal_keymgmt::Fingerprint; 2] {
        let [first, second] = &self.posing;
        [first.manager.fingerprint(), second.manager.fingerprint()]
    }
}

impl Poser {
    fn new(options: Options, towards: MemberId, seed: u64) -> Self {
        let (name, suites) = (options.member.clone(), options.suites);
        let rng = ChaCha20Rng::seed_from_u64(seed);
        let mut manager = KeyManager::new(options, rng).expect("options of a test");
        let arrival = Timestamp::from_millis(0);
        for input in [Input::Joined(towards.clone()), Input::Send] {
            manager.handle(arrival, input).expect("the other one is no one else");
        }
        let hoard = Rc::new(RefCell::new(Hoard::new(suites)));
        Self { name, towards, manager, said: 0, hoard }
    }

    fn hear(&mut self, now: u64, input: Input) -> Vec<Datagram> {
        let heard = self.manager.handle(Timestamp::from_millis(now), input);
        heard.expect("who it is about is in the room");
        let mut said = Vec::new();
        loop {
            match self.manager.poll() {
                Output::Transmit { message, .. } => said.push(Datagram {
                    from: self.name.clone(),
                    to: self.towards.clone(),
                    message,
                }),
                Output::Open { key_id, key, .. } => {
                    self.hoard.borrow_mut().add(key_id, key.expose_secret());
                }
                Output::Idle { .. } => {
                    self.said += said.len();
                    return said;
                }
                _ => {}
            }
        }
    }
}

impl Attacker for MiddleMan {
    fn intercept(&mut self, now: u64, datagram: Datagram) -> Vec<Datagram> {
        let Datagram { from, to, message } = &datagram;
        let poser =
            self.posing.iter_mut().find(|poser| poser.name == *to && poser.towards == *from);
        match poser {
            Some(poser) => {
                let (from, message) = (from.clone(), message.clone());
                poser.hear(now, Input::Received { from, message })
            }
            None => vec![datagram],
        }
    }

    fn pulse(&mut self, now: u64) -> Vec<Datagram> {
        self.posing.iter_mut().flat_map(|poser| poser.hear(now, Input::Timeout)).collect()
    }

    fn forgeries(&self) -> usize {
        self.posing.iter().map(|poser| poser.said).sum()
    }
}

/// Is a member towards another one, for a while: who that is hears nothing and is not heard.
#[derive(Debug)]
pub struct Impostor {
    poser: Poser,
    until: u64,
}

impl Impostor {
    /// Poses with `options` as the member that they name, towards `towards`, until a time in ms.
    #[must_use]
    pub fn new(options: Options, towards: MemberId, until: u64) -> Self {
        Self { poser: Poser::new(options, towards, 0xc), until }
    }

    /// All keys that it gets.
    #[must_use]
    pub fn hoard(&self) -> Rc<RefCell<Hoard>> {
        Rc::clone(&self.poser.hoard)
    }
}

impl Attacker for Impostor {
    fn intercept(&mut self, now: u64, datagram: Datagram) -> Vec<Datagram> {
        let Self { poser, until } = self;
        let Datagram { from, to, message } = &datagram;
        let (from, message) = (from.clone(), message.clone());
        if now < *until && from == poser.name && *to == poser.towards {
            Vec::new()
        } else if now < *until && from == poser.towards && *to == poser.name {
            poser.hear(now, Input::Received { from, message })
        } else {
            vec![datagram]
        }
    }

    fn pulse(&mut self, now: u64) -> Vec<Datagram> {
        if now < self.until { self.poser.hear(now, Input::Timeout) } else { Vec::new() }
    }

    fn forgeries(&self) -> usize {
        self.poser.said
    }
}
