//! What people see while it records.

use core::fmt::Display;
use std::io::{self, IsTerminal, Write as _};

/// Writes to the terminal: a line for each change, and below them how far it is. Elsewhere, the changes
/// alone.
#[derive(Debug)]
pub(crate) struct Progress {
    is_terminal: bool,
    /// How far it is, as it is shown now.
    shown: String,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { is_terminal: io::stdout().is_terminal(), shown: String::new() }
    }

    /// Tells of a change.
    pub(crate) fn say(&mut self, line: &impl Display) {
        if self.is_terminal {
            Self::write(&format!("{CLEAR}{line}\n{}", self.shown));
        } else {
            Self::write(&format!("{line}\n"));
        }
    }

    /// Tells how far it is.
    pub(crate) fn show(&mut self, status: &str) {
        if self.is_terminal {
            self.shown = status.chars().take(WIDTH).collect();
            Self::write(&format!("{CLEAR}{}", self.shown));
        }
    }

    /// Nothing is to be shown any more.
    pub(crate) fn end(&mut self) {
        if self.is_terminal && !self.shown.is_empty() {
            Self::write("\n");
        }
        self.shown.clear();
    }

    fn write(text: &str) {
        let mut output = io::stdout().lock();
        // A terminal that was closed is no reason to stop.
        let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    }
}

/// Returns how long something is, for people.
pub(crate) fn duration(seconds: u64) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}:{seconds:02}"),
        (hours, minutes) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Goes to the beginning of the line, and empties it.
const CLEAR: &str = "\r\x1b[2K";

/// Letters that every terminal has in a line: one that went over two could not be replaced.
const WIDTH: usize = 79;

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_as_people_write_them() {
        for (seconds, text) in [(0, "0:00"), (61, "1:01"), (3599, "59:59"), (36_061, "10:01:01")] {
            assert_eq!(duration(seconds), text);
        }
    }
}
