//! MP4, as `janus-pp-rec` and we write it (ISO/IEC 14496-12): whole, or in fragments.

mod tables;

use core::time::Duration;
use std::io::{Read, Seek, SeekFrom};

use mp4_atom::{Atom, Header, Mdat, Moof, Moov, ReadAtom, ReadFrom, Traf, Trak};

use self::tables::Tables;
use super::container::{Sample, Track};
use crate::media::Codec;

/// Reads a file sample by sample.
pub(super) struct Reader<R> {
    file: R,
    len: u64,
    /// Bytes that samples may still have, all together. No file has more than it has bytes.
    budget: u64,
    is_cut_off: bool,
}

/// A sample's place and time.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    size: u32,
    /// In ticks.
    at: u64,
}

/// A track with what its fragments leave out.
#[derive(Debug)]
struct Fragmented {
    track: Track,
    id: u32,
    timescale: u32,
    default_size: u32,
    default_duration: u32,
    /// When the next fragment begins, if it does not say it.
    next: u64,
}

impl<R: Read + Seek> Reader<R> {
    /// Begins with a file of `len` bytes.
    pub(super) const fn new(file: R, len: u64) -> Self {
        Self { file, len, budget: len, is_cut_off: false }
    }

    /// Hands on each sample.
    pub(super) fn read(&mut self, mut take: impl FnMut(Sample)) {
        self.is_cut_off = self.read_atoms(&mut take).is_none();
    }

    /// Tells whether the file ended within an atom, or holds what cannot be there.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    fn read_atoms(&mut self, take: &mut impl FnMut(Sample)) -> Option<()> {
        let mut tracks = Vec::new();
        let mut at = 0;
        while at < self.len {
            self.file.seek(SeekFrom::Start(at)).ok()?;
            let header = Header::read_from(&mut self.file).ok()?;
            let body = self.file.stream_position().ok()?;
            let size = match header.size {
                Some(size) => u64::try_from(size).ok()?,
                None => self.len.checked_sub(body)?,
            };
            let end = body.checked_add(size)?;
            if header.kind == Moov::KIND && size <= MAX_ATOM_LEN {
                let moov = Moov::read_atom(&header, &mut self.file).ok()?;
                tracks = fragmented(&moov);
                for trak in moov.trak {
                    self.read_track(&trak, take)?;
                }
            } else if header.kind == Moof::KIND && size <= MAX_ATOM_LEN {
                let moof = Moof::read_atom(&header, &mut self.file).ok()?;
                for traf in &moof.traf {
                    self.read_fragment(traf, at, &mut tracks, take)?;
                }
            }
            // What is missing of the last atom is samples, and was noticed there, or nothing of ours.
            if end > self.len && header.kind != Mdat::KIND {
                return None;
            }
            at = end;
        }
        (at == self.len).then_some(())
    }

    /// Hands on the samples of a track that is not in fragments.
    fn read_track(&mut self, trak: &Trak, take: &mut impl FnMut(Sample)) -> Option<()> {
        let Some(track) = track(trak) else { return Some(()) };
        let timescale = trak.mdia.mdhd.timescale;
        for place in Tables::new(&trak.mdia.minf.stbl) {
            self.read_sample(track, timescale, place, take)?;
        }
        Some(())
    }

    /// Hands on the samples of a track in a fragment that begins at `moof_at`.
    fn read_fragment(
        &mut self,
        traf: &Traf,
        moof_at: u64,
        tracks: &mut [Fragmented],
        take: &mut impl FnMut(Sample),
    ) -> Option<()> {
        let id = traf.tfhd.track_id;
        let Some(known) = tracks.iter_mut().find(|known| known.id == id) else { return Some(()) };
        let base = traf.tfhd.base_data_offset.unwrap_or(moof_at);
        let mut at = traf.tfdt.as_ref().map_or(known.next, |tfdt| tfdt.base_media_decode_time);
        let mut offset = base;
        for trun in &traf.trun {
            if let Some(from_base) = trun.data_offset {
                offset = base.checked_add_signed(from_base.into())?;
            }
            for entry in &trun.samples {
                let default = traf.tfhd.default_sample_size.unwrap_or(known.default_size);
                let size = entry.size.unwrap_or(default);
                let shown_at = at.checked_add_signed(entry.cts.unwrap_or(0)).unwrap_or(at);
                let place = Place { offset, size, at: shown_at };
                self.read_sample(known.track, known.timescale, place, take)?;
                offset = offset.checked_add(size.into())?;
                let default = traf.tfhd.default_sample_duration.unwrap_or(known.default_duration);
                at = at.saturating_add(entry.duration.unwrap_or(default).into());
            }
        }
        known.next = at;
        Some(())
    }

    fn read_sample(
        &mut self,
        track: Track,
        timescale: u32,
        Place { offset, size, at }: Place,
        take: &mut impl FnMut(Sample),
    ) -> Option<()> {
        self.budget = self.budget.checked_sub(u64::from(size).max(1))?;
        if offset.checked_add(size.into())? > self.len {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(size).ok()?];
        self.file.seek(SeekFrom::Start(offset)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        let nanos = u128::from(at).saturating_mul(1_000_000_000);
        let nanos = nanos.checked_div(timescale.into()).unwrap_or_default();
        let at = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        take(Sample { track: track.number, codec: track.codec, at, bytes });
        Some(())
    }
}

/// Returns what fragments of each track leave out.
fn fragmented(moov: &Moov) -> Vec<Fragmented> {
    let Some(mvex) = &moov.mvex else { return Vec::new() };
    let known = moov.trak.iter().filter_map(|trak| {
        let id = trak.tkhd.track_id;
        let trex = mvex.trex.iter().find(|trex| trex.track_id == id)?;
        Some(Fragmented {
            track: track(trak)?,
            id,
            timescale: trak.mdia.mdhd.timescale,
            default_size: trex.default_sample_size,
            default_duration: trex.default_sample_duration,
            next: 0,
        })
    });
    known.collect()
}

/// Returns the number and the codec of a track, if it is one of ours.
fn track(trak: &Trak) -> Option<Track> {
    use mp4_atom::Codec as Entry;
    let codec = match trak.mdia.minf.stbl.stsd.codecs.first()? {
        Entry::Avc1(_) | Entry::Avc3(_) => Codec::H264,
        Entry::Hvc1(_) | Entry::Hev1(_) => Codec::H265,
        Entry::Av01(_) => Codec::Av1,
        Entry::Vp08(_) => Codec::Vp8,
        Entry::Vp09(_) => Codec::Vp9,
        Entry::Opus(_) => Codec::Opus,
        _ => return None,
    };
    Some(Track { number: trak.tkhd.track_id.into(), codec })
}

/// Tells whether a file begins as one of MP4 does.
pub(super) fn is_begun(start: &[u8]) -> bool {
    start.get(4..8) == Some(b"ftyp")
}

/// In bytes: of the descriptions of some 4 million samples, 18 hours of 60 pictures a second.
const MAX_ATOM_LEN: u64 = 64 << 20;

#[cfg(test)]
mod tests;
