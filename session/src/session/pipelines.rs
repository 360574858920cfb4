//! A session's pipelines, and what was counted.

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_sframe::{MEDIA_TRACKS, Timestamp};

use super::Session;
use super::exchange::generation;
use crate::blackout::Attachment;
use crate::event::Event;
use crate::failure::Failure;
use crate::pipeline::{Pipeline, PipelineOptions};
use crate::stats::{MemberStats, SessionStats};
use crate::waiting::MAX_WAITING_BYTES;

impl<R: CryptoRng> Session<R> {
    /// Adds a pipeline; options that [`retarget`](Self::retarget) gave before stand.
    ///
    /// # Errors
    ///
    /// `invalid-argument`: `track` is over 11, or `pipeline` over 65535. Frames of that pipeline are
    /// dropped.
    pub fn add_pipeline(&mut self, options: PipelineOptions) -> Result<(), Failure> {
        check(&options)?;
        let at = usize::try_from(options.pipeline).unwrap_or(usize::MAX);
        if self.pipelines.len() <= at {
            self.pipelines.resize_with(at.saturating_add(1), || None);
        }
        self.attachment = Attachment::Settled;
        if let Some(place) = self.pipelines.get_mut(at) {
            place.get_or_insert_with(|| Box::new(Pipeline::new(options)));
        }
        Ok(())
    }

    /// Changes the options of a pipeline, or gives them before it exists.
    ///
    /// # Errors
    ///
    /// As [`add_pipeline`](Self::add_pipeline).
    pub fn retarget(&mut self, options: PipelineOptions) -> Result<(), Failure> {
        check(&options)?;
        match self.pipeline_mut(options.pipeline) {
            Some(pipeline) => pipeline.retarget(options),
            None => self.add_pipeline(options)?,
        }
        Ok(())
    }

    /// Forgets a pipeline, its counters and the frames that wait in it.
    pub fn release(&mut self, pipeline: u32) {
        let at = usize::try_from(pipeline).unwrap_or(usize::MAX);
        if let Some(place) = self.pipelines.get_mut(at) {
            *place = None;
        }
        self.receiver.release(pipeline);
    }

    /// Asks for a key frame of a pipeline whose picture stands still although its frames open.
    pub fn want_key_frame(&mut self, now: Timestamp, pipeline: u32) {
        if let Some(pipeline) = find(&mut self.pipelines, pipeline) {
            self.events.extend(pipeline.stand_still(now));
        }
    }

    /// Takes the codec that the browser names for the frames to come.
    pub fn set_mime_type(&mut self, pipeline: u32, mime_type: String) {
        if let Some(pipeline) = self.pipeline_mut(pipeline) {
            pipeline.set_mime_type(mime_type);
        }
    }

    /// Notes how long a frame took.
    pub fn took(&mut self, pipeline: u32, microseconds: f64) {
        if let Some(pipeline) = self.pipeline_mut(pipeline) {
            pipeline.took(microseconds);
        }
    }

    /// Returns what was counted.
    #[must_use]
    pub fn stats(&self) -> SessionStats {
        let manager = self.keys.manager();
        let sending = manager.and_then(|manager| manager.sending());
        let sender = self.sender.as_ref();
        let members = manager.into_iter().flat_map(|manager| manager.members());
        SessionStats {
            pipelines: self.pipelines.iter().flatten().map(|pipeline| pipeline.stats()).collect(),
            send_key_id: sender.map(|sender| self.profile.key_number(sender.key_id())),
            generation: sending.map(generation),
            step: sending.map(|epoch| epoch.step()),
            members: members
                .map(|member| MemberStats {
                    id: member.id,
                    state: member.state.into(),
                    fingerprint: member.fingerprint,
                    recorder: member.recorder.map(Into::into),
                    messages: member.heard.messages,
                    refused: member.heard.refused,
                    generation: member.epoch.map(generation),
                    step: member.epoch.map(|epoch| epoch.step()),
                })
                .collect(),
        }
    }

    /// Has a frame wait in the line of its pipeline; those that waited longest go for it, if there is
    /// no room.
    pub(super) fn wait(&mut self, now: Timestamp, pipeline: u32, len: usize) {
        let Some(waiting) = self.pipeline_mut(pipeline) else {
            return;
        };
        waiting.line.push(now, len);
        let is_dark = waiting.darkness.deepen(now);
        // A frame that is larger than the room must not push out those of other lines.
        let mut given_up = false;
        while waiting.line.bytes() > MAX_WAITING_BYTES {
            waiting.line.give_up();
            given_up = true;
        }
        if given_up {
            self.events.push_back(Event::Retry { pipeline });
        }
        while self.waiting_bytes() > MAX_WAITING_BYTES && self.give_up_oldest() {}
        self.work = super::Work::Wanted; // to be woken in time
        if is_dark {
            self.tell_blackout(now, pipeline);
        }
    }

    /// Gives up the frames that have waited for too long.
    pub(super) fn expire_lines(&mut self, now: Timestamp) {
        for pipeline in self.pipelines.iter_mut().flatten() {
            if pipeline.line.expire(now) {
                self.events.push_back(Event::Retry { pipeline: pipeline.number() });
            }
        }
    }

    fn waiting_bytes(&self) -> usize {
        self.pipelines.iter().flatten().map(|pipeline| pipeline.line.bytes()).sum()
    }

    /// Gives up the frame that has waited longest; tells whether there was one.
    fn give_up_oldest(&mut self) -> bool {
        let waiting = self.pipelines.iter_mut().flatten();
        let waiting = waiting.filter(|pipeline| pipeline.line.until().is_some());
        let Some(oldest) = waiting.min_by_key(|pipeline| pipeline.line.until()) else {
            return false;
        };
        oldest.line.give_up();
        self.events.push_back(Event::Retry { pipeline: oldest.number() });
        true
    }

    pub(super) fn pipeline_mut(&mut self, number: u32) -> Option<&mut Pipeline> {
        find(&mut self.pipelines, number)
    }
}

pub(super) fn find(pipelines: &mut [Option<Box<Pipeline>>], number: u32) -> Option<&mut Pipeline> {
    pipelines.get_mut(usize::try_from(number).ok()?)?.as_deref_mut()
}

fn check(options: &PipelineOptions) -> Result<(), Failure> {
    if options.track >= MEDIA_TRACKS {
        return Err(Failure::invalid_argument("track"));
    }
    if options.pipeline >= MAX_PIPELINES {
        return Err(Failure::invalid_argument("pipeline"));
    }
    Ok(())
}

/// Pipelines that one session numbers, those that ended included. Project decision: a new
/// connection with ten tracks each minute for a hundred hours, in 512 kB.
pub(super) const MAX_PIPELINES: u32 = 1 << 16;
