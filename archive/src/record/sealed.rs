//! What members say to each other through the server, which sees none of it.

use alloc::collections::{BTreeMap, VecDeque};
use core::time::Duration;
use std::time::Instant;

use frameseal::{FailureCode, MemberId};

use super::clock::{Clock, later};
use super::member::MemberSession;
use super::messages::Signal;

/// First byte of what goes through the relay.
const KEY: u8 = 0;
const SEALED: u8 = 1;

/// Stream of signals, and of what is said over data channels: each has counters of its own.
const SIGNALLING: u8 = 0;
pub(crate) const CHAT: u8 = 1;

/// Something that a member said.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Said<'a> {
    /// A message of the key exchange.
    Key(&'a [u8]),
    /// Sealed for the room: see [`Lines`].
    Sealed(&'a [u8]),
    /// Not to be taken in a sealed room, whoever says so.
    Unsealed,
}

/// Takes apart what the server relayed.
pub(crate) fn read(data: &[u8]) -> Said<'_> {
    match data.split_first() {
        Some((&KEY, message)) => Said::Key(message),
        Some((&SEALED, sealed)) => Said::Sealed(sealed),
        _ => Said::Unsealed,
    }
}

/// Writes a message of the key exchange.
pub(crate) fn key_message(message: &[u8]) -> Vec<u8> {
    tagged(KEY, message)
}

/// Seals a signal for the member in its `to`, and all others; `None` if there is nothing to seal with.
pub(crate) fn seal(
    session: &mut MemberSession,
    clock: Clock,
    now: Instant,
    signal: &Signal,
) -> Option<Vec<u8>> {
    let bytes = serde_json::to_vec(signal).ok()?;
    let sealed = session.seal_data(clock.timestamp(now), SIGNALLING, &bytes).ok()?;
    Some(tagged(SEALED, &sealed))
}

/// Puts a byte before others.
pub(crate) fn tagged(tag: u8, bytes: &[u8]) -> Vec<u8> {
    [&[tag], bytes].concat()
}

/// Sealed signals in the order in which they came, by member. A key may come later than what it sealed,
/// because they take different ways: then all that came after it waits too.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    waiting: BTreeMap<MemberId, VecDeque<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    sealed: Vec<u8>,
    until: Instant,
}

impl Lines {
    /// Takes what a member sealed. What is more than anybody has to say is dropped.
    pub(crate) fn push(&mut self, now: Instant, from: &MemberId, sealed: &[u8]) {
        let line = self.waiting.entry(from.clone()).or_default();
        if line.len() < MAX_WAITING {
            line.push_back(Waiting { sealed: sealed.to_vec(), until: later(now, PATIENCE) });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.values().all(VecDeque::is_empty)
    }

    pub(crate) fn forget(&mut self, member: &MemberId) {
        self.waiting.remove(member);
    }

    /// Opens what can be opened now; what is not for `own`, or no signal, is dropped.
    pub(crate) fn open(
        &mut self,
        session: &mut MemberSession,
        clock: Clock,
        now: Instant,
        own: &str,
    ) -> Vec<(MemberId, Signal)> {
        let mut signals = Vec::new();
        for (from, line) in &mut self.waiting {
            while let Some(first) = line.front() {
                let sealed = first.sealed.clone();
                let opened =
                    session.open_data(clock.timestamp(now), SIGNALLING, Some(from), sealed);
                match opened {
                    Ok(opened) => {
                        signals.extend(signal(&opened.data, own).map(|it| (from.clone(), it)));
                    }
                    Err(failure)
                        if failure.code == FailureCode::MissingKey && now < first.until =>
                    {
                        break;
                    }
                    Err(_) => {}
                }
                line.pop_front();
            }
        }
        signals
    }
}

fn signal(bytes: &[u8], own: &str) -> Option<Signal> {
    serde_json::from_slice(bytes).ok().filter(|signal: &Signal| signal.to == own)
}

/// Key messages are said again after half a second, then more slowly: this is several times.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than a dozen negotiations at once.
const MAX_WAITING: usize = 256;

#[cfg(test)]
mod tests {
    use frameseal::MemberId;

    use super::{Lines, PATIENCE, Said, key_message, read, seal};
    use crate::record::clock::Clock;
    use crate::record::messages::Signal;
    use crate::record::test_room::TestRoom;

    fn signal(to: &str, number: u64) -> Signal {
        Signal { to: to.to_owned(), link: String::from("l"), number, ..Signal::default() }
    }

    #[test]
    fn what_is_not_sealed_is_told_apart() {
        assert_eq!(read(&key_message(b"hello")), Said::Key(b"hello"));
        assert_eq!(read(&[1, 7]), Said::Sealed(&[7]));
        for unsealed in [&[][..], b"\x02{}", b"{}"] {
            assert_eq!(read(unsealed), Said::Unsealed);
        }
    }

    #[test]
    fn signals_wait_for_their_key_and_keep_their_order() {
        let clock = Clock::start();
        let now = clock.now();
        let mut room = TestRoom::new(&["ann", "rec"]);
        room.exchange(clock, now);
        let [ann, rec] = room.sessions();
        let sealed: Vec<_> = (0..3)
            .map(|number| {
                seal(ann, clock, now, &signal(if number == 1 { "x" } else { "rec" }, number))
            })
            .collect();
        let mut lines = Lines::default();
        let from = MemberId::new("ann").unwrap();
        for message in &sealed {
            let Said::Sealed(message) = read(message.as_ref().unwrap()) else { panic!() };
            lines.push(now, &from, message);
        }
        assert_eq!(lines.open(rec, clock, now, "rec"), []);
        assert!(!lines.is_empty());

        room.exchange(clock, now);
        let [_, rec] = room.sessions();
        let opened = lines.open(rec, clock, now, "rec");
        let expected = [0, 2].map(|number| (from.clone(), signal("rec", number)));
        assert_eq!(opened, expected);
        assert!(lines.is_empty());
    }

    #[test]
    fn what_never_opens_does_not_block_for_ever() {
        let clock = Clock::start();
        let now = clock.now();
        let mut room = TestRoom::new(&["ann", "rec"]);
        let [_, rec] = room.sessions();
        let mut stranger = TestRoom::new(&["ann"]);
        let [ann] = stranger.sessions();
        let sealed = seal(ann, clock, now, &signal("rec", 0)).unwrap();
        let Said::Sealed(sealed) = read(&sealed) else { panic!() };
        let mut lines = Lines::default();
        lines.push(now, &MemberId::new("ann").unwrap(), sealed);
        assert_eq!(lines.open(rec, clock, now + PATIENCE, "rec"), []);
        assert!(lines.is_empty());
    }
}
