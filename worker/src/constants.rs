//! Numbers that both halves of the package must know: written once, here and in the crates below.
//!
//! `cargo xtask vectors` writes them to `worker/js/src/constants.ts`; a test fails when the two differ.

/// Send the output on in the frame's place.
pub(crate) const VERDICT_PASS: u8 = 0;
/// Send nothing.
pub(crate) const VERDICT_DROP: u8 = 1;
/// Keep the frame until a `retry` event.
pub(crate) const VERDICT_WAIT: u8 = 2;
/// Beside a verdict: `poll_event` has something.
pub(crate) const HAS_EVENTS: u8 = 4;
/// Beside a verdict: `work` has something to do.
pub(crate) const WANTS_WORK: u8 = 8;

/// Places in the ticket: address and length of what the last frame became.
pub(crate) const OUTPUT: usize = 0;
pub(crate) const OUTPUT_LENGTH: usize = 1;
/// Of a frame for WebCrypto: its number, whether it is to be sealed, and the number of its key.
pub(crate) const AEAD_FRAME: usize = 2;
pub(crate) const AEAD_SEALS: usize = 3;
pub(crate) const AEAD_KEY: usize = 4;
/// The address of the nonce with the associated data behind it, and the length of that.
pub(crate) const NONCE: usize = 5;
pub(crate) const AAD_LENGTH: usize = 6;
/// Address and length of the text with its tag.
pub(crate) const TEXT: usize = 7;
pub(crate) const TEXT_LENGTH: usize = 8;
pub(crate) const TICKET_LENGTH: usize = 9;

/// Length of a nonce in bytes: `Nn` of both AES-GCM suites.
pub(crate) const NONCE_LENGTH: usize = 12;

#[cfg(test)]
mod tests {
    use std::format;
    use std::path::Path;

    use super::*;

    #[test]
    fn typescript_has_the_same() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("js/src/constants.ts");
        let made = typescript();
        if std::env::var_os("FRAMESEAL_CONSTANTS").is_some() {
            std::fs::write(&file, made).unwrap();
        } else {
            assert_eq!(std::fs::read_to_string(&file).unwrap(), made, "cargo xtask vectors");
        }
    }

    /// Every constant with its name and what it is.
    fn typescript() -> String {
        let constants = [
            ("VERDICT_PASS", VERDICT_PASS.into(), "Send the output on in the frame's place."),
            ("VERDICT_DROP", VERDICT_DROP.into(), "Send nothing."),
            ("VERDICT_WAIT", VERDICT_WAIT.into(), "Keep the frame until a `retry` event."),
            ("VERDICT_MASK", 3, "The verdict, of what a call returns;"),
            ("HAS_EVENTS", HAS_EVENTS.into(), "beside it, whether there are events,"),
            ("WANTS_WORK", WANTS_WORK.into(), "and whether there is work."),
            ("OUTPUT", OUTPUT, "Places in the ticket, in units of 32 bits: of the last frame,"),
            ("OUTPUT_LENGTH", OUTPUT_LENGTH, "in bytes;"),
            ("AEAD_FRAME", AEAD_FRAME, "of a frame for WebCrypto its number,"),
            ("AEAD_SEALS", AEAD_SEALS, "whether it is to be sealed,"),
            ("AEAD_KEY", AEAD_KEY, "the number of its key,"),
            ("NONCE", NONCE, "the address of the nonce, with the associated data behind it,"),
            ("AAD_LENGTH", AAD_LENGTH, "the length of that,"),
            ("TEXT", TEXT, "and the text with its tag."),
            ("TEXT_LENGTH", TEXT_LENGTH, "In bytes."),
            ("TICKET_LENGTH", TICKET_LENGTH, "In units of 32 bits."),
            ("NONCE_LENGTH", NONCE_LENGTH, "`Nn` of both AES-GCM suites, in bytes."),
            ("MAX_DATA_LENGTH", frameseal::MAX_FRAME_LEN, "Of a frame, and of application data."),
            ("MEDIA_TRACKS", frameseal::MEDIA_TRACKS.into(), "Tracks of one member's media."),
            ("DATA_STREAMS", frameseal::DATA_STREAMS.into(), "Streams of one member's data."),
            ("MAX_ROOM_LENGTH", frameseal::Room::MAX_LEN, "In bytes of UTF-8, as the others:"),
            ("MAX_MEMBER_LENGTH", frameseal::MemberId::MAX_LEN, ""),
            ("MIN_SECRET_LENGTH", frameseal::Secret::MIN_RANDOM_LEN, ""),
            ("MIN_PASSPHRASE_LENGTH", frameseal::Secret::MIN_PASSPHRASE_LEN, ""),
            ("MAX_PASSPHRASE_LENGTH", frameseal::Secret::MAX_PASSPHRASE_LEN, ""),
            ("MAX_CREDENTIAL_LENGTH", frameseal::MAX_CREDENTIAL_LEN, "In bytes."),
        ];
        let lines = constants.map(|(name, value, meaning): (&str, usize, &str)| {
            let doc =
                if meaning.is_empty() { String::new() } else { format!("/** {meaning} */\n") };
            format!("{doc}export const {name} = {value};\n")
        });
        format!(
            "// Written by `cargo xtask vectors` from worker/src/constants.rs.\n\n{}",
            lines.concat()
        )
    }
}
