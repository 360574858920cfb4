//! Packets in the order in which they were sent, each once.

use alloc::collections::{BTreeMap, VecDeque};

/// Holds packets back until those before them are there, or have been waited for long enough.
#[derive(Debug)]
pub(super) struct Reorder<P> {
    /// By sequence number, counted on where it begins anew.
    held: BTreeMap<u64, P>,
    /// The number that comes next; `None` at the beginning, where nothing says which is the first.
    next: Option<u64>,
    /// The last that came, as it was and counted on.
    last: Option<(u16, u64)>,
    out: VecDeque<(P, bool)>,
    missing: u64,
    repeated: u64,
}

impl<P> Reorder<P> {
    pub(super) const fn new() -> Self {
        Self {
            held: BTreeMap::new(),
            next: None,
            last: None,
            out: VecDeque::new(),
            missing: 0,
            repeated: 0,
        }
    }

    /// Takes a packet as it came.
    pub(super) fn push(&mut self, sequence: u16, packet: P) {
        let number = self.count_on(sequence);
        if self.next.is_some_and(|next| number < next) || self.held.contains_key(&number) {
            self.repeated = self.repeated.saturating_add(1);
            return;
        }
        self.held.insert(number, packet);
        if self.next.is_some() || self.held.len() >= FIRST {
            self.release(MAX_HELD);
        }
    }

    /// Returns the next packet, and whether nothing is missing before it.
    pub(super) fn pop(&mut self) -> Option<(P, bool)> {
        self.out.pop_front()
    }

    /// Lets all go: no more will come.
    pub(super) fn finish(&mut self) {
        self.release(0);
    }

    /// Returns how many packets never came, and how many came again or too late.
    pub(super) const fn missing_and_repeated(&self) -> (u64, u64) {
        (self.missing, self.repeated)
    }

    fn count_on(&mut self, sequence: u16) -> u64 {
        let number = match self.last {
            None => FIRST_NUMBER,
            Some((last, number)) => {
                let ahead = i64::from(sequence.wrapping_sub(last).cast_signed());
                if ahead.abs() > MAX_JUMP {
                    // Another row of numbers: the sender began anew.
                    self.release(0);
                    self.next = None;
                    let newest = self.newest(number);
                    newest.saturating_add(NEW_ROW)
                } else {
                    number.saturating_add_signed(ahead)
                }
            }
        };
        self.last = Some((sequence, number));
        number
    }

    fn newest(&self, number: u64) -> u64 {
        self.held.last_key_value().map_or(number, |(newest, _)| (*newest).max(number))
    }

    /// Lets packets go that have all before them, and others while more than `max_held` wait.
    fn release(&mut self, max_held: usize) {
        while let Some(entry) = self.held.first_entry() {
            let number = *entry.key();
            let follows = self.next == Some(number);
            if !follows && self.next.is_some() && self.held.len() <= max_held {
                return;
            }
            let Some((number, packet)) = self.held.pop_first() else { return };
            let gap = self.next.map_or(0, |next| number.saturating_sub(next));
            self.missing = self.missing.saturating_add(gap);
            self.next = Some(number.saturating_add(1));
            self.out.push_back((packet, follows));
        }
    }
}

/// Packets that are waited for at the beginning: what came first may have been sent later.
const FIRST: usize = 32;

/// Packets that wait for one: two seconds of a stream of 5 Mbit/s, which is what a repetition may
/// take.
const MAX_HELD: usize = 1024;

/// Packets that a burst may lose (RFC 3550 appendix A.1: `MAX_DROPOUT`).
const MAX_JUMP: i64 = 3000;

/// Far from 0, so that earlier packets have numbers as well.
const FIRST_NUMBER: u64 = 1 << 32;

/// Far from the row before, so that no late packet of it is in this one.
const NEW_ROW: u64 = 1 << 20;

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]
mod tests {
    use proptest::prelude::*;

    use super::{FIRST, MAX_HELD, Reorder};

    fn through(sequences: impl IntoIterator<Item = u16>) -> (Vec<(u16, bool)>, (u64, u64)) {
        let mut reorder = Reorder::new();
        let mut out = Vec::new();
        for sequence in sequences {
            reorder.push(sequence, sequence);
            out.extend(core::iter::from_fn(|| reorder.pop()));
        }
        reorder.finish();
        out.extend(core::iter::from_fn(|| reorder.pop()));
        (out, reorder.missing_and_repeated())
    }

    fn numbers(out: &[(u16, bool)]) -> Vec<u16> {
        out.iter().map(|(sequence, _)| *sequence).collect()
    }

    #[test]
    fn sequence_numbers_begin_anew() {
        let (out, counts) = through([65534, 65535, 0, 1]);
        assert_eq!(numbers(&out), [65534, 65535, 0, 1]);
        assert_eq!(out.iter().filter(|row| !row.1).count(), 1, "the first");
        assert_eq!(counts, (0, 0));
    }

    #[test]
    fn what_is_missing_and_what_comes_again_is_counted() {
        let (out, counts) = through([10, 11, 14, 11, 13, 14]);
        assert_eq!(out, [(10, false), (11, true), (13, false), (14, true)]);
        assert_eq!(counts, (1, 2));
    }

    #[test]
    fn a_packet_that_never_comes_does_not_hold_up_the_others_for_ever() {
        let after = (0..2000).filter(|sequence| *sequence != 100);
        let mut reorder = Reorder::new();
        after.for_each(|sequence| reorder.push(sequence, sequence));
        let out: Vec<_> = core::iter::from_fn(|| reorder.pop()).collect();
        assert_eq!(out.len(), 1999);
        assert!(!out[100].1);

        let mut reorder = Reorder::new();
        (0..MAX_HELD as u16).filter(|s| *s != FIRST as u16).for_each(|s| reorder.push(s, s));
        let out: Vec<_> = core::iter::from_fn(|| reorder.pop()).collect();
        assert_eq!(out.len(), FIRST, "the others wait");
    }

    #[test]
    fn a_sender_that_begins_anew_is_followed() {
        let (out, counts) = through((0..40).chain(30_000..30_040).chain(5..10));
        let expected: Vec<_> = (0..40).chain(30_000..30_040).chain(5..10).collect();
        assert_eq!((numbers(&out), counts), (expected, (0, 0)));
        assert!(!out[40].1);
    }

    proptest! {
        #[test]
        fn whatever_order_packets_come_in_each_leaves_once_in_order(
            start: u16,
            shuffled in Just((0..300_u16).collect::<Vec<_>>()).prop_shuffle(),
            repeated in proptest::collection::vec(0_usize..300, 0..20),
        ) {
            let again = repeated.iter().map(|at| shuffled[*at]);
            let sequences = shuffled.iter().copied().chain(again);
            let sequences = sequences.map(|at| start.wrapping_add(at));
            let (out, counts) = through(sequences);
            let expected: Vec<_> = (0..300).map(|at| start.wrapping_add(at)).collect();
            // What comes long after the first that left is too late.
            let missed = expected.len() - numbers(&out).len();
            prop_assert_eq!(&expected[missed..], &numbers(&out)[..]);
            prop_assert_eq!(counts.0, 0);
            prop_assert_eq!(counts.1, (missed + repeated.len()) as u64);
        }
    }
}
