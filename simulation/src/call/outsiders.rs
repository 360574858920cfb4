//! Frames that are kept, and tried with every key that those have who may not open them.

use frameseal::FrameKind;

use super::{Call, Instance};
use crate::member::Frame;

/// A sealed frame.
#[derive(Debug)]
pub(super) struct Sample {
    by: Instance,
    at: u64,
    frame: Frame,
}

impl Call {
    /// Has a member seal a frame that is kept: whoever hoards keys and may not open it is tried
    /// now, and again at [`Call::check_outsiders`].
    pub fn sample(&mut self, by: Instance) {
        let Some(frame) = self.seal(by).filter(|_| !self.without_media) else {
            return;
        };
        let sample = Sample { by, at: self.now, frame };
        self.tally.samples += 1;
        self.check_outsiders_of(&sample);
        self.samples.push_back(sample);
        if self.samples.len() > MAX_SAMPLES {
            self.samples.pop_front();
        }
    }

    /// Checks that nobody has got a key since for a frame that was not for it.
    pub fn check_outsiders(&mut self) {
        let samples = core::mem::take(&mut self.samples);
        for sample in &samples {
            self.check_outsiders_of(sample);
        }
        self.samples = samples;
    }

    /// Burns the hoards of those who are gone.
    pub fn burn_old_hoards(&mut self) {
        let Self { hoarders, members, .. } = self;
        hoarders.retain(|Instance(number)| {
            let member = &mut members[*number];
            if !member.is_there() {
                member.forget();
            }
            member.is_there()
        });
    }

    fn check_outsiders_of(&mut self, sample: &Sample) {
        let Sample { by, at, frame: Frame { body, .. } } = sample;
        let heard = core::mem::take(&mut self.members[by.0].heard);
        for hoarder in self.hoarders.iter().filter(|hoarder| *hoarder != by) {
            let presence = heard.get(hoarder);
            let may_open = presence.is_some_and(|presence| {
                presence.since <= *at
                    && presence.until.is_none_or(|until| *at <= until + LEAVER_OPENS)
            });
            let opens = self.members[hoarder.0].with_hoard(|hoard| {
                let is_near = !may_open && hoard.is_near(body);
                is_near.then(|| hoard.opens(FrameKind::Delta, body))
            });
            if let Some(Some(opens)) = opens {
                assert!(!opens, "{hoarder:?} opens what {by:?} sealed at {at}, {presence:?}");
                self.tally.near_misses += 1;
            }
        }
        self.members[by.0].heard = heard;
    }
}

/// How long after it was heard of a member's departure may a frame be one that it opens, in ms:
/// 100 to collect causes, 500 until the switch.
pub const LEAVER_OPENS: u64 = 600;

/// Frames that are kept to be tried again.
const MAX_SAMPLES: usize = 2000;
