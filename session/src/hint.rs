//! What a problem comes from, and what to do about it, for developers.

use frameseal_keymgmt::MessageError;
#[cfg(feature = "typescript")]
use {serde::Serialize, tsify::Tsify};

use crate::event::ProblemCode;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "these three are told apart")]
pub enum Severity {
    /// It happens in every call, and passes by itself.
    Info,
    /// Frames are lost, at worst through somebody's interference; nothing is exposed.
    Warning,
    /// Media does not flow until somebody acts.
    Error,
}

impl ProblemCode {
    /// Returns how bad it is, and a sentence of cause and one of cure. Methods are named as in the
    /// browser's API.
    #[must_use]
    pub fn hint(self) -> (Severity, &'static str) {
        let hint = HINTS.iter().find(|(code, ..)| *code == self);
        hint.map_or((Severity::Error, ""), |(_, severity, hint)| (*severity, hint))
    }
}

/// All problems that a session tells. Of `no-media`, the state has a hint of its own.
pub(crate) const HINTS: [(ProblemCode, Severity, &str); 13] = [
    (
        ProblemCode::AuthenticationFailed,
        Severity::Warning,
        "Frames are not what the named key sealed: keys differ, or somebody changed the frames. \
         Compare both sides’ cipher suites, and base keys if set by hand.",
    ),
    (
        ProblemCode::KeyExhausted,
        Severity::Error,
        "The send key has sealed as many frames as it safely may, so no more leave. Call rotate(), \
         or with manual keys setSendKey() with a new one.",
    ),
    (
        ProblemCode::MalformedFrame,
        Severity::Warning,
        "Frames could not be parsed as their codec: they are damaged, or the codec hint is wrong. \
         Check the codec option of protect().",
    ),
    (
        ProblemCode::MessageRejected,
        Severity::Warning,
        "A key message was of no use, and changed nothing. What to do depends on the reason.",
    ),
    (
        ProblemCode::MissingKey,
        Severity::Info,
        "Frames came before the key that they need, which is usual when somebody joins. If it \
         lasts, no-media tells why.",
    ),
    (
        ProblemCode::NoMedia,
        Severity::Error,
        "Nothing has played for 3 s, or members are there and nothing is attached. What to do \
         depends on the state.",
    ),
    (
        ProblemCode::NotSealed,
        Severity::Warning,
        "Frames arrive in the clear, or sealed by something else: the sender is not protected. \
         Make the connection there with frameseal.connection(), or attach() it.",
    ),
    (
        ProblemCode::RepeatedFrames,
        Severity::Warning,
        "Old frames, or the same ones, arrive again and again, and are not shown. Find out whether \
         the media server replays them, or one track is received very often.",
    ),
    (
        ProblemCode::RolledBack,
        Severity::Error,
        "An offer was rolled back, for which this browser removed the transform of a running \
         receiver; so its track was muted. Connect anew, or have the other side add the track \
         again, and negotiate with Negotiation, which never rolls back.",
    ),
    (
        ProblemCode::SlotConflict,
        Severity::Info,
        "Two members have the same slot, so their frames take longer to open. If the application \
         gives slots, give each only once; else one of the two takes another.",
    ),
    (
        ProblemCode::TransformNotRunning,
        Severity::Error,
        "Frames passed without being sealed or opened, because the browser ignores a transform \
         that comes too late; so the sender’s transceiver was stopped, or the receiver’s track \
         muted. Make the connection with frameseal.connection(), or add the track again and \
         negotiate.",
    ),
    (
        ProblemCode::UnsupportedCodec,
        Severity::Error,
        "There is no envelope for this codec, or the browser does not tell the codec, so frames \
         are dropped. Negotiate VP8, VP9, H.264, H.265 or AV1, or tell protect() the codec.",
    ),
    (
        ProblemCode::WrongSource,
        Severity::Warning,
        "Another member than the one asked for sends on this receiver, and is not let through. \
         Change the from option of protect() if the media server moved the members.",
    ),
];

/// How bad it is that a message was refused.
pub(crate) fn severity(refused: MessageError) -> Severity {
    if refused.is_harmless() { Severity::Info } else { Severity::Warning }
}

/// What to do about a message that was refused.
pub(crate) fn cure(refused: MessageError) -> &'static str {
    match refused {
        MessageError::Authentication => {
            "Give all members the same secret; once or twice after a reload it is normal."
        }
        MessageError::CipherSuites(_) => {
            "Give all members the same cipherSuite and audioCipherSuite."
        }
        MessageError::Misaddressed | MessageError::WrongSender => {
            "Pass the sender's ID to receive() exactly as the sender gave it, and deliver each \
         message only to the member named in its to."
        }
        MessageError::Namesake => "Give each page in the room a member ID of its own.",
        MessageError::OtherRoom => "Give all members of the call exactly the same room.",
        MessageError::Recording => "Give all members the same recording option.",
        MessageError::RejectedMember => "It keeps trying until you call memberLeft().",
        MessageError::TooSoon => {
            "Nothing is lost, unless two pages have one member ID: give each its own."
        }
        MessageError::UnknownMember => "Call memberJoined() for it; the message comes again.",
        MessageError::Version(_) => "Deploy one version of Frameseal for all members.",
        refused if refused.is_harmless() => "Nothing was lost.",
        _ => {
            "Check how the signalling encodes bytes: JSON takes [...data], and a text decoder \
             destroys them."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HINTS;

    #[test]
    fn the_documentation_says_of_every_problem_what_is_said_here() {
        let page = include_str!("../../docs/integration.md");
        for (_, severity, hint) in HINTS {
            let severity = format!("{severity:?}").to_lowercase();
            assert!(page.contains(&format!("| {severity} | {hint} |\n")), "{hint}");
        }
    }
}
