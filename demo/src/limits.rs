//! What one client may use up, so that no one can use up the server.

use core::time::Duration;

/// Limits that the operator may change.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most bytes of one message to `/ws`.
    pub message_bytes: usize,
    /// Most messages per second and connection, in the long run.
    pub messages_per_second: u32,
    /// Most members of a room.
    pub members: usize,
    /// Most rooms of this process.
    pub rooms: usize,
    /// Most rooms that one address may have made.
    pub rooms_per_address: usize,
    /// Most members that one address may bring into one room per minute, in the long run.
    pub joins_per_minute: u32,
    /// Most connections, to members and to the media server together.
    pub connections: usize,
    /// Most connections from one address: see [`Network`](crate::Network).
    pub connections_per_address: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: MESSAGE_BYTES,
            messages_per_second: MESSAGES_PER_SECOND,
            members: MEMBERS,
            rooms: ROOMS,
            rooms_per_address: ROOMS_PER_ADDRESS,
            joins_per_minute: JOINS_PER_MINUTE,
            connections: CONNECTIONS,
            connections_per_address: CONNECTIONS_PER_ADDRESS,
        }
    }
}

/// An offer for three tracks with every codec has 10 to 20 kB, which sealing and base64 make a third
/// longer; a key message has at most 8 KiB.
pub const MESSAGE_BYTES: usize = 64 * 1024;

/// In a mesh of eight, a member that joins sends to each of seven an answer, a few key messages and
/// up to twenty candidates in some seconds; later, a ping every two.
pub const MESSAGES_PER_SECOND: u32 = 50;

/// How many seconds' worth of messages may come at once: the candidates for seven others do.
pub const BURST_SECONDS: u32 = 4;

/// In a mesh, each sends to each; at more than eight, uplinks of homes are full.
pub const MEMBERS: usize = 8;

/// With eight members each at a few kilobytes, some 100 MB: what a small machine has to spare.
pub const ROOMS: usize = 1000;

/// More calls than one office has at once. Twenty addresses are needed to take all [`ROOMS`].
pub const ROOMS_PER_ADDRESS: usize = 50;

/// Each member that is new costs all others key messages, and another key when it leaves again. A
/// member that comes back to its seat costs nothing, and is not counted.
pub const JOINS_PER_MINUTE: u32 = 10;

/// How many minutes' worth of joins may come at once: all members behind one address, twice.
pub const BURST_MINUTES: u32 = 2;

/// Each is an open file, of which systems give a process 1024 if they are not asked for more. What is
/// left is for the rest: see [`open_files`](crate::open_files).
pub const CONNECTIONS: usize = 900;

/// Behind one address a small office makes some calls, each member with two `WebSockets` and, while the
/// page loads, six connections more. Nine addresses are needed to take all [`CONNECTIONS`].
pub const CONNECTIONS_PER_ADDRESS: usize = 100;

/// How long the headers of a request may take, the first byte and a TLS handshake too: browsers send
/// them at once. A connection that is kept open for the next request is closed after it as well.
pub const HEADERS: Duration = Duration::from_secs(10);

/// How long credentials for TURN are good: over the longest call, for who connects anew during a call
/// uses the same again.
pub const TURN_HOURS: u32 = 12;

/// How long a member may be silent. Clients ping every 2 s, so that four lost pings are forgiven, and
/// the others learn within 10 s that somebody has vanished.
pub const SILENCE: Duration = Duration::from_secs(9);

/// How long a new connection may take to join: a page has everything ready when it connects.
pub const JOINING: Duration = Duration::from_secs(10);

/// Bytes that wait for a member whose connection broke. Eight members who all negotiate anew leave
/// some 300 kB; who misses more starts anew.
pub const KEPT_BYTES: usize = 1024 * 1024;

/// Messages on their way to one connection. Who reads more slowly is cut off, and gets the rest when
/// it reconnects.
pub const QUEUE: usize = 256;

/// Bytes of these messages, so that slow readers do not fill the memory: half of what a member may
/// miss, because more comes until it is back.
pub const QUEUE_BYTES: usize = KEPT_BYTES / 2;

/// Most bytes of one message that are read at all: over [`Limits::message_bytes`], for the sake of
/// a clear answer.
pub const READ_BYTES: usize = 1024 * 1024;

/// Most bytes of one message from or to the media server: descriptions of sixteen tracks fit twice.
pub const MEDIA_MESSAGE_BYTES: usize = 256 * 1024;

/// Most connections to the media server: what one Janus carries on a large machine.
pub const MEDIA_CONNECTIONS: usize = 1000;

/// A token bucket: so many events per second in the long run, and some at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    per_second: f64,
    at_once: f64,
    /// Unused events.
    credit: f64,
    last: Duration,
}

impl Rate {
    /// Of the messages of one connection; starts with all that may come at once.
    #[must_use]
    pub fn of_messages(now: Duration, limits: &Limits) -> Self {
        let per_second = f64::from(limits.messages_per_second);
        Self::new(now, per_second, per_second * f64::from(BURST_SECONDS))
    }

    /// Of the joins from one address to one room; starts with all that may come at once.
    #[must_use]
    pub fn of_joins(now: Duration, limits: &Limits) -> Self {
        let per_minute = f64::from(limits.joins_per_minute);
        Self::new(now, per_minute / 60.0, per_minute * f64::from(BURST_MINUTES))
    }

    fn new(now: Duration, per_second: f64, at_once: f64) -> Self {
        Self { per_second, at_once, credit: at_once, last: now }
    }

    /// Counts one event, and returns whether it may come.
    pub fn allows(&mut self, now: Duration) -> bool {
        self.earn(now);
        let is_allowed = self.credit >= 1.0;
        if is_allowed {
            self.credit -= 1.0;
        }
        is_allowed
    }

    /// Whether it is as if nothing had come.
    pub fn is_rested(&mut self, now: Duration) -> bool {
        self.earn(now);
        self.credit >= self.at_once
    }

    fn earn(&mut self, now: Duration) {
        let elapsed = now.saturating_sub(self.last).as_secs_f64();
        self.last = now;
        self.credit = (self.credit + elapsed * self.per_second).min(self.at_once);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten_per_second() -> Rate {
        let limits = Limits { messages_per_second: 10, ..Limits::default() };
        Rate::of_messages(Duration::ZERO, &limits)
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let mut rate = ten_per_second();
        let at_once = (0..100).filter(|_| rate.allows(Duration::ZERO)).count();
        assert_eq!(at_once, 40);
        let later = (1..=1000_u64).filter(|ms| rate.allows(Duration::from_millis(*ms))).count();
        assert!((9..=10).contains(&later), "{later}");
    }

    #[test]
    fn joins_are_counted_by_the_minute() {
        let limits = Limits { joins_per_minute: 10, ..Limits::default() };
        let mut rate = Rate::of_joins(Duration::ZERO, &limits);
        assert_eq!((0..100).filter(|_| rate.allows(Duration::ZERO)).count(), 20);
        assert!(!rate.allows(Duration::from_secs(5)));
        assert!(rate.allows(Duration::from_secs(7)));
        assert!(!rate.is_rested(Duration::from_secs(120)));
        assert!(rate.is_rested(Duration::from_secs(130)));
    }

    #[test]
    fn silence_earns_no_more_than_a_burst() {
        let mut rate = ten_per_second();
        let hour = Duration::from_secs(3600);
        assert_eq!((0..100).filter(|_| rate.allows(hour)).count(), 40);
    }
}
