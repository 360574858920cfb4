//! What is still to happen, in the order in which it will.

use alloc::collections::BinaryHeap;
use core::cmp::Ordering;

/// Items by time; of one time, by the order in which they were put in.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    entries: BinaryHeap<Entry<T>>,
    count: u64,
}

impl<T> Queue<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: BinaryHeap::new(), count: 0 }
    }

    pub(crate) fn push(&mut self, at: u64, item: T) {
        self.entries.push(Entry { at, number: self.count, item });
        self.count += 1;
    }

    /// When the next item is due.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.entries.peek().map(|entry| entry.at)
    }

    /// Takes the next item that is due at `now`.
    pub(crate) fn pop(&mut self, now: u64) -> Option<T> {
        if self.next_at()? > now {
            return None;
        }
        self.entries.pop().map(|entry| entry.item)
    }
}

#[derive(Debug)]
struct Entry<T> {
    at: u64,
    number: u64,
    item: T,
}

impl<T> Ord for Entry<T> {
    /// The earliest is the greatest: `BinaryHeap` gives that one out first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
