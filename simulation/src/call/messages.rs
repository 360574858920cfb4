//! Messages on their way, and who else has them in hand.

use frameseal::{Input, MemberId};

use super::{Call, Happening, Instance};
use crate::attacker::{Attacker, Datagram, PULSE, Tap};
use crate::outbox::Next;

impl Call {
    /// Puts `attacker` into the link.
    pub fn attack(&mut self, attacker: impl Attacker + 'static) {
        self.attacker = Some(Box::new(attacker));
        self.plan(self.now, Happening::Pulse);
    }

    /// Puts somebody into the link who just listens.
    pub fn tap(&mut self) -> Tap {
        let tap = Tap::default();
        self.attack(tap.clone());
        tap
    }

    /// Takes the attacker out of the link again.
    pub fn end_attack(&mut self) -> Option<Box<dyn Attacker>> {
        self.attacker.take()
    }

    /// Lets a message come to whoever it is for.
    pub fn deliver(&mut self, datagram: Datagram) {
        self.arrival(None, datagram);
    }

    pub(super) fn arrival(&mut self, by: Option<Instance>, datagram: Datagram) {
        let Datagram { from, to, message } = datagram;
        let Some(instance) = self.live.get(&to).copied() else {
            return;
        };
        self.tally.delivered += 1;
        if let Some(by) = by.filter(|by| self.live.get(&from) == Some(by)) {
            self.begin_presence(instance, by);
        }
        self.tell(instance, Input::Received { from, message });
    }

    pub(super) fn pulse(&mut self) {
        if let Some(attacker) = &mut self.attacker {
            let said = attacker.pulse(self.now);
            self.plan(self.now + PULSE, Happening::Pulse);
            for datagram in said {
                self.plan(self.now, Happening::Arrival(None, datagram));
            }
        }
    }

    /// Hands a message to the member's client, which sends no faster than it may.
    pub(super) fn send_out(&mut self, by: Instance, to: Option<MemberId>, message: Vec<u8>) {
        let Some(outbox) = &mut self.members[by.0].outbox else {
            return self.transmit(by, to, &message);
        };
        outbox.push(to, message);
        self.drain(by);
    }

    /// Sends what the member's client may send now.
    pub(super) fn drain(&mut self, by: Instance) {
        let now = self.now;
        while let Some(outbox) = &mut self.members[by.0].outbox {
            match outbox.pop(now) {
                Next::Send(to, message) => self.transmit(by, to, &message),
                Next::At(at) => return self.plan(at, Happening::Drain(by)),
                Next::Nothing => return,
            }
        }
    }

    pub(super) fn transmit(&mut self, by: Instance, to: Option<MemberId>, message: &[u8]) {
        self.note(|| format!("{} sends {} bytes to {to:?}", self[by].id(), message.len()));
        let from = self[by].id().clone();
        let recipients = match to {
            Some(to) => vec![to],
            None => self.live.keys().filter(|id| **id != from).cloned().collect(),
        };
        for to in recipients {
            let datagram = Datagram { from: from.clone(), to, message: message.to_vec() };
            match &mut self.attacker {
                Some(attacker) => {
                    for datagram in attacker.intercept(self.now, datagram) {
                        self.carry(Some(by), datagram);
                    }
                }
                None => self.carry(Some(by), datagram),
            }
        }
    }

    fn carry(&mut self, by: Option<Instance>, datagram: Datagram) {
        let delays: Vec<_> = self.link.copies(&mut self.rng).collect();
        if delays.is_empty() && self.live.contains_key(&datagram.to) {
            self.tally.lost += 1;
            self.tally.disturbed_at = self.now;
        }
        for delay in delays {
            self.plan(self.now + delay, Happening::Arrival(by, datagram.clone()));
        }
    }
}
