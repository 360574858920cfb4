//! The samples of a track by its tables (ISO/IEC 14496-12 sections 8.6 and 8.7): where each is, and
//! when.

use core::iter;

use mp4_atom::StszSamples;

use super::Place;
use super::description::Tables;

/// The samples of a track, in order.
pub(super) struct Samples<'a> {
    sizes: Box<dyn Iterator<Item = u32> + 'a>,
    durations: Box<dyn Iterator<Item = u32> + 'a>,
    shifts: Box<dyn Iterator<Item = i64> + 'a>,
    /// Of each chunk: where it begins, and how many samples it has.
    chunks: Box<dyn Iterator<Item = (u64, u32)> + 'a>,
    left_in_chunk: u32,
    offset: u64,
    at: u64,
}

impl<'a> Samples<'a> {
    pub(super) fn new(tables: &'a Tables) -> Self {
        let sizes: Box<dyn Iterator<Item = u32>> = match &tables.sizes.samples {
            StszSamples::Identical { count, size } => Box::new((0..*count).map(|_| *size)),
            StszSamples::Different { sizes } => Box::new(sizes.iter().copied()),
        };
        let durations = tables.durations.entries.iter();
        let durations = durations.flat_map(|row| (0..row.sample_count).map(|_| row.sample_delta));
        let shifts = tables.shifts.entries.iter();
        let shifts = shifts.flat_map(|row| (0..row.sample_count).map(|_| row.sample_offset));
        Self {
            sizes,
            durations: Box::new(durations.chain(iter::repeat(0))),
            shifts: Box::new(shifts.chain(iter::repeat(0))),
            chunks: Box::new(chunks(tables)),
            left_in_chunk: 0,
            offset: 0,
            at: 0,
        }
    }
}

impl Iterator for Samples<'_> {
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

/// Returns where each chunk begins, and how many samples it has: as the last row says whose first
/// chunk is not behind it.
fn chunks(tables: &Tables) -> impl Iterator<Item = (u64, u32)> {
    let short = tables.short_offsets.entries.iter().map(|offset| u64::from(*offset));
    let long = tables.long_offsets.entries.iter().copied();
    let mut rows = tables.chunks.entries.iter().peekable();
    let mut samples = 0;
    (1_u32..).zip(short.chain(long)).map(move |(number, offset)| {
        while let Some(row) = rows.next_if(|row| row.first_chunk <= number) {
            samples = row.samples_per_chunk;
        }
        (offset, samples)
    })
}
