//! Frames of real encoders, each of which is made to differ from all others.

/// A track's frames.
#[derive(Clone, Copy)]
pub(crate) struct Fixture {
    records: &'static [u8],
    pub(crate) per_second: u64,
}

impl Fixture {
    /// A frame with its number behind it: one that a decoder can begin with, or another.
    pub(crate) fn frame(self, number: u64, is_beginning: bool) -> Vec<u8> {
        let frames = self.records().filter(|(kind, _)| (*kind != DELTA) == is_beginning);
        let frames: Vec<_> = frames.collect();
        let (_, frame) = frames[usize::try_from(number).unwrap() % frames.len()];
        [frame, &number.to_be_bytes()].concat()
    }

    /// A kind, a length and the frame: see `sframe/fixtures/README.md`.
    fn records(self) -> impl Iterator<Item = (u8, &'static [u8])> {
        let mut rest = self.records;
        core::iter::from_fn(move || {
            let ([kind, len @ ..], after) = rest.split_first_chunk::<5>()?;
            let (frame, after) = after.split_at(u32::from_be_bytes(*len) as usize);
            rest = after;
            Some((*kind, frame))
        })
    }
}

/// Of the microphone and the camera.
pub(crate) const FIXTURES: [Fixture; 2] = [OPUS, VP8];

const OPUS: Fixture = Fixture {
    records: include_bytes!("../../../sframe/fixtures/chromium-opus.frames"),
    per_second: 50,
};

const VP8: Fixture = Fixture {
    records: include_bytes!("../../../sframe/fixtures/chromium-vp8.frames"),
    per_second: 30,
};

const DELTA: u8 = 1;
