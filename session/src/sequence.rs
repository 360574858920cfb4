//! Whether frames whose key is not here are sealed at all.

use frameseal_sframe::Header;

/// The headers of frames whose key is not here, in the order in which they came.
///
/// Frames in the clear parse as a header now and then, and name some key. But only sealed frames name
/// the same one again and again, each with a counter a little higher than the one before. Layers that a
/// server leaves out make the steps larger than one.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    last: Option<Header>,
    steps: u8,
    strays: u8,
    repeats: u8,
    looks: Looks,
}

/// What a sequence looks like.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Looks {
    /// Too few frames to tell.
    #[default]
    Unclear,
    Sealed,
    Clear,
}

impl Sequence {
    /// Notes the next frame; tells what the sequence looks like with it.
    pub(crate) fn note(&mut self, header: Header) -> Looks {
        if let Some(last) = self.last.replace(header) {
            let is_same_key = last.key_id == header.key_id;
            match header.counter.get().wrapping_sub(last.counter.get()) {
                0 if is_same_key => self.repeats = self.repeats.saturating_add(1),
                1..=MAX_STEP if is_same_key => self.steps = self.steps.saturating_add(1),
                _ => self.stray(),
            }
        }
        if self.steps >= ENOUGH {
            (self.strays, self.repeats) = (0, 0);
            self.looks = Looks::Sealed;
        } else if self.strays >= ENOUGH || self.repeats >= TOO_MANY {
            self.looks = Looks::Clear;
        }
        self.looks
    }

    fn stray(&mut self) {
        self.steps = 0;
        self.strays = self.strays.saturating_add(1);
    }
}

/// Of two frames of a track, one behind the other: with three encodings and three layers each, of
/// which a server forwards one, 9.
const MAX_STEP: u64 = 16;

/// Project decision: a byte that is taken for a counter goes up by 1 to 16 in one of 16 cases, so eight
/// times in a row once in 4 thousand million; at 50 frames a second, in three years.
const ENOUGH: u8 = 8;

/// Repeats of which no rising counter comes: Chromium delivers some frames twice.
const TOO_MANY: u8 = 64;

#[cfg(test)]
mod tests {
    use frameseal_sframe::{Counter, Header, KeyId};

    use super::{ENOUGH, Looks, Sequence};

    fn looks(headers: impl IntoIterator<Item = (u64, u64)>) -> Looks {
        let mut sequence = Sequence::default();
        headers.into_iter().fold(Looks::Unclear, |_, (key_id, counter)| {
            sequence.note(Header { key_id: KeyId::new(key_id), counter: Counter::new(counter) })
        })
    }

    #[test]
    fn one_key_and_rising_counters_look_sealed() {
        for stride in [1, 3, 9] {
            let frames = |many: u64| (0..many).map(move |at| (7, 250 + stride * at));
            assert_eq!(looks(frames(u64::from(ENOUGH))), Looks::Unclear);
            assert_eq!(looks(frames(u64::from(ENOUGH) + 1)), Looks::Sealed);
        }
    }

    #[test]
    fn loss_and_a_sender_that_begins_anew_look_sealed() {
        let with_gaps =
            (0..400).map(|at| (7, if at % 20 == 0 { at * 50 } else { at / 20 * 1000 + at % 20 }));
        assert_eq!(looks(with_gaps), Looks::Sealed);
        assert_eq!(looks((0..40).map(|at| (at / 20, at % 20))), Looks::Sealed);
    }

    #[test]
    fn frames_that_come_twice_look_sealed() {
        assert_eq!(looks((0..20).map(|at| (7, at / 2))), Looks::Sealed);
        assert_eq!(looks((0..10).map(|at| (7, at / 2))), Looks::Unclear);
    }

    #[test]
    fn noise_looks_clear() {
        // Sound in the clear: the first byte is the same for ever, the second one anything.
        let noise = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        assert_eq!(looks((0..10_000).map(|at| (7, noise(at)))), Looks::Clear);
        assert_eq!(looks((0..100).map(|at| (noise(at), at))), Looks::Clear);
        assert_eq!(looks((0..100).map(|_| (7, 0))), Looks::Clear);
    }

    #[test]
    fn few_frames_tell_nothing() {
        assert_eq!(looks([(1, 1)]), Looks::Unclear);
        assert_eq!(looks((0..u64::from(ENOUGH)).map(|at| (at, 0))), Looks::Unclear);
    }
}
