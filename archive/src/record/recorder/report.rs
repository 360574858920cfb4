//! What people are told.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::time::Instant;

use frameseal::{BlackoutState, Problem, ProblemCode};

use super::super::clock::later;
use super::super::index::Track;
use super::super::names::visible;
use super::super::progress::{Progress, duration};
use super::{Person, Recorder, Standing, Task};

/// What was told, and when.
#[derive(Debug)]
pub(super) struct Report {
    progress: Progress,
    began: Instant,
    shown_at: Instant,
    /// Warnings that need not be told again soon.
    warned: BTreeMap<String, Instant>,
    has_entered: bool,
}

impl Report {
    pub(super) const fn new(now: Instant, progress: Progress) -> Self {
        Self { progress, began: now, shown_at: now, warned: BTreeMap::new(), has_entered: false }
    }

    pub(super) fn enter(&mut self) {
        let told = if self.has_entered {
            "The server is back."
        } else {
            "Joined the room. Ctrl-C ends it."
        };
        self.has_entered = true;
        self.say(told);
    }

    pub(super) fn say(&mut self, line: &str) {
        self.progress.say(&line);
    }

    /// Tells something that comes again and again, once in a while.
    pub(super) fn warn(&mut self, now: Instant, line: &str) {
        self.warned.retain(|_, until| now < *until);
        if self.warned.len() < MAX_WARNED && !self.warned.contains_key(line) {
            self.warned.insert(line.to_owned(), later(now, WARN_AGAIN));
            self.say(line);
        }
    }

    pub(super) fn note_standing(&mut self, person: &Person) {
        let name = &person.name;
        match person.standing {
            Standing::Pending => {}
            Standing::Silent => self.say(&format!("Waiting for {name}'s consent.")),
            Standing::Consented => self.say(&format!("{name} has consented.")),
            Standing::Recorder => self.say(&format!("{name} records, too.")),
        }
    }

    pub(super) fn begin_file(&mut self, file: &str) {
        self.say(&format!("Recording {file}"));
    }

    pub(super) fn end_media(&mut self, tracks: &[Track]) {
        self.progress.end();
        for track in tracks {
            self.say(&told(track));
        }
        if tracks.is_empty() {
            self.say("Nothing was recorded.");
        }
    }

    pub(super) fn end_keys(&mut self, kept: u64) {
        self.progress.end();
        self.say(&format!("{kept} keys are in the file."));
    }
}

impl Recorder {
    /// Shows how far it is, once a second.
    pub(super) fn show(&mut self, now: Instant) {
        if now < later(self.report.shown_at, SHOW_INTERVAL) {
            return;
        }
        self.report.shown_at = now;
        let seconds = now.saturating_duration_since(self.report.began).as_secs();
        let mut status = vec![duration(seconds)];
        let waiting = self.people.values().filter(|person| person.standing == Standing::Silent);
        let waiting: Vec<_> = waiting.map(|person| person.name.as_str()).collect();
        if !waiting.is_empty() {
            status.push(format!("waiting for {}", waiting.join(", ")));
        }
        match &self.task {
            Task::Keys(keeper) => status.push(format!("{} keys", keeper.kept())),
            Task::Media(media) => {
                let tracks = media.tracks().iter().rev();
                status.extend(
                    tracks.map(|track| {
                        format!("{} {}: {}", track.member, track.track, amount(track))
                    }),
                );
            }
        }
        self.report.progress.show(&status.join(" · "));
    }

    /// Tells what does not explain itself by what was told already.
    pub(super) fn note_problem(&mut self, now: Instant, problem: &Problem) {
        let is_explained = match problem.code {
            ProblemCode::MissingKey => true,
            ProblemCode::NoMedia => matches!(
                problem.state,
                Some(BlackoutState::NotConsented | BlackoutState::NotAttached)
            ),
            _ => false,
        };
        if is_explained {
            return;
        }
        let name = problem.member.as_deref().and_then(|id| self.roster.name_of(id)).map(visible);
        let hint = visible(&problem.hint);
        let line = name.map_or_else(|| hint.clone(), |name| format!("{name}: {hint}"));
        self.report.warn(now, &line);
    }
}

fn told(track: &Track) -> String {
    let lost = if track.lost == 0 { String::new() } else { format!(", {} lost", track.lost) };
    format!("{}: {}{lost}", track.file, amount(track))
}

fn amount(track: &Track) -> String {
    format!("{} frames, {}", track.frames, duration(track.milliseconds / 1000))
}

const SHOW_INTERVAL: Duration = Duration::from_secs(1);

/// Long enough not to fill a screen, short enough to be of now.
const WARN_AGAIN: Duration = Duration::from_secs(60);

/// Different warnings in that time: what others say must not fill the memory.
const MAX_WARNED: usize = 64;
