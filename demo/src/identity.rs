//! What members and rooms are called, checked once where it comes in.

use core::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// A room's name as links have it: 1 to 64 characters of the base64url alphabet.
///
/// Whoever knows it can join, so that `Debug` shows the [`Topic`] only.
#[derive(Clone, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub struct RoomName(String);

impl RoomName {
    /// Returns what stands for the room wherever its name has no business.
    #[must_use]
    pub fn topic(&self) -> Topic {
        Topic(sha256(&[b"frameseal room ", self.0.as_bytes()]))
    }
}

impl fmt::Debug for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.topic().fmt(f)
    }
}

impl TryFrom<String> for RoomName {
    type Error = InvalidIdentity;

    fn try_from(name: String) -> Result<Self, InvalidIdentity> {
        let is_valid = (1..=64).contains(&name.len()) && name.bytes().all(is_base64url);
        if is_valid { Ok(Self(name)) } else { Err(InvalidIdentity::Room) }
    }
}

/// SHA-256 of a room's name: names the room in logs and on the bus.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Topic([u8; 32]);

impl fmt::Display for Topic {
    /// 64 hexadecimal digits, or as many of the first as the precision says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        f.write_str(digits.get(..f.precision().unwrap_or(64)).unwrap_or(&digits))
    }
}

impl fmt::Debug for Topic {
    /// 8 digits: enough to follow a room through a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:.8}")
    }
}

/// Names a member in its room: 16 random bytes in base64url, chosen by the member.
#[derive(Clone, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberId(String);

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberId(_)")
    }
}

impl TryFrom<String> for MemberId {
    type Error = InvalidIdentity;

    fn try_from(id: String) -> Result<Self, InvalidIdentity> {
        if is_16_bytes(&id) { Ok(Self(id)) } else { Err(InvalidIdentity::Member) }
    }
}

impl From<MemberId> for String {
    fn from(id: MemberId) -> Self {
        id.0
    }
}

/// What only the member knows: who shows it again gets the member's seat again.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Token(String);

impl Token {
    /// Returns the claim that this token gives on the seat of `member` in `room`.
    #[must_use]
    pub fn claim(&self, room: &RoomName, member: &MemberId) -> Claim {
        // All three have fixed alphabets without spaces, so that no two lists read the same.
        let parts = ["frameseal seat", &room.0, &member.0, &self.0];
        Claim(hexadecimal(&sha256(&[parts.join(" ").as_bytes()])))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(_)")
    }
}

impl TryFrom<String> for Token {
    type Error = InvalidIdentity;

    fn try_from(token: String) -> Result<Self, InvalidIdentity> {
        if is_16_bytes(&token) { Ok(Self(token)) } else { Err(InvalidIdentity::Token) }
    }
}

/// Hash of a [`Token`], by which processes know that it is the same without learning it.
///
/// Compared in plain time: a token has 128 random bits, and who could guess a prefix of its hash
/// would have to guess the token for it.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Claim(String);

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claim(_)")
    }
}

/// What a member wants to be called: 1 to 64 bytes that can be seen. Anybody may take any.
///
/// With invisible characters two names that differ would look the same, and with those that change
/// the direction of text, what stands beside a name would look different.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemberName(String);

impl fmt::Debug for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberName(_)")
    }
}

impl TryFrom<String> for MemberName {
    type Error = InvalidIdentity;

    fn try_from(name: String) -> Result<Self, InvalidIdentity> {
        if !(1..=64).contains(&name.len()) {
            return Err(InvalidIdentity::Name);
        }
        match name.chars().find(|character| is_invisible(*character)) {
            Some(character) => Err(InvalidIdentity::Invisible(character)),
            None => Ok(Self(name)),
        }
    }
}

impl From<MemberName> for String {
    fn from(name: MemberName) -> Self {
        name.0
    }
}

/// Which one of a `join` is not as it has to be; of the value, a character at most is repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidIdentity {
    /// The room.
    Room,
    /// The member's ID.
    Member,
    /// The member's token.
    Token,
    /// The member's name: its length.
    Name,
    /// The member's name: this is in it.
    Invisible(char),
}

impl fmt::Display for InvalidIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self {
            Self::Room => "a room has 1 to 64 of the characters A-Z a-z 0-9 _ -",
            Self::Member => "a member ID is 16 bytes in base64url: 22 characters",
            Self::Token => "a token is 16 bytes in base64url: 22 characters",
            Self::Name => "a name has 1 to 64 bytes",
            Self::Invisible(character) => {
                let code = u32::from(*character);
                return write!(f, "a name has nothing invisible in it; leave out U+{code:04X}");
            }
        };
        f.write_str(cause)
    }
}

impl core::error::Error for InvalidIdentity {}

/// One run of one server process, random: a client that comes back learns from it whether the
/// server still knows it.
#[derive(Clone, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct ServerId(String);

impl ServerId {
    /// Writes down 16 random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(hexadecimal(&random))
    }
}

impl fmt::Debug for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get(..8).unwrap_or(&self.0))
    }
}

fn is_16_bytes(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(is_base64url)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
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

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part));
    hash.finalize().into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn rooms_are_named_in_the_alphabet_of_links() {
        for name in ["a", "stand-up_1", &"x".repeat(64)] {
            assert!(RoomName::try_from(name.to_owned()).is_ok(), "{name}");
        }
        for name in ["", &"x".repeat(65), "a b", "a/b", "a.b", "é"] {
            assert_eq!(RoomName::try_from(name.to_owned()), Err(InvalidIdentity::Room), "{name}");
        }
    }

    #[test]
    fn names_are_short() {
        for name in ["Zoë", "שרה", "مريم", "🙂", &"x".repeat(64)] {
            assert!(MemberName::try_from(name.to_owned()).is_ok(), "{name}");
        }
        for name in ["", &"x".repeat(65)] {
            assert_eq!(MemberName::try_from(name.to_owned()), Err(InvalidIdentity::Name));
        }
    }

    #[test]
    fn names_have_nothing_that_cannot_be_seen() {
        let directions = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        let others = "\n\u{7f}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{feff}\u{e0041}";
        for character in directions.chain(others.chars()) {
            let error = InvalidIdentity::Invisible(character);
            assert_eq!(MemberName::try_from(format!("a{character}b")), Err(error));
        }
        let error = InvalidIdentity::Invisible('\u{202e}').to_string();
        assert!(error.contains("U+202E") && error.contains(';'), "{error}");
    }

    #[test]
    fn a_claim_belongs_to_one_token_one_member_and_one_room() {
        let text = |text: &str| text.to_owned();
        let claim = |room: &str, member: &str, token: &str| {
            let [room, member, token] = [room, member, token].map(text);
            Token::try_from(token)
                .unwrap()
                .claim(&RoomName::try_from(room).unwrap(), &MemberId::try_from(member).unwrap())
        };
        let other = "BAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(claim("r", ID, ID), claim("r", ID, ID));
        for different in [claim("s", ID, ID), claim("r", other, ID), claim("r", ID, other)] {
            assert_ne!(claim("r", ID, ID), different);
        }
    }

    #[test]
    fn debugging_shows_no_name_no_id_and_no_token() {
        let room = RoomName::try_from("the-room".to_owned()).unwrap();
        let member = MemberId::try_from(ID.to_owned()).unwrap();
        let token = Token::try_from(ID.to_owned()).unwrap();
        let claim = token.claim(&room, &member);
        let name = MemberName::try_from("Alice".to_owned()).unwrap();
        let shown = format!("{room:?} {member:?} {token:?} {claim:?} {name:?}");
        let topic = format!("{:.8}", room.topic());
        assert_eq!(shown, format!("{topic} MemberId(_) Token(_) Claim(_) MemberName(_)"));
    }
}
