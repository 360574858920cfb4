//! Frames, and rows of them in files: as `sframe/fixtures/README.md` lays them out.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use frameseal_sframe::FrameKind;

/// A frame, and what somebody says that it is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct Frame {
    /// `None`: nobody says.
    pub kind: Option<FrameKind>,
    /// The frame.
    pub bytes: Vec<u8>,
}

/// Splits the contents of a file into frames; ends where a record does not.
#[must_use]
pub fn split(records: &[u8]) -> Vec<Frame> {
    let mut rest = records;
    core::iter::from_fn(move || {
        let ([kind, len @ ..], after) = rest.split_first_chunk::<5>()?;
        let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
        let (bytes, after) = after.split_at_checked(len)?;
        rest = after;
        let kind = match kind {
            0 => Some(FrameKind::Audio),
            1 => Some(FrameKind::Delta),
            2 => Some(FrameKind::Key),
            _ => None,
        };
        Some(Frame { kind, bytes: bytes.to_vec() })
    })
    .collect()
}

/// Reads a file of frames.
pub fn read(path: &Path) -> Result<Vec<Frame>> {
    Ok(split(&fs::read(path).with_context(|| path.display().to_string())?))
}

/// Writes a file of frames.
pub fn write(path: &Path, frames: &[Frame]) -> Result<()> {
    let mut records = Vec::new();
    for Frame { kind, bytes } in frames {
        records.push(kind.map_or(UNTOLD, |kind| kind as u8));
        records.extend(u32::try_from(bytes.len())?.to_be_bytes());
        records.extend(bytes);
    }
    fs::write(path, records).with_context(|| path.display().to_string())
}

/// In place of a kind.
const UNTOLD: u8 = 255;
