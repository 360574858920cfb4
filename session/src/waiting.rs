//! Frames that came before their key. The driver keeps them; here is which, and for how long.

use alloc::collections::VecDeque;
use core::time::Duration;

use frameseal_sframe::Timestamp;

/// The frames of one pipeline that wait, in the order in which they came.
///
/// Whatever comes after a frame that waits, waits behind it. A frame that is given up is tried for
/// the last time, and those behind it move up.
#[derive(Debug, Default)]
pub(crate) struct Line {
    frames: VecDeque<Waiting>,
    /// How many of the first are given up.
    given_up: usize,
    /// Bytes of the others.
    bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    len: usize,
    came: Timestamp,
}

/// How a frame at the head of its line is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Turn {
    /// When the frame came.
    pub(crate) came: Timestamp,
    pub(crate) patience: Patience,
}

/// What becomes of a frame whose key is not here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Patience {
    /// It waits.
    Left,
    /// It is dropped.
    Over,
}

impl Line {
    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Bytes that wait.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// When the first frame that is not given up is.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.frames.get(self.given_up).map(|frame| frame.came.after(MAX_WAIT))
    }

    /// Has a frame wait at the end of the line.
    pub(crate) fn push(&mut self, now: Timestamp, len: usize) {
        self.frames.push_back(Waiting { len, came: now });
        self.bytes = self.bytes.saturating_add(len);
    }

    /// Gives up the frames that have waited for too long; tells whether there are any.
    pub(crate) fn expire(&mut self, now: Timestamp) -> bool {
        let mut expired = false;
        while self.until().is_some_and(|until| until <= now) {
            expired = true;
            self.give_up();
        }
        expired
    }

    /// Gives up the first frame that is not yet.
    pub(crate) fn give_up(&mut self) {
        if let Some(frame) = self.frames.get(self.given_up) {
            self.bytes = self.bytes.saturating_sub(frame.len);
            self.given_up = self.given_up.saturating_add(1);
        }
    }

    /// Tells how the first frame is to be tried.
    pub(crate) fn turn(&self) -> Option<Turn> {
        let came = self.frames.front()?.came;
        let patience = if self.given_up > 0 { Patience::Over } else { Patience::Left };
        Some(Turn { came, patience })
    }

    /// Lets the first frame out: it waits no longer.
    pub(crate) fn pop(&mut self) {
        match self.frames.pop_front() {
            Some(_) if self.given_up > 0 => self.given_up = self.given_up.saturating_sub(1),
            Some(frame) => self.bytes = self.bytes.saturating_sub(frame.len),
            None => {}
        }
    }
}

/// Project decision: longer than a key takes by slow signalling; older media is of no use.
pub const MAX_WAIT: Duration = Duration::from_secs(2);

/// Bytes that wait in all lines. Project decision: what a video of 8 Mbit/s sends in that time.
pub const MAX_WAITING_BYTES: usize = 2 << 20;

/// Sound that waited for longer is not played. Project decision: a listener's jitter buffer keeps all
/// that it gets at once, and plays what follows that much later; a quarter of a second is what people
/// still talk with, and what it speeds up within some seconds.
pub const MAX_SOUND_DELAY: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use frameseal_sframe::Timestamp;

    use super::{Line, Patience};

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn frames_wait_for_two_seconds_each() {
        let mut line = Line::default();
        assert_eq!(line.until(), None);
        line.push(at(0), 100);
        line.push(at(500), 10);
        assert_eq!((line.until(), line.bytes()), (Some(at(2000)), 110));
        assert!(!line.expire(at(1999)));
        assert_eq!(line.turn().map(|turn| turn.patience), Some(Patience::Left));

        assert!(line.expire(at(2000)));
        assert_eq!((line.until(), line.bytes()), (Some(at(2500)), 10));
        assert_eq!(line.turn().map(|turn| turn.patience), Some(Patience::Over));
        line.pop();
        assert_eq!(line.turn().map(|turn| turn.patience), Some(Patience::Left));
        line.pop();
        assert!(line.is_empty() && line.turn().is_none() && line.bytes() == 0);
    }

    #[test]
    fn giving_up_frees_room_at_once() {
        let mut line = Line::default();
        for came in 0..3 {
            line.push(at(came), 100);
        }
        line.give_up();
        line.give_up();
        assert_eq!((line.bytes(), line.until()), (100, Some(at(2).after(Duration::from_secs(2)))));
        for patience in [Patience::Over, Patience::Over, Patience::Left] {
            assert_eq!(line.turn().map(|turn| turn.patience), Some(patience));
            line.pop();
        }
    }
}
