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
    /// When the last frame came.
    last: Timestamp,
    /// When to look into it next.
    next: Timestamp,
    told: Vec<BlackoutState>,
}

impl Darkness {
    /// Notes a frame that did not open, or not yet; tells whether it is time to look into it.
    pub(crate) fn deepen(&mut self, now: Timestamp) -> bool {
        // While nothing comes, there is nothing to be seen.
        if now.since(self.last) >= PATIENCE {
            self.lift();
        }
        self.last = now;
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
        let is_news = !self.told.contains(&state);
        if is_news {
            self.told.push(state);
        }
        is_news
    }

    pub(crate) fn is_deep(&self) -> bool {
        self.since.is_some_and(|since| self.last.since(since) >= PATIENCE)
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
    /// The roster has nobody but us.
    OnlyOurselves,
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
    /// Only one of its room and ours may be recorded.
    OtherRecording,
    /// It speaks another version of the protocol.
    OtherVersion,
    /// Its messages are changed on the way.
    DamagedMessages,
    /// Messages come under a name that is not their sender's.
    WrongSender,
    /// Another page has our name.
    SameMember,
    /// The application has not judged it yet.
    NotJudged,
    /// The application rejected it.
    MemberRejected,
    /// All members are secured, and none has given the key that frames name.
    KeyMissing,
    /// We record, and whoever seals the frames has not consented.
    NotConsented,
    /// The application has not set the key that frames name.
    KeyNotSet,
    /// The application has not set a key to seal with.
    NoSendKey,
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
    /// Finds out why frames are dropped, by why the last one was that told anything; `None`: it is not
    /// clear.
    pub(crate) fn of_frames<R: CryptoRng>(
        now: Timestamp,
        code: Option<ProblemCode>,
        manager: Option<&KeyManager<R>>,
    ) -> Option<Self> {
        let state = match code {
            Some(ProblemCode::NotSealed) => BlackoutState::NotSealed,
            Some(ProblemCode::WrongSource) => BlackoutState::WrongSource,
            Some(ProblemCode::UnsupportedCodec) => BlackoutState::UnsupportedCodec,
            Some(ProblemCode::MissingKey) | None => {
                let of_keys = manager.and_then(|manager| Self::of_keys(now, manager));
                let unknown = match manager {
                    Some(manager) if manager.records() => BlackoutState::NotConsented,
                    Some(_) => BlackoutState::KeyMissing,
                    None => BlackoutState::KeyNotSet,
                };
                return of_keys.or_else(|| code.map(|_| unknown.into()));
            }
            Some(_) => BlackoutState::NotAuthentic,
        };
        Some(state.into())
    }

    /// Finds out why a key has not come: what was refused tells more than what did not come.
    fn of_keys<R: CryptoRng>(now: Timestamp, manager: &KeyManager<R>) -> Option<Self> {
        let stranger = manager.stranger(now).map(Self::of_stranger);
        let unheard = manager.members().filter_map(Self::of_member).min_by_key(Self::vagueness);
        let is_alone = manager.members().next().is_none();
        let nobody = is_alone.then(|| match manager.met_itself() {
            true => BlackoutState::OnlyOurselves.into(),
            false => BlackoutState::NobodyAnnounced.into(),
        });
        [stranger, unheard, nobody].into_iter().flatten().min_by_key(Self::vagueness)
    }

    fn of_stranger((member, refused): (&MemberId, MessageError)) -> Self {
        Self { state: state_of(refused), member: Some(member.clone()), refused: Some(refused) }
    }

    fn of_member(status: MemberStatus) -> Option<Self> {
        let MemberStatus { id, state, heard, awaits_judgement, .. } = status;
        let state = match (state, heard.refused) {
            (MemberState::Secured, _) => return None,
            (MemberState::Rejected, _) => BlackoutState::MemberRejected,
            _ if awaits_judgement => BlackoutState::NotJudged,
            (_, Some(refused)) => state_of(refused),
            (_, None) if heard.messages == 0 => BlackoutState::NothingReceived,
            (_, None) => BlackoutState::NotAnswered,
        };
        Some(Self { state, member: Some(id), refused: heard.refused })
    }

    /// What was refused comes first, and what did not come last.
    const fn vagueness(&self) -> u8 {
        match self.state {
            BlackoutState::NobodyAnnounced
            | BlackoutState::OnlyOurselves
            | BlackoutState::NothingReceived => 2,
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

impl BlackoutState {
    /// The problem that frames are dropped for in this state.
    const fn code(self) -> ProblemCode {
        match self {
            Self::NotSealed => ProblemCode::NotSealed,
            Self::WrongSource => ProblemCode::WrongSource,
            Self::UnsupportedCodec => ProblemCode::UnsupportedCodec,
            Self::NotAuthentic => ProblemCode::AuthenticationFailed,
            _ => ProblemCode::NoMedia,
        }
    }
}

fn state_of(refused: MessageError) -> BlackoutState {
    match refused {
        MessageError::Authentication => BlackoutState::OtherSecret,
        MessageError::CipherSuites(_) => BlackoutState::OtherSuite,
        MessageError::Misaddressed | MessageError::WrongSender => BlackoutState::WrongSender,
        MessageError::Namesake => BlackoutState::SameMember,
        MessageError::OtherRoom => BlackoutState::OtherRoom,
        MessageError::Recording => BlackoutState::OtherRecording,
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
            return f.write_str(self.state.code().hint().1);
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

/// What to say before and behind the member's name, if there is a behind; the other states are those of
/// problems. Methods are named as in the browser's API.
const HINTS: [(BlackoutState, &str, &str); 20] = [
    (
        BlackoutState::NobodyAnnounced,
        "Nobody was announced, so no keys are exchanged. Call memberJoined() for each member in \
         the room, including those who were there before you.",
        "",
    ),
    (
        BlackoutState::OnlyOurselves,
        "The roster names nobody but us. If another page has our member ID, give each page an ID \
         of its own; else call memberJoined() for the others.",
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
        " was announced, but no key message has arrived from it. Make sure that the signalling \
         passes its messages to receive(), and call memberJoined() for this member on the other \
         side.",
    ),
    (
        BlackoutState::NotAnswered,
        "",
        " has sent key messages, but has not answered ours. Make sure that the signalling \
         delivers our message events to it.",
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
        " are of another room. Give all members of the call exactly the same room.",
    ),
    (
        BlackoutState::OtherSuite,
        "",
        " seals with other cipher suites than we do. Give all members the same cipherSuite and \
         audioCipherSuite.",
    ),
    (
        BlackoutState::OtherRecording,
        "The recording option of ",
        " does not go with ours. Set 'never' for all members, or 'recorder' for those who record \
         and 'by-consent' for the others.",
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
        "Key messages arrive under the name ",
        ", which is not their sender's. Pass the sender's ID to receive() exactly as the sender \
         gave it, and deliver each message only to the member named in its to.",
    ),
    (
        BlackoutState::SameMember,
        "Another page in the room has our member ID. Give each page an ID of its own.",
        "",
    ),
    (
        BlackoutState::NotJudged,
        "acceptMember() has not decided on ",
        " yet. Make sure that its promise resolves to true or false.",
    ),
    (
        BlackoutState::MemberRejected,
        "acceptMember() rejected ",
        ". memberLeft() and memberJoined() have it judged again.",
    ),
    (
        BlackoutState::KeyMissing,
        "All members are secured, but none has sent the key that the frames name. Call \
         memberJoined() for their sender, and check whether key messages were lost.",
        "",
    ),
    (
        BlackoutState::NotConsented,
        "This member records, and the sender of the frames has not consented. Its application \
         has to call consent().",
        "",
    ),
    (
        BlackoutState::KeyNotSet,
        "Frames name a key that was not added. Call addReceiveKey() with the keyId and baseKey \
         that their sender passed to setSendKey().",
        "",
    ),
    (
        BlackoutState::NoSendKey,
        "There is no key to seal with, so no frame leaves. Call setSendKey() first.",
        "",
    ),
    (
        BlackoutState::NotAttached,
        "Members are secured, but no connection is attached. Make it with \
         frameseal.connection(), or attach() it. If the call starts later, ignore this.",
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
        let others = [
            BlackoutState::NotSealed,
            BlackoutState::NotAuthentic,
            BlackoutState::WrongSource,
            BlackoutState::UnsupportedCodec,
        ];
        for state in HINTS.into_iter().map(|(state, ..)| state).chain(others) {
            let member = Some(MemberId::new("bob").expect("short"));
            let hint = Blackout { state, member, refused: None }.to_string();
            let row = format!("| `{}` | {hint} |", name(state));
            assert!(page.contains(&row), "{row}");
            assert!(hint.ends_with('.') && !hint.contains("  "), "{hint}");
        }
    }
}
