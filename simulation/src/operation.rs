//! What a fuzzer has happen to a call.

use alloc::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use frameseal::Input;

use crate::attacker::Datagram;
use crate::call::{Call, Instance, Roster};
use crate::link::Link;

/// One thing that happens. There are four members, who go by number modulo four.
#[derive(Arbitrary, Clone, Debug)]
#[non_exhaustive]
pub enum Operation {
    /// Joins, or returns.
    Join(u8),
    /// Leaves, and the server says so.
    Leave(u8),
    /// Is gone, and the server takes up to a second to say so.
    Crash(u8),
    /// Has something to seal.
    Send(u8),
    /// Wants a fresh key.
    Rotate(u8),
    /// Time passes, in ms.
    Pause(u16),
    /// The link gets worse, or better: share of messages that it loses, in per cent.
    Lose(u8),
    /// Everybody gets a frame.
    Show(u8),
    /// A frame is kept, to be shown to those who may not open it.
    Keep(u8),
    /// A member gets a message that nobody sent.
    Forge {
        /// Who it is said to be from.
        from: u8,
        /// Who gets it.
        to: u8,
        /// The message.
        message: Vec<u8>,
    },
    /// A message goes to a member that it was, or was not, for: changed or as it is.
    Replay {
        /// Who gets it.
        to: u8,
        /// How long ago it was sent, in messages.
        back: u8,
        /// What is changed: where, and how.
        change: Option<(u16, u8)>,
    },
}

/// What happens, one after the other: as many operations as the fuzzer's bytes are enough for.
#[derive(Clone, Debug)]
pub struct Operations(Vec<Operation>);

impl<'a> Arbitrary<'a> for Operations {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let mut operations = Vec::new();
        while !bytes.is_empty() && operations.len() < MAX_OPERATIONS {
            operations.push(bytes.arbitrary()?);
        }
        Ok(Self(operations))
    }
}

/// Whatever happens, the oracles of [`Call`] hold; and once the link is healed, soon everybody opens
/// everybody's frames, and nobody else does.
pub fn everyone_recovers_from(Operations(operations): &Operations) {
    let mut call = Call::new(operations.len() as u64);
    call.set_roster(Roster { delay: 50, patience: 1000 });
    let mut room = Room { tap: call.tap(), call, present: BTreeMap::new(), seen: Vec::new() };
    for operation in operations {
        room.operate(operation);
    }
    let Room { mut call, .. } = room;
    while call.has_news() {
        call.run(10);
    }
    call.set_link(Link::healed());
    let waited = call.run_until_open(MAX_WAIT);
    assert!(waited.is_some(), "somebody waits for over {MAX_WAIT} ms");
    call.run(MAX_WAIT);
    call.everyone_opens_everyone();
    call.check_outsiders();
}

/// A call, and who is in it.
struct Room {
    call: Call,
    tap: crate::attacker::Tap,
    present: BTreeMap<u8, Instance>,
    /// The last messages.
    seen: Vec<Datagram>,
}

impl Room {
    fn operate(&mut self, operation: &Operation) {
        let Self { call, present, .. } = self;
        match operation {
            Operation::Join(number) => {
                let number = number % MEMBERS;
                present.entry(number).or_insert_with(|| call.join(&name(number)));
            }
            Operation::Leave(number) => {
                if let Some(instance) = present.remove(&(number % MEMBERS)) {
                    call.leave(instance);
                }
            }
            Operation::Crash(number) => {
                if let Some(instance) = present.remove(&(number % MEMBERS)) {
                    call.crash(instance);
                }
            }
            Operation::Send(number) => self.with(*number, Call::send),
            Operation::Rotate(number) => {
                self.with(*number, |call, instance| {
                    call.send(instance);
                    call.tell(instance, Input::Rotate);
                });
            }
            Operation::Pause(duration) => call.run(u64::from(duration % MAX_PAUSE)),
            Operation::Lose(share) => call.set_link(Link::stormy(share % 100)),
            Operation::Show(number) => self.with(*number, Call::show_frame),
            Operation::Keep(number) => self.with(*number, Call::sample),
            Operation::Forge { from, to, message } => {
                let from = call.id(&name(*from % MEMBERS));
                let to = call.id(&name(*to % MEMBERS));
                call.deliver(Datagram { from, to, message: message.clone() });
            }
            Operation::Replay { to, back, change } => self.replay(*to, *back, *change),
        }
    }

    fn with(&mut self, number: u8, act: impl FnOnce(&mut Call, Instance)) {
        if let Some(instance) = self.present.get(&(number % MEMBERS)) {
            act(&mut self.call, *instance);
        }
    }

    fn replay(&mut self, to: u8, back: u8, change: Option<(u16, u8)>) {
        self.seen.extend(self.tap.take());
        let start = self.seen.len().saturating_sub(usize::from(u8::MAX));
        self.seen.drain(..start);
        let Some(datagram) = self.seen.iter().rev().nth(usize::from(back)) else {
            return;
        };
        let mut datagram = Datagram { to: self.call.id(&name(to % MEMBERS)), ..datagram.clone() };
        if let Some((at, change)) = change {
            let len = datagram.message.len();
            datagram.message[usize::from(at) % len] ^= change;
        }
        self.call.deliver(datagram);
    }
}

fn name(number: u8) -> String {
    format!("member-{number}")
}

/// Members that there are; few, so that operations meet.
const MEMBERS: u8 = 4;

/// More would only take longer.
const MAX_OPERATIONS: usize = 100;

/// In ms: long enough for old keys to be wiped.
const MAX_PAUSE: u16 = 12_000;

/// In ms, after the last message is lost; stragglers may still come.
const MAX_WAIT: u64 = 3000;
