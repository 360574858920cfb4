//! The tables of a track (ISO/IEC 14496-12 section 8.6 and 8.7): where each sample is, and when.

use core::iter;

use mp4_atom::{Stbl, StszSamples};

use super::Place;

/// The samples of a track, in order.
pub(super) struct Tables<'a> {
    sizes: Box<dyn Iterator<Item = u32> + 'a>,
    durations: Box<dyn Iterator<Item = u32> + 'a>,
    shifts: Box<dyn Iterator<Item = i64> + 'a>,
    /// Of each chunk: where it begins, and how many samples it has.
    chunks: Box<dyn Iterator<Item = (u64, u32)> + 'a>,
    left_in_chunk: u32,
    offset: u64,
    at: u64,
}

impl<'a> Tables<'a> {
    pub(super) fn new(stbl: &'a Stbl) -> Self {
        let sizes: Box<dyn Iterator<Item = u32>> = match &stbl.stsz.samples {
            StszSamples::Identical { count, size } => Box::new((0..*count).map(|_| *size)),
            StszSamples::Different { sizes } => Box::new(sizes.iter().copied()),
        };
        let durations = stbl.stts.entries.iter();
        let durations = durations.flat_map(|row| (0..row.sample_count).map(|_| row.sample_delta));
        let shifts = stbl.ctts.iter().flat_map(|ctts| &ctts.entries);
        let shifts = shifts.flat_map(|row| (0..row.sample_count).map(|_| row.sample_offset));
        Self {
            sizes,
            durations: Box::new(durations.chain(iter::repeat(0))),
            shifts: Box::new(shifts.chain(iter::repeat(0))),
            chunks: Box::new(chunks(stbl)),
            left_in_chunk: 0,
            offset: 0,
            at: 0,
        }
    }
}

impl Iterator for Tables<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let size = self.sizes.next()?;
        while self.left_in_chunk == 0 {
            (self.offset, self.left_in_chunk) = self.chunks.next()?;
        }
        let at = self.at.checked_add_signed(self.shifts.next()?).unwrap_or(self.at);
        let place = Place { offset: self.offset, size, at };
        self.left_in_chunk = self.left_in_chunk.saturating_sub(1);
        self.offset = self.offset.saturating_add(size.into());
        self.at = self.at.saturating_add(self.durations.next()?.into());
        Some(place)
    }
}

/// Returns where each chunk begins, and how many samples it has: as the last row says whose first chunk
/// is not behind it.
fn chunks(stbl: &Stbl) -> impl Iterator<Item = (u64, u32)> {
    let short = stbl.stco.iter().flat_map(|stco| &stco.entries).map(|offset| u64::from(*offset));
    let long = stbl.co64.iter().flat_map(|co64| &co64.entries).copied();
    let mut rows = stbl.stsc.entries.iter().peekable();
    let mut samples = 0;
    (1_u32..).zip(short.chain(long)).map(move |(number, offset)| {
        while let Some(row) = rows.next_if(|row| row.first_chunk <= number) {
            samples = row.samples_per_chunk;
        }
        (offset, samples)
    })
}
