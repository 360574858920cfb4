//! The files that opened frames go to: one for each member and track.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::io;

use super::folder::{Folder, Part};
use super::report::TrackReport;
use crate::key_file::MediaKey;
use crate::media::{Codec, MediaError, MediaFrame, TrackWriter, extension, track_writer};
use crate::unix_millis::UnixMillis;

/// All files that are being written.
#[derive(Debug)]
pub(super) struct Tracks {
    folder: Folder,
    tracks: BTreeMap<TrackId, Track>,
}

/// A frame that opened, but for its bytes.
#[derive(Debug)]
pub(super) struct Opening<'a> {
    /// Which of all streams it came in.
    pub(super) stream: usize,
    pub(super) key: &'a MediaKey,
    pub(super) codec: Codec,
    pub(super) is_key: bool,
    /// From the stream's beginning.
    pub(super) at: Duration,
    /// When it was recorded.
    pub(super) shown: Option<UnixMillis>,
}

/// What has a file of its own.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct TrackId {
    member: String,
    fingerprint: String,
    track: u8,
    codec: Codec,
    stream: usize,
}

struct Track {
    name: String,
    /// `None` once something went wrong.
    file: Option<File>,
    error: Option<String>,
    opened: u64,
    written: u64,
    before_key_frame: u64,
    /// Frames that no file can hold.
    unwritable: u64,
    /// Of the first frame in the file.
    begun: Option<(Duration, Option<UnixMillis>)>,
    /// Of the last, from the first.
    last: Duration,
}

struct File {
    part: Part,
    writer: Box<dyn TrackWriter>,
}

impl Tracks {
    pub(super) const fn new(folder: Folder) -> Self {
        Self { folder, tracks: BTreeMap::new() }
    }

    /// Writes a frame of `layers` frames that opened. What goes wrong ends its file, and is told
    /// when all is done.
    pub(super) fn write(&mut self, opening: &Opening<'_>, data: &[u8], layers: usize) {
        let id = TrackId {
            member: opening.key.member.clone(),
            fingerprint: opening.key.fingerprint.clone(),
            track: opening.key.track,
            codec: opening.codec,
            stream: opening.stream,
        };
        if !self.tracks.contains_key(&id) {
            let track = Track::begin(&id, &mut self.folder);
            self.tracks.insert(id.clone(), track);
        }
        if let Some(track) = self.tracks.get_mut(&id) {
            track.write(opening, data, layers);
        }
    }

    /// Finishes all files, and gives them their names.
    pub(super) fn finish(self) -> (Folder, Vec<TrackReport>) {
        let Self { folder, tracks } = self;
        let reports = tracks.into_iter().map(|(id, track)| track.finish(&id, &folder)).collect();
        (folder, reports)
    }
}

impl Track {
    fn begin(id: &TrackId, folder: &mut Folder) -> Self {
        let base = format!("{}-{}", safe(&id.member), track_name(id.track));
        let name = folder.reserve(&base, extension(id.codec));
        let mut track = Self {
            name,
            file: None,
            error: None,
            opened: 0,
            written: 0,
            before_key_frame: 0,
            unwritable: 0,
            begun: None,
            last: Duration::ZERO,
        };
        match folder.begin(&track.name) {
            Ok((part, file)) => {
                let writer = track_writer(file, id.codec);
                track.file = Some(File { part, writer });
            }
            Err(error) => track.fail(&error.into()),
        }
        track
    }

    fn write(&mut self, opening: &Opening<'_>, data: &[u8], layers: usize) {
        let layers = u64::try_from(layers).unwrap_or(u64::MAX);
        self.opened = self.opened.saturating_add(layers);
        let Some(File { writer, .. }) = &mut self.file else { return };
        if self.begun.is_none() && !opening.is_key && !opening.codec.is_audio() {
            self.before_key_frame = self.before_key_frame.saturating_add(layers);
            return;
        }
        let begun = self.begun.unwrap_or((opening.at, opening.shown));
        let at = opening.at.saturating_sub(begun.0);
        match writer.write(&MediaFrame { data, is_key: opening.is_key, at }) {
            Ok(()) => {
                self.begun = Some(begun);
                self.written = self.written.saturating_add(layers);
                self.last = self.last.max(at);
            }
            Err(error @ MediaError::Io(_)) => self.fail(&error),
            Err(_) => self.unwritable = self.unwritable.saturating_add(layers),
        }
    }

    /// Gives the file up.
    fn fail(&mut self, error: &MediaError) {
        self.file = None;
        self.error = Some(describe(error));
        self.written = 0;
    }

    fn finish(mut self, id: &TrackId, folder: &Folder) -> TrackReport {
        if self.written == 0 {
            self.file = None; // nothing to play
        }
        if let Some(File { part, writer }) = self.file.take() {
            let finished = writer.finish().and_then(|()| Ok(folder.keep(part, &self.name)?));
            if let Err(error) = finished {
                self.fail(&error);
            }
        }
        let (_, start) = self.begun.unwrap_or_default();
        TrackReport {
            file: (self.written > 0).then_some(self.name),
            member: id.member.clone(),
            fingerprint: id.fingerprint.clone(),
            track: id.track,
            name: track_name(id.track),
            codec: id.codec,
            opened: self.opened,
            written: self.written,
            before_key_frame: self.before_key_frame,
            unwritable: self.unwritable,
            start_unix_ms: start,
            offset_ms: None,
            duration_ms: u64::try_from(self.last.as_millis()).unwrap_or(u64::MAX),
            error: self.error,
        }
    }
}

impl core::fmt::Debug for Track {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Track").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Says what to do about an error.
fn describe(error: &MediaError) -> String {
    match error {
        MediaError::Io(io) if io.kind() == io::ErrorKind::StorageFull => DISK_FULL.into(),
        _ => error.to_string(),
    }
}

/// Returns the name of a track, as the protocol's page gives it.
fn track_name(track: u8) -> String {
    match track {
        0 => String::from("microphone"),
        1 => String::from("camera"),
        2 => String::from("screen"),
        3 => String::from("screen-sound"),
        _ => format!("track-{track}"),
    }
}

/// Returns a member's name with what no file's name may have left out.
fn safe(member: &str) -> String {
    let keep = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let name: String =
        member.chars().map(|letter| if keep(letter) { letter } else { '_' }).collect();
    if name.is_empty() { String::from("_") } else { name }
}

const DISK_FULL: &str = "the disk is full; make room, or choose another with --out";

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_of_members_lead_nowhere() {
        for (member, name) in [
            ("alice", "alice"),
            ("Jürgen_7-x", "Jürgen_7-x"),
            ("../../etc/passwd", "______etc_passwd"),
            ("a b:c\0", "a_b_c_"),
            ("", "_"),
        ] {
            assert_eq!(safe(member), name);
        }
    }
}
