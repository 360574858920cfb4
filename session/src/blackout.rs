//! Why nothing plays although frames come.

use core::fmt;
use core::time::Duration;

use frameseal_keymgmt::rand_core::CryptoRng;
use frameseal_keymgmt::{KeyManager, MemberId, MemberState, MemberStatus, MessageError};
use frameseal_sframe::Timestamp;
#[cfg(feature = "typescript")]
use {serde::Serialize, tsify::Tsify};

use crate::event::ProblemCode;

/// How long nothing of a pipeline has opened.
#[derive(Debug, Default)]
pub(crate) struct Darkness {
    /// Since when; `None`: frames open, or none came.
    since: Option<Timestamp>,
    /// When to look into it next.
    next: Timestamp,
    told: Option<BlackoutState>,
}

impl Darkness {
    /// Notes a frame that did not open, or not yet; tells whether it is time to look into it.
    pub(crate) fn deepen(&mut self, now: Timestamp) -> bool {
        let since = *self.since.get_or_insert(now);
        let is_due = now.since(since) >= PATIENCE && now >= self.next;
        if is_due {
            self.next = now.after(INTERVAL);
        }
        is_due
    }

    /// Notes a frame that opened.
    pub(crate) fn lift(&mut self) {
        *self = Self::default();
    }

    /// Notes what it comes from; tells whether that is news.
    pub(crate) fn is_news(&mut self, state: BlackoutState) -> bool {
        self.told.replace(state) != Some(state)
    }

    pub(crate) fn is_deep(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| now.since(since) >= PATIENCE)
    }
}

/// Project decision: a key that is late comes within 2 s, or its frames are dropped.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is wrong may change, when a first mistake is mended.
const INTERVAL: Duration = Duration::from_secs(1);

/// Whether the session is used for anything: an application may have forgotten to attach its
/// connections.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Attachment {
    /// Nobody is there to talk to.
    #[default]
    Idle,
    /// Since this time, somebody is.
    Expected(Timestamp),
    /// There was a pipeline, or data; or it was told that there was none.
    Settled,
}

impl Attachment {
    /// Somebody is there to talk to.
    pub(crate) fn expect(&mut self, now: Timestamp) {
        if matches!(self, Self::Idle) {
            *self = Self::Expected(now);
        }
    }

    /// When the application is to hear of it.
    pub(crate) fn due_at(self) -> Option<Timestamp> {
        match self {
            Self::Expected(since) => Some(since.after(PATIENCE)),
            Self::Idle | Self::Settled => None,
        }
    }
}

/// What keeps picture or sound from playing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Blackout {
    pub(crate) state: BlackoutState,
    /// Whom it is about.
    pub(crate) member: Option<MemberId>,
    /// What was wrong with that member's messages.
    refused: Option<MessageError>,
}

/// How far frames, and the keys to them, have come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum BlackoutState {
    /// The roster is empty.
    NobodyAnnounced,
    /// Somebody speaks whom the roster lacks.
    NotAnnounced,
    /// A member was announced, and has not been heard.
    NothingReceived,
    /// A member was heard, and has not answered.
    NotAnswered,
    /// Its messages do not open.
    OtherSecret,
    /// Its messages are of another room.
    OtherRoom,
    /// It seals with other suites.
    OtherSuite,
    /// It speaks another version of the protocol.
    OtherVersion,
    /// Its messages are changed on the way.
    DamagedMessages,
    /// Messages come under a name that is not their sender's.
    WrongSender,
    /// Another page has our name.
    SameMember,
    /// The application rejected it.
    MemberRejected,
    /// All members are secured, and none has given the key that frames name.
    KeyMissing,
    /// The application has not set the key that frames name.
    KeyNotSet,
    /// Nobody sealed the frames.
    NotSealed,
    /// Frames are not what was sealed.
    NotAuthentic,
    /// Another member than the one that is expected sends.
    WrongSource,
    /// Frames of no codec that has an envelope.
    UnsupportedCodec,
    /// Members are secured, and there is no pipeline.
    NotAttached,
}

impl Blackout {
    /// Finds out why frames are dropped, by why the last one was.
    pub(crate) fn of_frames<R: CryptoRng>(
        code: ProblemCode,
        manager: Option<&KeyManager<R>>,
    ) -> Self {
        let state = match code {
            ProblemCode::NotSealed => BlackoutState::NotSealed,
            ProblemCode::WrongSource => BlackoutState::WrongSource,
            ProblemCode::UnsupportedCodec => BlackoutState::UnsupportedCodec,
            ProblemCode::MissingKey => {
                return manager.map_or_else(|| BlackoutState::KeyNotSet.into(), Self::of_keys);
            }
            _ => BlackoutState::NotAuthentic,
        };
        state.into()
    }

    /// Finds out why a key has not come: what was refused tells more than what did not come.
    fn of_keys<R: CryptoRng>(manager: &KeyManager<R>) -> Self {
        let stranger = manager.stranger().map(Self::of_stranger);
        let unheard = manager.members().filter_map(Self::of_member).min_by_key(Self::vagueness);
        let is_alone = manager.members().next().is_none();
        let nobody = is_alone.then(|| match manager.met_itself() {
            true => BlackoutState::SameMember.into(),
            false => BlackoutState::NobodyAnnounced.into(),
        });
        [stranger, unheard, nobody]
            .into_iter()
            .flatten()
            .min_by_key(Self::vagueness)
            .unwrap_or_else(|| BlackoutState::KeyMissing.into())
    }

    fn of_stranger((member, refused): &(MemberId, MessageError)) -> Self {
        Self { state: state_of(*refused), member: Some(member.clone()), refused: Some(*refused) }
    }

    fn of_member(MemberStatus { id, state, heard, .. }: MemberStatus) -> Option<Self> {
        let state = match (state, heard.refused) {
            (MemberState::Secured, _) => return None,
            (MemberState::Rejected, _) => BlackoutState::MemberRejected,
            (_, Some(refused)) => state_of(refused),
            (_, None) if heard.messages == 0 => BlackoutState::NothingReceived,
            (_, None) => BlackoutState::NotAnswered,
        };
        Some(Self { state, member: Some(id), refused: heard.refused })
    }

    /// What was refused comes first, and what did not come last.
    const fn vagueness(&self) -> u8 {
        match self.state {
            BlackoutState::NobodyAnnounced | BlackoutState::NothingReceived => 2,
            BlackoutState::NotAnswered | BlackoutState::NotAnnounced => 1,
            _ => 0,
        }
    }
}

impl From<BlackoutState> for Blackout {
    fn from(state: BlackoutState) -> Self {
        Self { state, member: None, refused: None }
    }
}

fn state_of(refused: MessageError) -> BlackoutState {
    match refused {
        MessageError::Authentication => BlackoutState::OtherSecret,
        MessageError::CipherSuites(_) => BlackoutState::OtherSuite,
        MessageError::Misaddressed | MessageError::WrongSender => BlackoutState::WrongSender,
        MessageError::Namesake => BlackoutState::SameMember,
        MessageError::OtherRoom => BlackoutState::OtherRoom,
        MessageError::RejectedMember => BlackoutState::MemberRejected,
        MessageError::UnknownMember => BlackoutState::NotAnnounced,
        MessageError::Version(_) => BlackoutState::OtherVersion,
        _ => BlackoutState::DamagedMessages,
    }
}

/// Sentences of cause and of cure, for developers.
impl fmt::Display for Blackout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((_, before, after)) = HINTS.iter().find(|(state, ..)| *state == self.state) else {
            return Ok(());
        };
        f.write_str(before)?;
        if !after.is_empty() {
            let member = self.member.as_ref().map_or("the member", MemberId::as_str);
            write!(f, "{member}{after}")?;
        }
        match self.refused {
            Some(refused) if self.state == BlackoutState::OtherSuite => write!(f, " ({refused})"),
            _ => Ok(()),
        }
    }
}

/// What to say before and behind the member's name, if there is a behind. Methods are named as in the
/// browser's API.
const HINTS: [(BlackoutState, &str, &str); 19] = [
    (
        BlackoutState::NobodyAnnounced,
        "Nobody was announced, so no keys are exchanged. Call memberJoined() for each member \
         that is in the room, those who came before you included.",
        "",
    ),
    (
        BlackoutState::NotAnnounced,
        "",
        " sends key messages, but was not announced. Call memberJoined() for it, with the ID that \
         it gave as member.",
    ),
    (
        BlackoutState::NothingReceived,
        "",
        " was announced, but no key message has come from it. Have the signalling give its \
         messages to receive(), and call memberJoined() for us on its side.",
    ),
    (
        BlackoutState::NotAnswered,
        "",
        " was heard, but does not answer what we send. Have the signalling deliver our message \
         events to it, too.",
    ),
    (
        BlackoutState::OtherSecret,
        "Key messages of ",
        " do not open: the secrets differ, or somebody is in the middle. Give all members the \
         same secret.",
    ),
    (
        BlackoutState::OtherRoom,
        "Key messages of ",
        " are of another room. Give all members of the call the same room, letter by letter.",
    ),
    (
        BlackoutState::OtherSuite,
        "",
        " seals with other cipher suites than we do. Give all members the same cipherSuite and \
         audioCipherSuite.",
    ),
    (
        BlackoutState::OtherVersion,
        "",
        " speaks another version of the protocol. Deploy one version of Frameseal for all \
         members.",
    ),
    (
        BlackoutState::DamagedMessages,
        "Key messages of ",
        " arrive damaged: receive() does not get the bytes that the message event gave. Check how \
         the signalling encodes them: JSON takes [...data], and a text decoder destroys them.",
    ),
    (
        BlackoutState::WrongSender,
        "Key messages come under the name ",
        ", which is not that of their sender. Give receive() the sender's ID as from, letter by \
         letter as it gave it as member, and deliver each message only to the member that to \
         names.",
    ),
    (
        BlackoutState::SameMember,
        "Another page in the room has our member ID. Give each page an ID of its own.",
        "",
    ),
    (
        BlackoutState::MemberRejected,
        "acceptMember() rejected ",
        ". memberLeft() and memberJoined() have it judged again.",
    ),
    (
        BlackoutState::KeyMissing,
        "All members are secured, but none has given the key that frames name. Call \
         memberJoined() for their sender, and find out whether key messages got lost.",
        "",
    ),
    (
        BlackoutState::KeyNotSet,
        "No key was added that frames name. Call addReceiveKey() with the keyId and the baseKey \
         that their sender gave to setSendKey().",
        "",
    ),
    (
        BlackoutState::NotSealed,
        "Frames arrive, but nobody sealed them: the other side is not protected. Make its \
         connection with frameseal.connection(), or attach() it, on that side.",
        "",
    ),
    (
        BlackoutState::NotAuthentic,
        "Frames arrive changed, or sealed with another key. Compare profile, cipher suites and \
         base keys of both sides, and turn off what rewrites media in the server.",
        "",
    ),
    (
        BlackoutState::WrongSource,
        "Another member than the one asked for sends on this receiver. Change the from option of \
         protect() if the media server moved the members.",
        "",
    ),
    (
        BlackoutState::UnsupportedCodec,
        "There is no envelope for this codec, or the browser does not tell the codec. Negotiate \
         VP8, VP9, H.264, H.265 or AV1, or tell protect() the codec.",
        "",
    ),
    (
        BlackoutState::NotAttached,
        "Members are secured, but no connection is attached. Make it with \
         frameseal.connection(), or attach() it. If the call begins later, all is well.",
        "",
    ),
];

#[cfg(test)]
mod tests {
    use super::{Blackout, BlackoutState, HINTS};
    use frameseal_keymgmt::MemberId;

    /// As the name leaves for TypeScript.
    fn name(state: BlackoutState) -> String {
        let mut name = String::new();
        for letter in format!("{state:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }

    #[test]
    fn the_documentation_says_of_every_state_what_is_said_here() {
        let page = include_str!("../../docs/troubleshooting.md");
        for (state, ..) in HINTS {
            let member = Some(MemberId::new("bob").expect("short"));
            let hint = Blackout { state, member, refused: None }.to_string();
            let row = format!("| `{}` | {hint} |", name(state));
            assert!(page.contains(&row), "{row}");
            assert!(hint.ends_with('.') && !hint.contains("  "), "{hint}");
        }
    }
}
