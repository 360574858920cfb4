//! What people and files are called.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Writes out what is invisible in a name that a server told, such as `[U+202E]`: a terminal would obey
/// it, and two names that differ would look the same.
pub(crate) fn visible(name: &str) -> String {
    let mut visible = String::with_capacity(name.len());
    for character in name.chars() {
        if is_invisible(character) {
            visible.push_str(&format!("[U+{:04X}]", u32::from(character)));
        } else {
            visible.push(character);
        }
    }
    visible
}

/// Makes a part of a file's name of anybody's name: letters, digits, `-` and `_`, the same on every
/// file system.
pub(crate) fn safe(name: &str) -> String {
    let mut safe = String::new();
    for character in name.chars() {
        let is_kept = character.is_alphanumeric() || character == '_';
        let character = if is_kept { character } else { '-' };
        if character == '-' && (safe.is_empty() || safe.ends_with('-')) {
            continue;
        }
        if safe.len().saturating_add(character.len_utf8()) > MAX_LEN {
            break;
        }
        safe.push(character);
    }
    let safe = safe.trim_end_matches('-');
    if safe.is_empty() { String::from("somebody") } else { safe.to_owned() }
}

/// What people call a track: docs/protocol.md, "Body".
pub(crate) fn of_track(track: u8) -> String {
    match track {
        0 => String::from("microphone"),
        1 => String::from("camera"),
        2 => String::from("screen"),
        3 => String::from("screen-sound"),
        other => format!("track-{other}"),
    }
}

fn is_invisible(character: char) -> bool {
    matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// In bytes: a track, a number and an extension are added, and file systems take 255.
const MAX_LEN: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MAX_LEN, safe, visible};

    proptest! {
        #[test]
        fn a_safe_name_is_one_plain_part_of_a_path(name in ".*") {
            let safe = safe(&name);
            prop_assert!((1..=MAX_LEN).contains(&safe.len()));
            let is_plain = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
            prop_assert!(safe.chars().all(is_plain), "{}", safe);
            prop_assert!(!safe.starts_with('-'), "{}", safe);
        }

        #[test]
        fn nothing_in_a_visible_name_moves_a_cursor(name in any::<String>()) {
            prop_assert!(!visible(&name).chars().any(|letter| letter.is_control()));
        }
    }

    #[test]
    fn names_stay_readable() {
        assert_eq!(safe("Jörg Müller"), "Jörg-Müller");
        assert_eq!(safe("../../etc/passwd"), "etc-passwd");
        assert_eq!(safe("..."), "somebody");
        assert_eq!(safe("-rf"), "rf");
        assert_eq!(visible("Ben"), "Ben");
        assert_eq!(visible("a\u{202e}b\x1b[2J"), "a[U+202E]b[U+001B][2J");
    }
}
