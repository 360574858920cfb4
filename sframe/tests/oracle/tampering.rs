//! Sealed frames, changed as someone says who does not have the key.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "an oracle panics where the property fails"
)]

use frameseal_sframe::{CipherSuite, Profile};

use super::envelope::CODECS;
use super::link::Link;

/// Whatever opens after it was changed opens to what was sealed: the change was none, or one that
/// networks are known to make.
///
/// `data` is a frame, edits, how many edits (one byte), and which codec and profile (one byte): the
/// frame comes first, so that a recorded one is where to start from.
pub(crate) fn what_opens_is_what_was_sealed(data: &[u8]) {
    let [rest @ .., edits, choice] = data else {
        return;
    };
    let edits_len = EDIT_LEN * usize::from(edits % 8);
    let Some(encoded_len) = rest.len().checked_sub(edits_len) else {
        return;
    };
    let (encoded, edits) = rest.split_at(encoded_len);
    let codec = CODECS[usize::from(choice & 7) % CODECS.len()];
    let profile = if choice & 16 == 0 { Profile::Frameseal1 } else { Profile::Rfc9605 };
    let mut link = Link::new(profile, CipherSuite::default());
    let Ok(mut sealed) = link.seal(codec, encoded) else {
        return;
    };
    let original = sealed.clone();
    tamper(&mut sealed, edits);

    match link.open(codec, &sealed) {
        Ok(opened) if sealed.is_empty() => assert!(opened.is_empty()),
        Ok(opened) => assert_eq!(opened, encoded, "{codec:?}"),
        Err(error) => {
            assert_ne!(sealed, original, "{codec:?}: {error}");
            assert_eq!(link.open(codec, &original), Ok(encoded), "{codec:?}");
        }
    }
}

/// Changes `frame` by `edits` of [`EDIT_LEN`] bytes: what to do, where (two bytes), with what.
pub(crate) fn tamper(frame: &mut Vec<u8>, edits: &[u8]) {
    for edit in edits.chunks_exact(EDIT_LEN) {
        let at = usize::from(u16::from_be_bytes([edit[1], edit[2]])) % (frame.len() + 1);
        let value = edit[3];
        let (before, after) = frame.split_at_mut(at);
        match (edit[0] % 6, after) {
            (0, [byte, ..]) => *byte ^= 1 << (value % 8),
            (1, [byte, ..]) => *byte = value,
            (2, after) => after.iter_mut().take(value.into()).for_each(|byte| *byte = value),
            (3, _) => frame.insert(at, value),
            (4, after) => {
                let end = at + after.len().min(value.into());
                frame.drain(at..end);
            }
            _ => {
                let len = before.len();
                frame.truncate(len);
            }
        }
    }
}

pub(crate) const EDIT_LEN: usize = 4;
