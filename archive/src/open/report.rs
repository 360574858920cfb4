//! What became of a recording's frames: for people, and as JSON.

use alloc::collections::BTreeMap;
use core::fmt;

use frameseal_sframe::{KeyId, KeyIdLayout};
use serde::Serialize;

use crate::media::Codec;
use crate::unix_millis::UnixMillis;

/// All that is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) version: u8,
    pub(super) keys: KeysReport,
    pub(super) recordings: Vec<RecordingReport>,
    pub(super) tracks: Vec<TrackReport>,
    /// Why there is no index, if there should be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// What was in the key file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeysReport {
    pub(super) read: usize,
    pub(super) damaged: u64,
}

/// What was in a recording.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordingReport {
    pub(super) file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<&'static str>,
    /// Whether the file ended too early, or went on with something else.
    pub(super) cut_off: bool,
    /// Packets of no stream that was asked for.
    pub(super) ignored_packets: u64,
    pub(super) streams: Vec<StreamReport>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// What was in a stream.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamReport {
    pub(super) name: String,
    pub(super) codec: Codec,
    pub(super) frames: Counts,
    /// Packets that never came. Whole frames may have been in them.
    pub(super) missing_packets: u64,
    /// Packets that came again, or too late.
    pub(super) repeated_packets: u64,
    /// Which keys were missing.
    pub(super) missing_keys: Vec<MissingKey>,
}

/// Frames, by what became of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    /// Authenticated, and as their encoder made them.
    pub(super) opened: u64,
    /// Part of it is not in the recording.
    pub(super) lost: u64,
    /// No key of the file has the ID that it names.
    pub(super) without_key: u64,
    /// Not what the holder of a key with that ID sealed.
    pub(super) failed: u64,
    /// Looks like no sealed frame.
    pub(super) not_sealed: u64,
    /// Opened before.
    pub(super) repeated: u64,
}

/// What frames named that had no key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MissingKey {
    slot: u16,
    /// Its low 8 bits.
    epoch: u8,
    track: u8,
    frames: u64,
}

/// What was written of a member's track.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrackReport {
    /// `None`: nothing was.
    pub(super) file: Option<String>,
    pub(super) member: String,
    pub(super) fingerprint: String,
    pub(super) track: u8,
    pub(super) name: String,
    pub(super) codec: Codec,
    /// Frames that opened.
    pub(super) opened: u64,
    /// Those of them that are in the file.
    pub(super) written: u64,
    /// Those that are not, because no key frame was before them.
    pub(super) before_key_frame: u64,
    /// Those that are not, because their encoder made something else than their codec says.
    pub(super) unwritable: u64,
    /// When the first frame in the file was recorded, as far as the recording tells.
    pub(super) start_unix_ms: Option<UnixMillis>,
    /// How much later than the earliest file this one begins.
    pub(super) offset_ms: Option<u64>,
    /// From the first frame to the last.
    pub(super) duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// How the program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    /// Every frame opened, and is in a file unless no key frame was before it; no packet is
    /// missing.
    All,
    /// Some did.
    Some,
    /// None did.
    None,
}

impl Report {
    pub(super) fn outcome(&self) -> Outcome {
        let streams = || self.recordings.iter().flat_map(|recording| &recording.streams);
        let is_flawed = self.error.is_some()
            || self.recordings.iter().any(|row| row.error.is_some() || row.cut_off)
            || self.tracks.iter().any(|track| track.error.is_some() || track.unwritable > 0)
            || streams().any(|stream| !stream.frames.all_opened() || stream.missing_packets > 0);
        if self.tracks.iter().all(|track| track.file.is_none()) {
            Outcome::None
        } else if is_flawed {
            Outcome::Some
        } else {
            Outcome::All
        }
    }

    /// Puts the files beside each other in time.
    pub(super) fn align(&mut self) {
        let starts = self.tracks.iter().filter(|track| track.file.is_some());
        let Some(first) = starts.filter_map(|track| track.start_unix_ms).min() else { return };
        for track in self.tracks.iter_mut().filter(|track| track.file.is_some()) {
            track.offset_ms = track.start_unix_ms.map(|start| start.since(first));
        }
    }
}

impl Counts {
    const fn all_opened(&self) -> bool {
        let Self { opened: _, lost, without_key, failed, not_sealed, repeated: _ } = *self;
        lost == 0 && without_key == 0 && failed == 0 && not_sealed == 0
    }
}

impl StreamReport {
    pub(super) fn new(
        name: String,
        codec: Codec,
        frames: Counts,
        (missing_packets, repeated_packets): (u64, u64),
        without_key: BTreeMap<u64, u64>,
    ) -> Self {
        let missing_keys = without_key.into_iter().filter_map(|(key_id, frames)| {
            let layout = KeyIdLayout::from_key_id(KeyId::new(key_id))?;
            let KeyIdLayout { slot, epoch, track } = layout;
            Some(MissingKey { slot, epoch, track, frames })
        });
        let missing_keys = missing_keys.collect();
        Self { name, codec, frames, missing_packets, repeated_packets, missing_keys }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KeysReport { read, damaged } = self.keys;
        write!(f, "Keys: {read}")?;
        if damaged > 0 {
            write!(f, "; {damaged} entries of the key file are damaged or for somebody else")?;
        }
        writeln!(f)?;
        for recording in &self.recordings {
            recording.fmt(f)?;
        }
        for track in &self.tracks {
            track.fmt(f)?;
        }
        self.error.iter().try_for_each(|error| writeln!(f, "{error}"))
    }
}

impl fmt::Display for RecordingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.file)?;
        self.error.iter().try_for_each(|error| writeln!(f, "  {error}"))?;
        for stream in &self.streams {
            stream.fmt(f)?;
        }
        if self.ignored_packets > 0 {
            writeln!(f, "  ignored: {} packets of other streams", self.ignored_packets)?;
        }
        if self.cut_off {
            writeln!(f, "  the file is damaged or ends early: what comes after that is missing")?;
        }
        Ok(())
    }
}

impl fmt::Display for StreamReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { opened, lost, without_key, failed, not_sealed, repeated } = self.frames;
        write!(f, "  {} ({}): {opened} frames opened", self.name, self.codec.name())?;
        for (count, what) in [
            (lost, "lost"),
            (without_key, "without key"),
            (failed, "failed authentication"),
            (not_sealed, "not sealed"),
            (repeated, "repeated"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        writeln!(f)?;
        if self.missing_packets > 0 {
            writeln!(f, "    {} packets are missing", self.missing_packets)?;
        }
        for MissingKey { slot, epoch, track, frames } in &self.missing_keys {
            writeln!(
                f,
                "    no key of slot {slot}, epoch …{epoch}, track {track}: {frames} frames"
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for TrackReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, name, opened, written, before_key_frame, unwritable, .. } = self;
        write!(f, "\n{member}, {name}: ")?;
        match (&self.file, &self.error) {
            (_, Some(error)) => write!(f, "not written: {error}")?,
            (Some(file), None) => {
                let seconds = self.duration_ms / 1000;
                write!(f, "{file}, {written} of {opened} frames, {seconds} s")?;
            }
            (None, None) => write!(f, "no file, because no key frame opened")?,
        }
        if *before_key_frame > 0 {
            write!(f, "; {before_key_frame} came before the first key frame")?;
        }
        if *unwritable > 0 {
            write!(f, "; {unwritable} are not what their codec wants")?;
        }
        writeln!(f)
    }
}
