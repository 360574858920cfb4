//! `WebM` and Matroska, as `janus-pp-rec` and we write them: which track has which codec, and the
//! blocks.

use core::time::Duration;
use std::io::Read;

use webm_iterable::WebmIterator;
use webm_iterable::iterator::AllowableErrors;
use webm_iterable::matroska_spec::{Master, MatroskaSpec as Tag};

use super::container::{Sample, Track};
use crate::media::Codec;

/// Reads a file block by block.
pub(super) struct Reader<R: Read> {
    tags: WebmIterator<R>,
    tracks: Vec<Track>,
    /// In milliseconds.
    cluster: u64,
    /// Of a tick, in nanoseconds.
    scale: u64,
    is_cut_off: bool,
}

impl<R: Read> Reader<R> {
    /// Begins with a file of `len` bytes.
    pub(super) fn new(file: R, len: u64) -> Self {
        let whole = [Tag::TrackEntry(Master::Start), Tag::BlockGroup(Master::Start)];
        let mut tags = WebmIterator::new(file, &whole);
        // No element is longer than the file: so none makes us hold more.
        tags.set_max_allowable_tag_size(usize::try_from(len).ok());
        tags.allow_errors(&[AllowableErrors::InvalidTagIds]);
        let (tracks, scale) = (Vec::new(), MILLISECOND);
        Self { tags, tracks, cluster: 0, scale, is_cut_off: false }
    }

    /// Returns the next frame; `None` at the end.
    pub(super) fn next(&mut self) -> Option<Sample> {
        loop {
            let Ok(tag) = self.tags.next()? else {
                self.is_cut_off = true;
                return None;
            };
            let block = match tag {
                Tag::TimestampScale(scale) => {
                    self.scale = scale;
                    continue;
                }
                Tag::TrackEntry(Master::Full(entry)) => {
                    self.tracks.extend(track(&entry).filter(|_| self.tracks.len() < MAX_TRACKS));
                    continue;
                }
                Tag::Timestamp(ticks) => {
                    self.cluster = ticks;
                    continue;
                }
                Tag::SimpleBlock(block) => Some(block),
                Tag::BlockGroup(Master::Full(group)) => {
                    group.into_iter().find_map(|tag| match tag {
                        Tag::Block(block) => Some(block),
                        _ => None,
                    })
                }
                _ => None,
            };
            if let Some(sample) = block.and_then(|block| self.sample(&block)) {
                return Some(sample);
            }
        }
    }

    /// Tells whether the file ended within an element, or holds what cannot be there.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// Takes a block apart (RFC 9559 section 10): one of several frames is not taken.
    fn sample(&self, block: &[u8]) -> Option<Sample> {
        let (number, rest) = track_number(block)?;
        let ([high, low, flags], data) = rest.split_first_chunk::<3>()?;
        let codec = self.tracks.iter().find(|track| track.number == number)?.codec;
        if flags & LACING != 0 {
            return None;
        }
        let offset = i64::from(i16::from_be_bytes([*high, *low]));
        let ticks = self.cluster.checked_add_signed(offset)?;
        let at = Duration::from_nanos(ticks.saturating_mul(self.scale));
        Some(Sample { track: number, codec, at, bytes: data.to_vec() })
    }
}

fn track(entry: &[Tag]) -> Option<Track> {
    let number = entry.iter().find_map(|tag| match tag {
        Tag::TrackNumber(number) => Some(*number),
        _ => None,
    });
    let codec = entry.iter().find_map(|tag| match tag {
        Tag::CodecID(id) => codec(id),
        _ => None,
    });
    Some(Track { number: number?, codec: codec? })
}

fn codec(id: &str) -> Option<Codec> {
    Some(match id {
        "V_VP8" => Codec::Vp8,
        "V_VP9" => Codec::Vp9,
        "V_AV1" => Codec::Av1,
        "V_MPEG4/ISO/AVC" => Codec::H264,
        "V_MPEGH/ISO/HEVC" => Codec::H265,
        "A_OPUS" => Codec::Opus,
        _ => return None,
    })
}

/// Splits an EBML number off.
fn track_number(block: &[u8]) -> Option<(u64, &[u8])> {
    let len = usize::try_from(block.first()?.leading_zeros()).ok()?.checked_add(1)?;
    let (number, rest) = block.split_at_checked(len)?;
    let number = number
        .iter()
        .try_fold(0_u64, |all, byte| all.checked_mul(256)?.checked_add((*byte).into()))?;
    let marker = 1_u64.checked_shl(u32::try_from(len.checked_mul(7)?).ok()?)?;
    Some((number & !marker, rest))
}

const LACING: u8 = 6;
const MILLISECOND: u64 = 1_000_000;
const MAX_TRACKS: usize = 64;
