//! Files that players play, one for each track: `WebM` for VP8, VP9, AV1 and Opus, fragmented MP4
//! for H.264 and H.265.
//!
//! What was written plays even if nobody is there to finish the file: all of a second leaves by one
//! write, as a cluster or a fragment of its own.

pub(crate) mod av1;
mod bits;
#[cfg(feature = "_internal_fuzz")]
pub(crate) mod fuzz;
mod h264;
mod h265;
mod mp4;
pub(crate) mod nal;
pub(crate) mod obu;
mod opus;
mod vp8;
pub(crate) mod vp9;
mod webm;

use core::fmt;
use core::time::Duration;
use std::io::{self, Seek, Write};

use serde::{Deserialize, Serialize};

/// What frames are encoded with.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Codec {
    Vp8,
    Vp9,
    Av1,
    H264,
    H265,
    Opus,
}

impl Codec {
    /// Returns the codec of a name, in capitals or not.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| name.eq_ignore_ascii_case(codec.name()))
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Vp8 => "vp8",
            Self::Vp9 => "vp9",
            Self::Av1 => "av1",
            Self::H264 => "h264",
            Self::H265 => "h265",
            Self::Opus => "opus",
        }
    }

    pub(crate) const fn is_audio(self) -> bool {
        matches!(self, Self::Opus)
    }

    pub(crate) const ALL: [Self; 6] =
        [Self::Vp8, Self::Vp9, Self::Av1, Self::H264, Self::H265, Self::Opus];
}

/// A frame as its encoder made it: an access unit in Annex B form of H.264 and H.265, a temporal
/// unit of AV1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MediaFrame<'a> {
    pub(crate) data: &'a [u8],
    /// Whether a decoder can begin with it.
    pub(crate) is_key: bool,
    /// When it is shown, from the file's beginning.
    pub(crate) at: Duration,
}

/// Writes one track to one file.
pub(crate) trait TrackWriter {
    /// Takes the next frame. A video's file begins with its first key frame: what comes before is
    /// left out.
    ///
    /// # Errors
    ///
    /// - [`MediaError::Io`]: the file is lost if it is not written on from here.
    /// - [`MediaError::Unreadable`], [`MediaError::TooLarge`]: this frame is left out.
    fn write(&mut self, frame: &MediaFrame<'_>) -> Result<(), MediaError>;

    /// Writes what waits, and how long the file is. Without it, the last second is missing.
    ///
    /// # Errors
    ///
    /// [`MediaError::Io`].
    fn finish(self: Box<Self>) -> Result<(), MediaError>;
}

/// Returns how names of files with this codec end.
pub(crate) const fn extension(codec: Codec) -> &'static str {
    match codec {
        Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => "webm",
        Codec::H264 | Codec::H265 => "mp4",
    }
}

/// Begins a file of one track.
pub(crate) fn track_writer<W: Write + Seek + 'static>(
    file: W,
    codec: Codec,
) -> Box<dyn TrackWriter> {
    match codec {
        Codec::Vp8 => Box::new(webm::Writer::new(file, webm::Kind::Vp8)),
        Codec::Vp9 => Box::new(webm::Writer::new(file, webm::Kind::Vp9)),
        Codec::Av1 => Box::new(webm::Writer::new(file, webm::Kind::Av1)),
        Codec::Opus => Box::new(webm::Writer::new(file, webm::Kind::Opus)),
        Codec::H264 => Box::new(mp4::Writer::new(file, mp4::Kind::H264)),
        Codec::H265 => Box::new(mp4::Writer::new(file, mp4::Kind::H265)),
    }
}

/// Why a frame is not in its file.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum MediaError {
    /// The disk.
    Io(io::Error),
    /// Longer than the file's format can say.
    TooLarge,
    /// A key frame in which the size of the picture cannot be found: its encoder's fault.
    Unreadable,
}

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Io(error) => return error.fmt(f),
            Self::TooLarge => "a frame is longer than a file can hold",
            Self::Unreadable => "a key frame does not tell the size of its picture",
        })
    }
}

impl core::error::Error for MediaError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for MediaError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Size {
    width: u32,
    height: u32,
}

/// All that comes within so much time leaves by one write.
const PIECE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
