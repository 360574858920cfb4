//! The frames of real encoders in `sframe/fixtures/`. Compiled in, because wasm has no files.
#![allow(dead_code, reason = "no user of this module uses all of it")]

use frameseal_sframe::FrameKind;
use frameseal_sframe::envelope::Codec;

/// The frames of one source, in the order in which its encoder made them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recording {
    /// Name of the file, without its ending.
    pub(crate) name: &'static str,
    pub(crate) codec: Codec,
    records: &'static [u8],
}

/// A frame as the encoder made it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) kind: FrameKind,
    pub(crate) encoded: &'static [u8],
}

impl Recording {
    /// Splits the file into its records: see `fixtures/README.md`.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        let mut rest = self.records;
        core::iter::from_fn(move || {
            let ([kind, len @ ..], after) = rest.split_first_chunk::<5>()?;
            let kind = match kind {
                0 => FrameKind::Audio,
                1 => FrameKind::Delta,
                _ => FrameKind::Key,
            };
            let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
            let (encoded, after) = after.split_at_checked(len)?;
            rest = after;
            Some(Frame { kind, encoded })
        })
    }

    /// Length of the file in bytes.
    pub(crate) const fn file_len(&self) -> usize {
        self.records.len()
    }
}

macro_rules! recordings {
    ($($codec:ident: $($name:literal)*;)*) => {
        /// Every recording; a test compares the list with the table in `fixtures/README.md`.
        pub(crate) const RECORDINGS: &[Recording] = &[$($(Recording {
            name: $name,
            codec: Codec::$codec,
            records: include_bytes!(concat!("../../fixtures/", $name, ".frames")),
        },)*)*];
    };
}

recordings! {
    Audio: "chromium-opus" "firefox-opus" "firefox-opus-received";
    Av1: "chromium-av1" "chromium-av1-l3t3" "chromium-av1-l3t3-received" "chromium-av1-received"
        "ffmpeg-libaom-tile-groups" "ffmpeg-svtav1-tiles" "firefox-av1" "firefox-av1-received";
    H264: "chromium-h264" "ffmpeg-x264-filler" "ffmpeg-x264-slices";
    H265: "ffmpeg-x265" "ffmpeg-x265-slices";
    Vp8: "chromium-vp8" "chromium-vp8-simulcast" "firefox-vp8";
    Vp9: "chromium-vp9" "chromium-vp9-l3t3" "ffmpeg-vp9-10-bits" "ffmpeg-vp9-444"
        "ffmpeg-vp9-444-12-bits" "ffmpeg-vp9-hidden" "ffmpeg-vp9-rgb" "firefox-vp9";
}
