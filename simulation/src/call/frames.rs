//! Frames from each member to each: who opens whose.

use super::{Call, Instance};
use crate::member::Frame;

impl Call {
    /// Lets time pass until every member opens frames of every sender; returns how long that took
    /// in ms, `None` if it is over `limit`.
    pub fn run_until_open(&mut self, limit: u64) -> Option<u64> {
        let start = self.now;
        let mut deaf = self.pairs();
        loop {
            deaf = self.still_deaf(deaf);
            if deaf.is_empty() {
                return Some(self.now - start);
            }
            if self.now - start >= limit {
                println!("can't open at {}: (of, by) {deaf:?}", self.now);
                return None;
            }
            self.run(STEP);
        }
    }

    /// Has every sender seal a frame and everybody open it; panics if someone can't.
    pub fn everyone_opens_everyone(&mut self) {
        let pairs = self.pairs();
        let deaf = self.still_deaf(pairs);
        let names = |(by, to): &(Instance, Instance)| (self[*by].id(), self[*to].id());
        assert!(
            deaf.is_empty(),
            "can't open: (of, by) {:?}",
            deaf.iter().map(names).collect::<Vec<_>>()
        );
    }

    /// Sends a fresh frame of `by` to `to`; tells whether it opened.
    pub fn frame_opens(&mut self, by: Instance, to: Instance) -> bool {
        let frame = self.seal(by);
        frame.is_some_and(|frame| self.show(to, &frame))
    }

    /// Sends a fresh frame of one member to everybody else.
    pub fn show_frame(&mut self, by: Instance) {
        let Some(frame) = self.seal(by) else {
            return;
        };
        for to in self.others(by) {
            self.show(to, &frame);
        }
    }

    /// Has a member seal a frame; `None` if it has no key.
    pub fn seal(&mut self, by: Instance) -> Option<Frame> {
        let frame = self.members[by.0].seal(self.now);
        self.poll(by); // it may have been asleep
        frame
    }

    /// Brings a sealed frame to a member; tells whether it opened at once.
    pub fn show(&mut self, to: Instance, frame: &Frame) -> bool {
        let opened = self.members[to.0].open(self.now, frame);
        if !opened && self[to].is_there() {
            self.poll(to);
        }
        opened
    }

    /// Every sender with everybody who is to open its frames.
    pub(super) fn pairs(&self) -> Vec<(Instance, Instance)> {
        let senders = self.live().into_iter().filter(|by| self[*by].is_sender);
        senders.flat_map(|by| self.others(by).into_iter().map(move |to| (by, to))).collect()
    }

    /// Those of `pairs`, sorted by sender, of whom the one does not open the other's frames.
    pub(super) fn still_deaf(
        &mut self,
        pairs: Vec<(Instance, Instance)>,
    ) -> Vec<(Instance, Instance)> {
        let mut frame = (None, None);
        let mut deaf = Vec::new();
        for (by, to) in pairs {
            if frame.0 != Some(by) {
                frame = (Some(by), self.seal(by));
            }
            let opened = frame.1.clone().is_some_and(|frame| self.show(to, &frame));
            if !opened {
                deaf.push((by, to));
            }
        }
        deaf
    }
}

/// How often it is tried who opens whose frames, in ms.
const STEP: u64 = 50;
