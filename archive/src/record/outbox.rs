//! What this member has to say to the others, until the server has it.

use alloc::collections::VecDeque;

/// Something to be passed on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Relay {
    /// A member; `None`: all others.
    pub(crate) to: Option<String>,
    /// In base64.
    pub(crate) data: String,
    pub(crate) kind: Kind,
    /// Its number, once it was sent.
    seq: Option<u64>,
}

/// What becomes of a message that is overtaken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// Of the key exchange: the next one to the same receiver says all that it said.
    Key,
    /// Anything else: all of it has to arrive.
    Other,
}

/// Numbers what is sent, because a socket that breaks swallows what was written to it last.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<Relay>,
    /// Sent, and perhaps lost.
    unconfirmed: VecDeque<Relay>,
    /// Number of the last one that was sent.
    sent: u64,
}

impl Outbox {
    /// Takes something to be sent. One key message at most waits for each receiver.
    pub(crate) fn add(&mut self, to: Option<String>, data: String, kind: Kind) {
        let added = Relay { to, data, kind, seq: None };
        let is_same = |waiting: &&mut Relay| waiting.is_new_key() && waiting.to == added.to;
        match self.waiting.iter_mut().find(is_same) {
            Some(before) if kind == Kind::Key => *before = added,
            _ => self.waiting.push_back(added),
        }
        if self.waiting.len() > MAX_WAITING {
            self.waiting.pop_front();
        }
    }

    /// Returns what is to be sent next, with its number.
    pub(crate) fn next(&mut self) -> Option<(u64, Relay)> {
        let mut relay = self.waiting.pop_front()?;
        let seq = match relay.seq {
            Some(seq) => seq,
            None => {
                self.sent = self.sent.saturating_add(1);
                self.sent
            }
        };
        relay.seq = Some(seq);
        self.unconfirmed.push_back(relay.clone());
        Some((seq, relay))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The server has everything up to this number.
    pub(crate) fn confirm(&mut self, received: u64) {
        self.unconfirmed.retain(|relay| relay.seq.is_none_or(|seq| seq > received));
    }

    /// Goes on in the same seat over another connection.
    pub(crate) fn resume(&mut self, received: u64) {
        self.confirm(received);
        while let Some(relay) = self.unconfirmed.pop_back() {
            self.waiting.push_front(relay);
        }
    }

    /// Begins to count anew, in a seat that the server does not know. Key messages that were sent are
    /// not sent again: the exchange asks for what is missing.
    pub(crate) fn restart(&mut self) {
        self.resume(0);
        self.sent = 0;
        self.waiting.retain(|relay| relay.kind == Kind::Other || relay.seq.is_none());
        self.waiting.iter_mut().for_each(|relay| relay.seq = None);
    }

    /// Drops the key messages that wait for members who are gone.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(&str) -> bool) {
        let is_late =
            |relay: &Relay| relay.is_new_key() && relay.to.as_deref().is_some_and(&is_gone);
        self.waiting.retain(|relay| !is_late(relay));
    }
}

impl Relay {
    /// One that has a number may have arrived: another under its number would be taken for a repeat.
    fn is_new_key(&self) -> bool {
        self.kind == Kind::Key && self.seq.is_none()
    }
}

/// Whoever is away for longer begins anew.
const MAX_WAITING: usize = 1000;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use proptest::prelude::*;

    use super::{Kind, Outbox};

    /// Sends all that waits; returns the numbers and the data.
    fn send(outbox: &mut Outbox) -> Vec<(u64, String)> {
        core::iter::from_fn(|| outbox.next()).map(|(seq, relay)| (seq, relay.data)).collect()
    }

    fn sent(numbers: impl IntoIterator<Item = u64>) -> Vec<(u64, String)> {
        numbers.into_iter().map(|number| (number, number.to_string())).collect()
    }

    proptest! {
        #[test]
        fn the_server_gets_everything_once_whatever_breaks(
            breaks in prop::collection::vec((0_u64..10, 0_u64..20), 1..10),
        ) {
            let (mut outbox, mut said, mut received) = (Outbox::default(), 0, 0);
            for (more, lost) in breaks {
                for _ in 0..more {
                    said += 1;
                    outbox.add(None, said.to_string(), Kind::Other);
                }
                let sent_now = send(&mut outbox);
                prop_assert_eq!(&sent_now, &sent(received + 1..=said));
                // The socket swallows the last ones.
                received = said.saturating_sub(lost).max(received);
                outbox.resume(received);
            }
        }
    }

    #[test]
    fn only_the_newest_key_message_to_each_receiver_waits() {
        let mut outbox = Outbox::default();
        let ben = || Some(String::from("ben"));
        outbox.add(ben(), String::from("old"), Kind::Key);
        outbox.add(None, String::from("all"), Kind::Key);
        outbox.add(ben(), String::from("signal"), Kind::Other);
        outbox.add(ben(), String::from("new"), Kind::Key);
        let data: Vec<_> = send(&mut outbox).into_iter().map(|(_, data)| data).collect();
        assert_eq!(data, ["new", "all", "signal"]);
    }

    #[test]
    fn in_a_new_seat_numbers_begin_anew_and_sent_key_messages_are_over() {
        let mut outbox = Outbox::default();
        outbox.add(None, String::from("key"), Kind::Key);
        outbox.add(None, String::from("1"), Kind::Other);
        send(&mut outbox);
        outbox.restart();
        assert_eq!(send(&mut outbox), sent([1]));
    }

    #[test]
    fn what_waits_for_who_is_gone_is_dropped() {
        let mut outbox = Outbox::default();
        outbox.add(Some(String::from("ben")), String::from("key"), Kind::Key);
        outbox.forget(|member| member == "ben");
        assert!(outbox.is_empty());
    }
}
