//! The files of a recording: one for each track of each member, and for each codec that it had.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use frameseal::MemberId;

use super::clock::{Clock, later};
use super::format::Format;
use super::index::{self, Index, Track};
use super::names;
use super::timeline::{Stamp, Timeline};
use crate::media::{self, MediaError, MediaFrame, TrackWriter};

/// Whose frames are written, as people see it.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) id: MemberId,
    pub(crate) name: String,
    pub(crate) fingerprint: Option<String>,
}

/// A frame as its encoder made it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) format: Format,
    pub(crate) stamp: Stamp,
}

/// What became of a frame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Written,
    /// It is the first one of this file.
    Begun(String),
    /// A file of pictures begins with a key frame, which has to be asked for.
    NoBeginning,
}

/// All files.
pub(crate) struct Tapes {
    clock: Clock,
    folder: PathBuf,
    index: Index,
    tapes: BTreeMap<(MemberId, u8), Tape>,
    /// Tracks whose file could not be written, and when to try again.
    failed: BTreeMap<(MemberId, u8), Instant>,
    saved_at: Instant,
}

/// One file that is written.
struct Tape {
    writer: Box<dyn TrackWriter>,
    format: Format,
    timeline: Timeline,
    /// Place of its entry in the index.
    entry: usize,
}

impl Tapes {
    /// Begins a recording in a folder that has none.
    pub(crate) fn create(clock: Clock, folder: &Path) -> Result<Self> {
        let now = clock.now();
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        if index::path(folder).exists() {
            bail!("{} holds a recording; name another folder with --out", folder.display());
        }
        let index = Index::new(clock.unix(now).get());
        index.save(folder)?;
        let (tapes, failed) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { clock, folder: folder.to_owned(), index, tapes, failed, saved_at: now })
    }

    /// Writes a frame behind the others of its track.
    pub(crate) fn write(&mut self, owner: &Owner, track: u8, frame: Opened<'_>) -> Result<Outcome> {
        let key = (owner.id.clone(), track);
        if self.failed.get(&key).is_some_and(|until| frame.stamp.came < *until) {
            return Ok(Outcome::Written); // it was told
        }
        let outcome = self.try_write(owner, track, frame);
        if outcome.is_err() {
            self.tapes.remove(&key);
            self.failed.insert(key, later(frame.stamp.came, TRY_AGAIN));
        }
        outcome
    }

    fn try_write(&mut self, owner: &Owner, track: u8, frame: Opened<'_>) -> Result<Outcome> {
        let key = (owner.id.clone(), track);
        if self.tapes.get(&key).is_some_and(|tape| tape.format != frame.format) {
            self.finish_one(&key)?;
        }
        let is_key = frame.format.is_beginning(frame.data);
        let mut outcome = Outcome::Written;
        if !self.tapes.contains_key(&key) {
            if !is_key {
                return Ok(Outcome::NoBeginning);
            }
            let file = self.begin(owner, track, frame)?;
            outcome = Outcome::Begun(file);
        }
        let Some(tape) = self.tapes.get_mut(&key) else {
            return Ok(outcome);
        };
        let at = tape.timeline.place(frame.stamp);
        let written = tape.writer.write(&MediaFrame { data: frame.data, is_key, at });
        let Some(entry) = self.index.tracks.get_mut(tape.entry) else {
            return Ok(outcome);
        };
        match written {
            Ok(()) => {
                entry.frames = entry.frames.saturating_add(1);
                entry.milliseconds = millis(tape.timeline.length());
            }
            Err(error @ MediaError::Io(_)) => {
                return Err(error).with_context(|| format!("cannot write {}", entry.file));
            }
            // The file goes on without this frame.
            Err(_) => entry.lost = entry.lost.saturating_add(1),
        }
        Ok(outcome)
    }

    fn begin(&mut self, owner: &Owner, track: u8, frame: Opened<'_>) -> Result<String> {
        let format = frame.format;
        let stem = format!("{}-{}", names::safe(&owner.name), names::of_track(track));
        let (name, file) = self.create_file(&stem, media::extension(format.codec))?;
        let writer = media::track_writer(file, format.codec);
        let timeline = Timeline::begin(frame.stamp.came);
        let entry = self.index.tracks.len();
        self.index.tracks.push(Track {
            file: name.clone(),
            member: owner.name.clone(),
            id: owner.id.to_string(),
            fingerprint: owner.fingerprint.clone(),
            track: names::of_track(track),
            codec: format.name.to_owned(),
            start: self.clock.unix(timeline.began()).get(),
            milliseconds: 0,
            frames: 0,
            lost: 0,
        });
        self.tapes.insert((owner.id.clone(), track), Tape { writer, format, timeline, entry });
        Ok(name)
    }

    /// Makes a file that nobody has, whoever else has this name.
    fn create_file(&self, stem: &str, extension: &str) -> Result<(String, File)> {
        for number in 1..=MAX_FILES {
            let name = match number {
                1 => format!("{stem}.{extension}"),
                number => format!("{stem}-{number}.{extension}"),
            };
            let path = self.folder.join(&name);
            match File::options().write(true).read(true).create_new(true).open(&path) {
                Ok(file) => return Ok((name, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot make {}", path.display()));
                }
            }
        }
        bail!("there are too many files of {stem}; name another folder with --out")
    }

    /// Notes that something of a track is missing.
    pub(crate) fn lose(&mut self, member: &MemberId, track: u8) {
        let tape = self.tapes.get(&(member.clone(), track));
        if let Some(entry) = tape.and_then(|tape| self.index.tracks.get_mut(tape.entry)) {
            entry.lost = entry.lost.saturating_add(1);
        }
    }

    /// What was written so far.
    pub(crate) fn tracks(&self) -> &[Track] {
        &self.index.tracks
    }

    /// Ends the files of a member that has left.
    pub(crate) fn finish(&mut self, member: &MemberId) -> Result<()> {
        self.failed.retain(|(of, _), _| of != member);
        let keys: Vec<_> = self.tapes.keys().filter(|(of, _)| of == member).cloned().collect();
        keys.iter().try_for_each(|key| self.finish_one(key))
    }

    fn finish_one(&mut self, key: &(MemberId, u8)) -> Result<()> {
        match self.tapes.remove(key) {
            Some(tape) => Ok(tape.writer.finish()?),
            None => Ok(()),
        }
    }

    /// Writes the index, when that is due.
    pub(crate) fn save(&mut self, now: Instant) -> Result<()> {
        if now < later(self.saved_at, SAVE_INTERVAL) {
            return Ok(());
        }
        self.saved_at = now;
        self.index.save(&self.folder)
    }

    /// Ends all files, whatever becomes of one of them.
    pub(crate) fn end(mut self, now: Instant) -> Result<Vec<Track>> {
        let keys: Vec<_> = self.tapes.keys().cloned().collect();
        let finished: Vec<_> = keys.iter().map(|key| self.finish_one(key)).collect();
        self.index.ended = Some(self.clock.unix(now).get());
        self.index.save(&self.folder)?;
        finished.into_iter().collect::<Result<()>>()?;
        Ok(self.index.tracks)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// After a file could not be written: the disk may be full for a while.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// Of one track: a codec that changes once a minute, for a week.
const MAX_FILES: u32 = 10_000;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic")]
mod tests {
    use core::time::Duration;
    use std::path::Path;
    use std::time::Instant;

    use frameseal::MemberId;
    use str0m::format::Codec;
    use str0m::media::MediaTime;

    use super::{Opened, Outcome, Owner, TRY_AGAIN, Tapes};
    use crate::record::clock::Clock;
    use crate::record::format::Format;
    use crate::record::timeline::Stamp;
    use crate::record::transport::ConnectionId;

    /// The beginnings of pictures of VP8, 2 × 2 pixels.
    const KEY: &[u8] = b"\x10\x00\x00\x9d\x01\x2a\x02\x00\x02\x00\x00\x00\x00\x00";
    const DELTA: &[u8] = b"\x31\x00\x00\x00\x00\x00";

    fn ben() -> Owner {
        let id = MemberId::new("b").unwrap();
        Owner { id, name: String::from("Ben"), fingerprint: None }
    }

    fn frame(data: &[u8], codec: Codec, start: Instant, ms: u64) -> Opened<'_> {
        let stamp = Stamp {
            connection: ConnectionId(1),
            media: MediaTime::from_90khz(ms * 90),
            came: start + Duration::from_millis(ms),
        };
        Opened { data, format: Format::of(codec).unwrap(), stamp }
    }

    fn tapes(folder: &Path) -> (Tapes, Instant) {
        let clock = Clock::start();
        (Tapes::create(clock, folder).unwrap(), clock.now())
    }

    #[test]
    fn a_file_of_pictures_begins_at_a_key_frame_and_another_codec_has_another() {
        let folder = tempfile::tempdir().unwrap();
        let (mut tapes, start) = tapes(folder.path());
        let mut write =
            |data, codec, ms| tapes.write(&ben(), 1, frame(data, codec, start, ms)).unwrap();
        assert_eq!(write(DELTA, Codec::Vp8, 0), Outcome::NoBeginning);
        assert_eq!(write(KEY, Codec::Vp8, 40), Outcome::Begun(String::from("Ben-camera.webm")));
        assert_eq!(write(DELTA, Codec::Vp8, 80), Outcome::Written);
        let tracks = tapes.end(start).unwrap();
        assert_eq!((tracks[0].frames, tracks[0].milliseconds, tracks.len()), (2, 40, 1));
        assert!(folder.path().join("Ben-camera.webm").exists());
    }

    #[test]
    fn two_of_one_name_have_files_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let (mut tapes, start) = tapes(folder.path());
        let other = Owner { id: MemberId::new("c").unwrap(), ..ben() };
        for (owner, name) in [(ben(), "Ben-microphone.webm"), (other, "Ben-microphone-2.webm")] {
            let outcome = tapes.write(&owner, 0, frame(b"sound", Codec::Opus, start, 0)).unwrap();
            assert_eq!(outcome, Outcome::Begun(String::from(name)));
        }
    }

    #[test]
    fn a_folder_with_a_recording_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        tapes(folder.path());
        let error = Tapes::create(Clock::start(), folder.path()).err().unwrap();
        assert!(error.to_string().contains("--out"), "{error}");
    }

    #[test]
    fn a_file_that_cannot_be_made_is_told_once_and_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let (mut tapes, start) = tapes(folder.path());
        std::fs::remove_dir_all(folder.path()).unwrap();
        let sound = |ms| frame(b"sound", Codec::Opus, start, ms);
        assert!(tapes.write(&ben(), 0, sound(0)).is_err());
        assert_eq!(tapes.write(&ben(), 0, sound(20)).unwrap(), Outcome::Written);
        std::fs::create_dir_all(folder.path()).unwrap();
        let again = u64::try_from(TRY_AGAIN.as_millis()).unwrap();
        let outcome = tapes.write(&ben(), 0, sound(again)).unwrap();
        assert_eq!(outcome, Outcome::Begun(String::from("Ben-microphone.webm")));
    }
}
