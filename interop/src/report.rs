//! What came of it: `target/e2e/servers.json`.

use anyhow::Result;
use frameseal_sframe::FrameKind;
use serde::Serialize;

use crate::frame::Frame;
use crate::stream::{Stream, is_same, is_wrong};

/// One way through one program, for frames of one codec.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "the rows of a report")]
pub struct Row {
    /// Which program, and how it was used.
    pub software: String,
    /// Of the program.
    pub version: String,
    /// Of the frames.
    pub codec: &'static str,
    /// How often it took frames apart and put them together; 0: it only looked at them.
    pub hops: u32,
    /// Sealed frames that were sent.
    pub frames: usize,
    /// Of these, frames that opened bit for bit. If it only looks: those of which it says the same as
    /// of the plain frame.
    pub exact: usize,
    /// Frames that it told to be of another kind than they are.
    pub wrong_kind: usize,
    /// Key frames that it did not take for such.
    pub key_frames_missed: usize,
    /// Whether it fails with the same frames as their encoders made them, too, and no less.
    pub plain_fails: bool,
    /// What it cannot do with sealed frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excuse: Option<Excuse>,
    /// Why it ended early, sealed or plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

impl Row {
    /// Tells whether all went well, or it could not.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        let is_exact = self.exact == self.frames;
        let is_right = self.wrong_kind == 0 && self.key_frames_missed == 0;
        let is_excused = match self.excuse {
            Some(Excuse::TellsNoKind) => is_exact,
            Some(Excuse::DropsFrames) => true,
            None => false,
        };
        (is_exact && is_right) || self.plain_fails || is_excused
    }
}

/// What a program cannot do with sealed frames, because it wants a whole frame header.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a column of the report")]
pub enum Excuse {
    /// It drops them.
    DropsFrames,
    /// It hands them on, and tells all of them to be of one kind.
    TellsNoKind,
}

impl Excuse {
    const fn text(self) -> &'static str {
        match self {
            Self::DropsFrames => "wants a whole frame header, and drops frames",
            Self::TellsNoKind => "wants a whole frame header, and tells no kind",
        }
    }
}

/// What a program made of a stream.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the three things that are counted")]
pub struct Tally {
    /// As in [`Row`].
    pub exact: usize,
    /// As in [`Row`].
    pub wrong_kind: usize,
    /// As in [`Row`].
    pub key_frames_missed: usize,
}

impl Tally {
    /// Tells whether everything came as it was.
    #[must_use]
    pub const fn is_whole(&self, frames: usize) -> bool {
        self.exact == frames && self.wrong_kind == 0 && self.key_frames_missed == 0
    }

    /// Tells whether nothing is worse than in another tally.
    #[must_use]
    pub const fn is_as_good_as(&self, other: &Self) -> bool {
        self.exact >= other.exact
            && self.wrong_kind <= other.wrong_kind
            && self.key_frames_missed <= other.key_frames_missed
    }

    /// Counts sealed frames that came.
    #[must_use]
    pub fn of_sealed(stream: &Stream, came: &[Frame]) -> Self {
        let opened = came.iter().map(|frame| (frame, stream.open(&frame.bytes)));
        Self::of(stream, opened)
    }

    /// Counts plain frames that came, in their order.
    #[must_use]
    pub fn of_plain(stream: &Stream, came: &[Frame]) -> Self {
        let mut next = 0_usize;
        let found = came.iter().map(|frame| {
            let rest = stream.plain.frames.iter().enumerate().skip(next).take(LOST_AT_ONCE);
            let codec = stream.codec.codec;
            let found = rest
                .filter(|(_, sent)| is_same(codec, &sent.bytes, &frame.bytes))
                .map(|(number, _)| number)
                .next();
            next = found.map_or(next, |number| number.saturating_add(1));
            (frame, found)
        });
        Self::of(stream, found)
    }

    fn of<'a>(stream: &Stream, came: impl Iterator<Item = (&'a Frame, Option<usize>)>) -> Self {
        let mut tally = Self::default();
        let mut seen = vec![false; stream.plain.frames.len()];
        for (frame, number) in came {
            let Some((number, is_seen)) =
                number.and_then(|number| Some((number, seen.get_mut(number)?)))
            else {
                continue;
            };
            if core::mem::replace(is_seen, true) {
                continue;
            }
            let is = stream.plain.frames.get(number).and_then(|frame| frame.kind);
            let is_wrong = is_wrong(frame.kind, is);
            let is_missed = is_wrong && is == Some(FrameKind::Key);
            tally.exact = tally.exact.saturating_add(1);
            tally.wrong_kind = tally.wrong_kind.saturating_add(is_wrong.into());
            tally.key_frames_missed = tally.key_frames_missed.saturating_add(is_missed.into());
        }
        tally
    }
}

/// Prints the rows as a table of Markdown.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let mut table = String::from(
        "| software | version | codec | hops | frames | exact | wrong kind | key frames missed | |\n\
         |---|---|---|---:|---:|---:|---:|---:|---|\n",
    );
    for row in rows {
        let plain_fails = row.plain_fails.then_some("fails with plain frames, too");
        let note = plain_fails.or_else(|| row.excuse.map(Excuse::text)).unwrap_or_default();
        table.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {note} |\n",
            row.software,
            row.version,
            row.codec,
            row.hops,
            row.frames,
            row.exact,
            row.wrong_kind,
            row.key_frames_missed,
        ));
    }
    table
}

/// Writes the report.
pub fn json(rows: &[Row]) -> Result<String> {
    Ok(serde_json::to_string_pretty(rows)?)
}

/// Frames that a program may lose in a row before what comes later is taken for something else.
const LOST_AT_ONCE: usize = 400;

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use frameseal_sframe::FrameKind;

    use super::{Excuse, Row, Tally};
    use crate::stream::{CODECS, Stream};

    fn streams() -> impl Iterator<Item = Stream> {
        CODECS.into_iter().map(|codec| Stream::new(codec, 40, &mut Rng::with_seed(1)).unwrap())
    }

    #[test]
    fn what_comes_as_it_was_is_exact() {
        for stream in streams() {
            assert!(Tally::of_sealed(&stream, &stream.sealed.frames).is_whole(40));
            assert!(Tally::of_plain(&stream, &stream.plain.frames).is_whole(40));
        }
    }

    #[test]
    fn what_is_damaged_lost_or_repeated_is_not() {
        for stream in streams() {
            let mut came = stream.sealed.frames.clone();
            let middle = came[3].bytes.len() / 2;
            came[3].bytes[middle] ^= 1;
            came[7] = came[8].clone();
            came.pop();
            assert_eq!(Tally::of_sealed(&stream, &came).exact, 37, "{}", stream.codec.name);
        }
    }

    #[test]
    fn a_wrong_kind_is_noticed() {
        for stream in streams().filter(|stream| stream.codec.name != "opus") {
            let mut came = stream.sealed.frames.clone();
            came.iter_mut().for_each(|frame| frame.kind = Some(FrameKind::Delta));
            let tally = Tally::of_sealed(&stream, &came);
            assert!(tally.wrong_kind > 0 && tally.wrong_kind == tally.key_frames_missed);
        }
    }

    #[test]
    fn an_excuse_covers_what_it_names_alone() {
        let row = Row {
            software: String::new(),
            version: String::new(),
            codec: "av1",
            hops: 1,
            frames: 9,
            exact: 9,
            wrong_kind: 1,
            key_frames_missed: 1,
            plain_fails: false,
            excuse: Some(Excuse::TellsNoKind),
            said: None,
        };
        assert!(row.is_good());
        assert!(!Row { exact: 8, ..row.clone() }.is_good());
        assert!(!Row { excuse: None, ..row.clone() }.is_good());
        assert!(Row { exact: 8, excuse: Some(Excuse::DropsFrames), ..row }.is_good());
    }
}
