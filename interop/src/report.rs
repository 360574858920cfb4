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
    /// Whether it does worse with the same frames as their encoders made them.
    pub plain_fails: bool,
    /// Why it can't do better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excuse: Option<&'static str>,
    /// Why it ended early, sealed or plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

impl Row {
    /// Tells whether all went well, or it could not.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        let is_exact = self.exact == self.frames && self.wrong_kind == 0;
        let is_whole = is_exact && self.key_frames_missed == 0;
        is_whole || self.plain_fails || self.excuse.is_some()
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
        let note = plain_fails.or(row.excuse).unwrap_or_default();
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
