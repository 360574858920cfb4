//! MP4, as `janus-pp-rec` and we write it (ISO/IEC 14496-12): whole, or in fragments.

mod description;
mod samples;

use core::time::Duration;
use std::io::{Read, Seek, SeekFrom};

use mp4_atom::{Atom, Header, Mdat, Moof, Moov, ReadAtom, ReadFrom, Traf};

use self::description::Description;
use self::samples::Samples;
use super::container::{Sample, Track};
use super::read::{Filled, fill};

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

/// A track, with when its next fragment begins if that does not say it.
#[derive(Debug)]
struct Fragmented {
    description: Description,
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
                let mut moov = vec![0; usize::try_from(size.min(self.len)).ok()?];
                let is_whole = fill(&mut self.file, &mut moov).ok()? == Filled::Whole;
                for description in description::read(&moov).into_iter().filter(|_| is_whole) {
                    self.read_track(&description, take)?;
                    tracks.push(Fragmented { description, next: 0 });
                }
            } else if header.kind == Moof::KIND && size <= MAX_ATOM_LEN {
                let moof = Moof::read_atom(&header, &mut self.file).ok()?;
                for traf in &moof.traf {
                    self.read_fragment(traf, at, &mut tracks, take)?;
                }
            }
            // What is missing of the last atom is samples, and was noticed there, or nothing of
            // ours.
            if end > self.len && header.kind != Mdat::KIND {
                return None;
            }
            at = end;
        }
        (at == self.len).then_some(())
    }

    /// Hands on the samples of a track that are in no fragment.
    fn read_track(&mut self, known: &Description, take: &mut impl FnMut(Sample)) -> Option<()> {
        for place in Samples::new(&known.tables) {
            self.read_sample(known.track, known.timescale, place, take)?;
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
        let mut tracks = tracks.iter_mut();
        let Some(Fragmented { description: known, next }) =
            tracks.find(|track| track.description.id == id)
        else {
            return Some(());
        };
        let (default_size, default_duration) = known
            .defaults
            .as_ref()
            .map_or((0, 0), |trex| (trex.default_sample_size, trex.default_sample_duration));
        let base = traf.tfhd.base_data_offset.unwrap_or(moof_at);
        let mut at = traf.tfdt.as_ref().map_or(*next, |tfdt| tfdt.base_media_decode_time);
        let mut offset = base;
        for trun in &traf.trun {
            if let Some(from_base) = trun.data_offset {
                offset = base.checked_add_signed(from_base.into())?;
            }
            for entry in &trun.samples {
                let default = traf.tfhd.default_sample_size.unwrap_or(default_size);
                let size = entry.size.unwrap_or(default);
                let shown_at = at.checked_add_signed(entry.cts.unwrap_or(0)).unwrap_or(at);
                let place = Place { offset, size, at: shown_at };
                self.read_sample(known.track, known.timescale, place, take)?;
                offset = offset.checked_add(size.into())?;
                let default = traf.tfhd.default_sample_duration.unwrap_or(default_duration);
                at = at.saturating_add(entry.duration.unwrap_or(default).into());
            }
        }
        *next = at;
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

/// Tells whether a file begins as one of MP4 does.
pub(super) fn is_begun(start: &[u8]) -> bool {
    start.get(4..8) == Some(b"ftyp")
}

/// In bytes: of the descriptions of some 4 million samples, 18 hours of 60 pictures a second.
const MAX_ATOM_LEN: u64 = 64 << 20;

#[cfg(test)]
mod tests;
