//! A member that is told what nobody sent.

use core::fmt;

use crate::attacker::Datagram;
use crate::call::{Call, Instance};

/// A member that is secured with another one, and hears forgeries in that one's name.
pub struct Victim {
    call: Call,
    victim: Instance,
    other: Instance,
    /// What the other one said until both were secured.
    messages: Vec<Vec<u8>>,
}

impl Victim {
    /// Secures two members of a room that has a secret.
    #[must_use]
    pub fn new() -> Self {
        let mut call = Call::new(1);
        call.set_hoarding(0);
        call.share_secret(b"what the server does not know");
        let tap = call.tap();
        let [victim, other] = ["victim", "other"].map(|name| call.join_sending(name));
        call.run(2000);
        call.everyone_opens_everyone();
        call.end_attack();
        let messages = tap.take().into_iter().filter(|datagram| datagram.from.as_str() == "other");
        let messages = messages.map(|datagram| datagram.message).collect();
        Self { call, victim, other, messages }
    }

    /// Real messages that a forger may start from.
    #[must_use]
    pub fn messages(&self) -> &[Vec<u8>] {
        &self.messages
    }

    /// Makes a message of a fuzzer's bytes: a real one with changes, or nothing but the bytes.
    ///
    /// `which || [place: 2 bytes, change: 1 byte] ...`, or, where `which` names no real message, the
    /// bytes after it.
    #[must_use]
    pub fn forge(&self, bytes: &[u8]) -> Vec<u8> {
        let Some((which, rest)) = bytes.split_first() else {
            return Vec::new();
        };
        let Some(mut message) = self.messages.get(usize::from(*which)).cloned() else {
            return rest.to_vec();
        };
        let len = message.len();
        for edit in rest.chunks_exact(3) {
            message[usize::from(u16::from_be_bytes([edit[0], edit[1]])) % len] ^= edit[2];
        }
        message
    }

    /// Hears a forged message, or one that came before: no key comes of it, none is replaced, and
    /// the two go on to open each other's frames.
    pub fn hear(&mut self, message: &[u8]) {
        let before = self.keys();
        let [from, to] = [self.other, self.victim].map(|member| self.call[member].id().clone());
        self.call.deliver(Datagram { from, to, message: message.to_vec() });
        assert_eq!(self.keys(), before, "a message that nobody sent changes keys");
        self.call.run(1);
        assert!(self.call.frame_opens(self.other, self.victim));
        assert!(self.call.frame_opens(self.victim, self.other));
        self.call.forget_events();
    }

    fn keys(&self) -> impl PartialEq + fmt::Debug + use<> {
        let victim = &self.call[self.victim];
        let held: Vec<_> = victim.held().map(|(key_id, _)| key_id).collect();
        (victim.sealing(), victim.opened_keys(), held)
    }
}

impl Default for Victim {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Victim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Victim").field("messages", &self.messages.len()).finish_non_exhaustive()
    }
}
