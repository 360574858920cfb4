//! What `janus-pp-rec` and we make of recordings: frames in `WebM` or MP4.

use core::time::Duration;

use crate::media::obu::{FRAME, Obu, TEMPORAL_DELIMITER};
use crate::media::{Codec, nal};

/// A track of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    pub(super) number: u64,
    pub(super) codec: Codec,
}

/// What a file holds for one time of one track.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Sample {
    pub(super) track: u64,
    pub(super) codec: Codec,
    pub(super) at: Duration,
    pub(super) bytes: Vec<u8>,
}

impl Sample {
    /// Returns the sealed frames in it: one, or of AV1 one for each layer.
    pub(super) fn into_frames(self) -> Vec<Vec<u8>> {
        match self.codec {
            // With lengths in place of start codes, or as it was sent.
            Codec::H264 | Codec::H265 => {
                vec![nal::from_lengths(&self.bytes, LENGTH_SIZE).unwrap_or(self.bytes)]
            }
            Codec::Av1 => layers(&self.bytes),
            Codec::Vp8 | Codec::Vp9 | Codec::Opus => vec![self.bytes],
        }
    }
}

/// Splits a temporal unit behind each frame.
fn layers(unit: &[u8]) -> Vec<Vec<u8>> {
    let mut layers = Vec::new();
    let mut layer = Vec::new();
    for obu in Obu::all(unit).filter(|obu| obu.kind() != TEMPORAL_DELIMITER) {
        obu.write(&mut layer);
        if obu.kind() == FRAME {
            layers.push(core::mem::take(&mut layer));
        }
    }
    if !layer.is_empty() || layers.is_empty() {
        layers.push(layer);
    }
    layers
}

/// Of every muxer that we know, in bytes.
const LENGTH_SIZE: usize = 4;
