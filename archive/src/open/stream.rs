//! One stream of a recording: its packets or samples, and what became of their frames.

use alloc::collections::BTreeMap;
use core::time::Duration;

use frameseal_sframe::{FrameKind, KeyId};

use super::container::Sample;
use super::depacketize::Piece;
use super::keys::{Keys, Opened, Opener, Refusal};
use super::pictures::{Picture, Pictures};
use super::report::{Counts, StreamReport};
use super::timeline::Timeline;
use super::tracks::{Opening, Tracks};
use super::{Format, Since, red, rtp};
use crate::media::{Codec, vp9};
use crate::unix_millis::UnixMillis;

/// A stream, on its way through.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    name: String,
    /// Of the last frame.
    codec: Codec,
    pictures: Option<Pictures>,
    frames: Frames<'a>,
}

/// What opens frames, and counts them.
#[derive(Debug)]
struct Frames<'a> {
    number: usize,
    keys: &'a Keys,
    opener: Opener<'a>,
    timeline: Timeline,
    counts: Counts,
    without_key: BTreeMap<u64, u64>,
    begun: Option<UnixMillis>,
}

impl<'a> Stream<'a> {
    /// Begins a stream, the `number`th of all; `begun`: when the recording did, if that is known.
    pub(super) fn new(
        number: usize,
        name: String,
        codec: Codec,
        keys: &'a Keys,
        begun: Option<UnixMillis>,
    ) -> Self {
        let frames = Frames {
            number,
            keys,
            opener: Opener::new(keys),
            timeline: Timeline::new(if codec.is_audio() { AUDIO_RATE } else { VIDEO_RATE }),
            counts: Counts::default(),
            without_key: BTreeMap::new(),
            begun,
        };
        Self { name, codec, pictures: None, frames }
    }

    /// Takes a packet.
    pub(super) fn packet(
        &mut self,
        packet: &rtp::Packet<'_>,
        format: Format,
        recorded: Option<Since>,
        tracks: &mut Tracks,
    ) {
        self.codec = format.codec;
        let Self { pictures, frames, .. } = self;
        let pictures = pictures.get_or_insert_with(Pictures::new);
        pictures.push(packet, format, recorded, |picture| frames.picture(picture, tracks));
    }

    /// Takes a sample of a file.
    pub(super) fn sample(&mut self, sample: Sample, tracks: &mut Tracks) {
        let (codec, at) = (sample.codec, sample.at);
        let format = Format { codec, is_red: false };
        let pieces = sample.into_frames().into_iter().map(Piece::Frame).collect();
        self.frames.pieces(pieces, format, at, Some(Since(at)), false, tracks);
    }

    /// Takes what waits, and tells what became of all.
    pub(super) fn finish(self, tracks: &mut Tracks) -> StreamReport {
        let Self { name, codec, pictures, mut frames } = self;
        let mut counts = (0, 0);
        if let Some(mut pictures) = pictures {
            pictures.finish(|picture| frames.picture(picture, tracks));
            counts = pictures.missing_and_repeated();
        }
        let Frames { counts: mut frames, without_key, .. } = frames;
        if codec.is_audio() {
            // Each packet is a frame.
            frames.lost = frames.lost.saturating_add(counts.0);
        }
        StreamReport::new(name, codec, frames, counts, without_key)
    }
}

impl Frames<'_> {
    fn picture(&mut self, picture: Picture, tracks: &mut Tracks) {
        let Picture { timestamp, recorded, format, pieces, is_at_a_gap } = picture;
        let at = self.timeline.at(timestamp, recorded);
        self.pieces(pieces, format, at, recorded, is_at_a_gap, tracks);
    }

    /// Opens what was sent at one time, and writes it as one frame.
    fn pieces(
        &mut self,
        pieces: Vec<Piece>,
        format: Format,
        at: Duration,
        recorded: Option<Since>,
        is_at_a_gap: bool,
        tracks: &mut Tracks,
    ) {
        let mut layers: Vec<Layer> = Vec::new();
        for piece in pieces {
            let Piece::Frame(frame) = piece else {
                self.counts.lost = self.counts.lost.saturating_add(1);
                continue;
            };
            match self.opener.open(format.codec, &frame) {
                Ok(Opened { key, kind, data }) => {
                    let data =
                        if format.is_red { red::primary(data).unwrap_or_default() } else { data };
                    layers.push(Layer { key, kind, data: data.to_vec() });
                    self.counts.opened = self.counts.opened.saturating_add(1);
                }
                Err(refusal) => self.refuse(refusal, is_at_a_gap),
            }
        }
        // Layers are of one member; in a recording of anything, they might be of several.
        for layers in layers.chunk_by(|first, second| first.key == second.key) {
            let Some(Layer { key, kind, .. }) = layers.first() else { continue };
            let Some(media_key) = self.keys.get(*key) else { continue };
            let opening = Opening {
                stream: self.number,
                key: media_key,
                codec: format.codec,
                is_key: *kind == FrameKind::Key,
                at,
                shown: start(self.begun, recorded, at),
            };
            tracks.write(&opening, &together(format.codec, layers), layers.len());
        }
    }

    fn refuse(&mut self, refusal: Refusal, is_at_a_gap: bool) {
        let count = match refusal {
            // What lacks its beginning or its end looks like that.
            Refusal::Failed | Refusal::NotSealed if is_at_a_gap => &mut self.counts.lost,
            Refusal::Failed => &mut self.counts.failed,
            Refusal::NotSealed => &mut self.counts.not_sealed,
            Refusal::Repeated => &mut self.counts.repeated,
            Refusal::WithoutKey(key_id) => {
                self.note_missing(key_id);
                &mut self.counts.without_key
            }
        };
        *count = count.saturating_add(1);
    }

    fn note_missing(&mut self, key_id: KeyId) {
        let is_known = self.without_key.contains_key(&key_id.get());
        if is_known || self.without_key.len() < MAX_NAMED {
            let frames = self.without_key.entry(key_id.get()).or_default();
            *frames = frames.saturating_add(1);
        }
    }
}

/// A frame that opened.
#[derive(Debug)]
struct Layer {
    key: usize,
    kind: FrameKind,
    data: Vec<u8>,
}

/// Puts the layers of a picture together, as decoders and files want them.
fn together(codec: Codec, layers: &[Layer]) -> Vec<u8> {
    let frames: Vec<_> = layers.iter().map(|layer| &*layer.data).collect();
    if codec == Codec::Vp9 { vp9::superframe(&frames) } else { frames.concat() }
}

/// Returns when a frame was recorded.
fn start(begun: Option<UnixMillis>, recorded: Option<Since>, at: Duration) -> Option<UnixMillis> {
    let since = recorded.map_or(at, |Since(since)| since);
    let since = u64::try_from(since.as_millis()).ok()?;
    begun?.get().checked_add(since).map(UnixMillis::new)
}

/// Of RTP's clocks, in Hz.
const AUDIO_RATE: u32 = 48_000;
const VIDEO_RATE: u32 = 90_000;

/// Key IDs that a report names.
const MAX_NAMED: usize = 100;
