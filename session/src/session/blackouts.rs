//! Telling why nothing plays.

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_sframe::Timestamp;

use super::Session;
use super::pipelines::find;
use crate::blackout::{Attachment, Blackout, BlackoutState};
use crate::event::{Event, ProblemCode};
use crate::hint::Severity;
use crate::keys::Keys;
use crate::pipeline::{Direction, Pipeline};
use crate::problems::Culprit;

impl<R: CryptoRng> Session<R> {
    /// Tells why nothing of a pipeline plays, if that is news.
    pub(super) fn tell_blackout(&mut self, now: Timestamp, pipeline: u32) {
        let Some(state) = find(&mut self.pipelines, pipeline) else {
            return;
        };
        if let Some(blackout) = diagnose(now, state, &self.keys)
            && state.darkness.is_news(blackout.state)
        {
            let event = self.blackout(now, Some(pipeline), &blackout);
            self.events.extend(event);
        }
    }

    /// Tells that members are there, and no connection, if that lasts.
    pub(super) fn miss_connection(&mut self, now: Timestamp) {
        if self.attachment.due_at().is_some_and(|at| at <= now) {
            self.attachment = Attachment::Settled;
            let event = self.blackout(now, None, &BlackoutState::NotAttached.into());
            self.events.extend(event);
        }
    }

    /// Tells of a problem that the driver alone can see: so many frames went past a pipeline.
    pub fn report(&mut self, now: Timestamp, pipeline: u32, code: ProblemCode, frames: u32) {
        let culprit = Culprit::default();
        let event = self.problems.count_many(now, code, frames, Some(pipeline), culprit);
        self.events.extend(event);
    }

    /// Of several pipelines that are dark for one reason, the first is told.
    fn blackout(
        &mut self,
        now: Timestamp,
        pipeline: Option<u32>,
        blackout: &Blackout,
    ) -> Option<Event> {
        let culprit = Culprit {
            member: blackout.member.as_ref().map(ToString::to_string),
            hint: Some((Severity::Error, blackout.to_string())),
            state: Some(blackout.state),
            ..Culprit::default()
        };
        self.problems.count(now, ProblemCode::NoMedia, pipeline, culprit)
    }
}

/// Finds out what keeps a pipeline from playing, if that is clear.
pub(super) fn diagnose<R: CryptoRng>(
    now: Timestamp,
    pipeline: &Pipeline,
    keys: &Keys<R>,
) -> Option<Blackout> {
    match pipeline.direction() {
        Direction::Send => Some(BlackoutState::NoSendKey.into()),
        Direction::Receive => Blackout::of_frames(now, pipeline.last_refusal(), keys.manager()),
    }
}
