//! Key messages: what goes through the application's signalling, opaque to it.
//!
//! ```text
//! message = [ version, room, from, to / null, hello / null, sequence, sealed ]
//! hello   = [ [+ [algorithm, public key]], nonce, [cipher suite, that of audio], recording,
//!             credential ]
//! sealed  = AES-256-GCM(wrapping key, nonce = sequence, AAD = message before `sealed`, body)
//! body    = [ [* key], ack / null, wants, read, rival / null ]
//! key     = [ slot, epoch, base key ]
//! ```
//!
//! CBOR (RFC 8949) with definite lengths; `docs/protocol.md` has each field's type and vectors.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use frameseal_sframe::{CipherSuite, Suites};
use minicbor::decode::Decoder;
use zeroize::Zeroizing;

use crate::cbor;
use crate::epoch::Epoch;
use crate::key_pair::{EncodedPublicKey, Fingerprint, PublicKeyError};
use crate::limits::{MAX_CREDENTIAL_LEN, MAX_MESSAGE_LEN, MAX_OTHER_KEYS, MAX_OTHER_KEYS_LEN};
use crate::member_id::MemberId;
use crate::recording::Recording;
use crate::room::RoomTag;
use crate::wrapping_key::{TAG_LEN, WrappingKey};

/// A message as it came: not authenticated.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) room: RoomTag,
    pub(crate) from: &'a str,
    /// `None`: to all.
    pub(crate) to: Option<&'a str>,
    pub(crate) hello: Option<Hello>,
    pub(crate) sealed: Option<Sealed<'a>>,
}

/// How a member introduces itself; the same bytes to everybody, but for the nonce.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Hello {
    pub(crate) public_key: EncodedPublicKey,
    /// Public keys of algorithms that we do not know, with their numbers: a later version agrees by
    /// them, too. Wrapping keys are bound to them all the same.
    pub(crate) other_keys: Vec<(u64, Vec<u8>)>,
    /// Tells one association of two key pairs from the next.
    pub(crate) nonce: [u8; 16],
    /// IANA numbers of the cipher suites that frames are sealed with, and those of audio.
    pub(crate) suites: [u16; 2],
    /// Whether the member records, or may be recorded.
    pub(crate) recording: Recording,
    /// The application's own proof of who this is; empty if it has none.
    pub(crate) credential: Vec<u8>,
}

/// The part that only the holder of the wrapping key can read or have made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed<'a> {
    pub(crate) sequence: u64,
    aad: &'a [u8],
    text: &'a [u8],
}

/// What is sealed.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// All keys of the sender that the receiver may have: the one in use, and the next if there is.
    pub(crate) keys: Vec<WrappedKey>,
    /// Newest key of the receiver that the sender holds.
    pub(crate) ack: Option<Epoch>,
    pub(crate) wants: Wants,
    /// Sequence number of the last message of the receiver that the sender has read; 0: none.
    pub(crate) read: u64,
    /// Another member that has the receiver's slot.
    pub(crate) rival: Option<MemberId>,
}

/// What the sender waits for. Without it, two members would acknowledge each other without end, or
/// one of them wait in vain.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Wants {
    #[default]
    Nothing,
    /// That the receiver says which keys it has.
    Ack,
    /// The receiver's keys: frames come under one that is not here.
    Keys,
}

/// A base key on its way.
pub(crate) struct WrappedKey {
    pub(crate) slot: u16,
    pub(crate) epoch: Epoch,
    pub(crate) base_key: Zeroizing<Vec<u8>>,
}

impl<'a> Message<'a> {
    /// Takes a message apart. Fields are checked for form, not for meaning.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, MessageError> {
        if bytes.len() > MAX_MESSAGE_LEN {
            return Err(MessageError::TooLong);
        }
        let mut decoder = Decoder::new(bytes);
        let fields = array(&mut decoder)?;
        let version = decoder.u64()?;
        if version != VERSION {
            return Err(MessageError::Version(version));
        }
        if fields != MESSAGE_FIELDS {
            return Err(MessageError::Malformed);
        }
        let room = fixed(&mut decoder)?;
        let from = decoder.str()?;
        let to = optional(&mut decoder, |decoder| Ok(decoder.str()?))?;
        let hello = optional(&mut decoder, Hello::decode)?;
        let sequence = decoder.u64()?;
        let aad = bytes.get(..decoder.position()).ok_or(MessageError::Malformed)?;
        let text = decoder.bytes()?;
        if decoder.position() != bytes.len() {
            return Err(MessageError::Malformed);
        }
        let sealed = (!text.is_empty()).then_some(Sealed { sequence, aad, text });
        Ok(Self { room, from, to, hello, sealed })
    }

    /// Puts a message together, whose sealed part is `body` under `key`, if given: with a sequence
    /// number that this key has not seen.
    pub(crate) fn encode(
        room: RoomTag,
        from: &str,
        to: Option<&str>,
        hello: Option<&Hello>,
        sealed: Option<(&WrappingKey, u64, &Body)>,
    ) -> Vec<u8> {
        let sequence = sealed.map_or(0, |(_, sequence, _)| sequence);
        let mut message = cbor::encode(MAX_HEAD_LEN, |encoder| {
            encoder.array(MESSAGE_FIELDS)?.u64(VERSION)?.bytes(&room)?.str(from)?.encode(to)?;
            match hello {
                Some(hello) => hello.encode_to(encoder)?,
                None => encoder.null()?.ok()?,
            }
            encoder.u64(sequence)?.ok()
        });
        let text = sealed.map(|(key, sequence, body)| {
            let mut text = body.encode();
            key.seal(sequence, &message, &mut text);
            text
        });
        let text = text.as_ref().map_or(&[][..], |text| text.as_slice());
        message.extend(cbor::encode(text.len().saturating_add(9), |encoder| {
            encoder.bytes(text)?.ok()
        }));
        message
    }
}

impl Hello {
    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, MessageError> {
        if array(decoder)? != HELLO_FIELDS {
            return Err(MessageError::Malformed);
        }
        let (public_key, other_keys) = public_keys(decoder)?;
        let nonce = fixed(decoder)?;
        if array(decoder)? != SUITES {
            return Err(MessageError::Malformed);
        }
        let suites = [decoder.u16()?, decoder.u16()?];
        let recording = Recording::from_number(decoder.u8()?).ok_or(MessageError::Malformed)?;
        let credential = decoder.bytes()?;
        if credential.len() > MAX_CREDENTIAL_LEN {
            return Err(MessageError::TooLong);
        }
        let credential = credential.to_vec();
        Ok(Self { public_key, other_keys, nonce, suites, recording, credential })
    }

    /// Returns the fingerprint of the public key, which is not checked yet.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.public_key)
    }

    /// Whether the member says that it records.
    pub(crate) fn records(&self) -> bool {
        self.recording == Recording::Recorder
    }

    /// Whether these are the same keys in the same role, with the same credential.
    pub(crate) fn is_same_introduction(&self, other: &Self) -> bool {
        self.public_key == other.public_key
            && self.other_keys == other.other_keys
            && self.recording == other.recording
            && self.credential == other.credential
    }

    /// The one encoding of a hello, which wrapping keys are bound to.
    pub(crate) fn encode_to(
        &self,
        encoder: &mut minicbor::Encoder<Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<core::convert::Infallible>> {
        let Self { public_key, other_keys, nonce, suites: [main, audio], .. } = self;
        let keys = (other_keys.len() as u64).saturating_add(1);
        encoder.array(HELLO_FIELDS)?.array(keys)?;
        encoder.array(PUBLIC_KEY_FIELDS)?.u64(P256)?.bytes(public_key)?;
        for (algorithm, key) in other_keys {
            encoder.array(PUBLIC_KEY_FIELDS)?.u64(*algorithm)?.bytes(key)?;
        }
        encoder.bytes(nonce)?.array(SUITES)?.u16(*main)?.u16(*audio)?;
        encoder.u8(self.recording as u8)?.bytes(&self.credential)?.ok()
    }
}

impl Sealed<'_> {
    /// Opens the sealed part.
    pub(crate) fn open(&self, key: &WrappingKey) -> Result<Body, MessageError> {
        let Self { sequence, aad, text } = *self;
        let mut text = Zeroizing::new(text.to_vec());
        let len = key.open(sequence, aad, &mut text).ok_or(MessageError::Authentication)?;
        let body = text.get(..len).ok_or(MessageError::Malformed)?;
        Body::decode(body)
    }
}

impl Body {
    fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let mut decoder = Decoder::new(bytes);
        if array(&mut decoder)? != BODY_FIELDS {
            return Err(MessageError::Malformed);
        }
        let count = array(&mut decoder)?;
        if count > MAX_KEYS {
            return Err(MessageError::Malformed);
        }
        let keys =
            (0..count).map(|_| WrappedKey::decode(&mut decoder)).collect::<Result<_, _>>()?;
        let ack = optional(&mut decoder, |decoder| Ok(Epoch::new(decoder.u64()?)))?;
        let wants = match decoder.u8()? {
            0 => Wants::Nothing,
            1 => Wants::Ack,
            2 => Wants::Keys,
            _ => return Err(MessageError::Malformed),
        };
        let read = decoder.u64()?;
        let rival = optional(&mut decoder, |decoder| {
            MemberId::new(decoder.str()?).map_err(|_| MessageError::Malformed)
        })?;
        if decoder.position() != bytes.len() {
            return Err(MessageError::Malformed);
        }
        Ok(Self { keys, ack, wants, read, rival })
    }

    /// Encodes the body, and behind it room for the tag.
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let Self { keys, ack, wants, read, rival } = self;
        let mut bytes = Zeroizing::new(cbor::encode(MAX_BODY_LEN, |encoder| {
            encoder.array(BODY_FIELDS)?.array(keys.len() as u64)?;
            for WrappedKey { slot, epoch, base_key } in keys {
                encoder.array(KEY_FIELDS)?.u16(*slot)?.u64(epoch.get())?.bytes(base_key)?;
            }
            encoder.encode(ack.map(Epoch::get))?.u8(*wants as u8)?.u64(*read)?;
            encoder.encode(rival.as_ref().map(MemberId::as_str))?.ok()
        }));
        let len = bytes.len().saturating_add(TAG_LEN);
        bytes.resize(len, 0);
        bytes
    }
}

impl WrappedKey {
    fn decode(decoder: &mut Decoder<'_>) -> Result<Self, MessageError> {
        if array(decoder)? != KEY_FIELDS {
            return Err(MessageError::Malformed);
        }
        let (slot, epoch) = (decoder.u16()?, Epoch::new(decoder.u64()?));
        let base_key = Zeroizing::new(decoder.bytes()?.to_vec());
        if !BASE_KEY_LEN.contains(&base_key.len()) {
            return Err(MessageError::Malformed);
        }
        Ok(Self { slot, epoch, base_key })
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slot, epoch, base_key: _ } = self;
        f.debug_struct("WrappedKey")
            .field("slot", slot)
            .field("epoch", epoch)
            .finish_non_exhaustive()
    }
}

/// Why a message was of no use. Nothing changed, except that we may introduce ourselves again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum MessageError {
    /// The sealed part is not what a member of this room made for us: another secret, another key
    /// pair than we know, or a change on the way. Compare the rooms' secrets.
    Authentication,
    /// The member seals frames with these suites, the second of them audio; we with others. Use the
    /// same for all members.
    CipherSuites([u16; 2]),
    /// Too many messages wait; the sender tries again.
    InboxFull,
    /// Not a key message, or a damaged one.
    Malformed,
    /// For another member, or not from the one that signalling says it is from.
    Misaddressed,
    /// Of another room. Deliver each room's messages in that room only.
    OtherRoom,
    /// The public key in it is none that we can agree with.
    PublicKey(PublicKeyError),
    /// From somebody else with our ID: two pages of one member, or a lie. Each needs an ID of its own.
    Namesake,
    /// One side allows recordings, and the other does not. Set the same for all members.
    Recording,
    /// Our own message came back.
    Reflected,
    /// From a member whose credential the application rejected.
    RejectedMember,
    /// An earlier message again, or after a later one: what it said is known or outdated.
    Replayed,
    /// Longer than any key message.
    TooLong,
    /// The member introduces itself with another key again before the last time was dealt with.
    TooSoon,
    /// Nobody of this name is in the room, as far as the application told us: it should do so
    /// first.
    UnknownMember,
    /// Another version of the protocol. Use one version for all members.
    Version(u64),
    /// Signalling says that it is from us, and it is not: `from` must be who sent it.
    WrongSender,
}

impl MessageError {
    /// Whether nothing is lost by it: the signalling repeats and reorders messages, or brings us our own.
    #[must_use]
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::InboxFull | Self::Reflected | Self::Replayed | Self::TooSoon)
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authentication => "does not open: another secret, or changed on the way",
            Self::CipherSuites([main, audio]) => {
                let [main, audio] = [SuiteName(*main), SuiteName(*audio)];
                return write!(f, "member uses cipher suite {main}, and {audio} for audio");
            }
            Self::InboxFull => "too many messages wait",
            Self::Malformed => "not a key message",
            Self::Misaddressed => "not for us, or not from the member that brought it",
            Self::Namesake => "from another member of our name",
            Self::OtherRoom => "of another room",
            Self::PublicKey(error) => return error.fmt(f),
            Self::Recording => "one side allows recordings, the other does not",
            Self::Reflected => "our own message came back",
            Self::RejectedMember => "from a member that the application rejected",
            Self::Replayed => "repeated, or overtaken by a later message",
            Self::TooLong => "longer than a key message",
            Self::TooSoon => "another key of this member before the last was dealt with",
            Self::UnknownMember => "from a member that the application did not announce",
            Self::Version(version) => return write!(f, "version {version} of the protocol"),
            Self::WrongSender => "said to be from ourselves, and is not",
        })
    }
}

/// A number of IANA's, by its name if we know it.
struct SuiteName(u16);

impl fmt::Display for SuiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match CipherSuite::from_number(self.0) {
            Some(suite) => f.write_str(suite.name()),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Error for MessageError {}

impl From<minicbor::decode::Error> for MessageError {
    fn from(_: minicbor::decode::Error) -> Self {
        Self::Malformed
    }
}

impl From<PublicKeyError> for MessageError {
    fn from(error: PublicKeyError) -> Self {
        Self::PublicKey(error)
    }
}

/// The key of P-256, and those of other algorithms.
type PublicKeys = (EncodedPublicKey, Vec<(u64, Vec<u8>)>);

/// Reads the public keys of a hello: that of P-256 comes first, then any others by ascending number.
fn public_keys(decoder: &mut Decoder<'_>) -> Result<PublicKeys, MessageError> {
    let count = array(decoder)?;
    let mut keys = Vec::new();
    for _ in 0..count.min(MAX_PUBLIC_KEYS.saturating_add(1)) {
        if array(decoder)? != PUBLIC_KEY_FIELDS {
            return Err(MessageError::Malformed);
        }
        keys.push((decoder.u64()?, decoder.bytes()?));
    }
    let is_sorted = keys.is_sorted_by(|(before, _), (after, _)| before < after);
    let Some(((P256, public_key), others)) = keys.split_first().filter(|_| is_sorted) else {
        return Err(MessageError::Malformed);
    };
    let others_len: usize = others.iter().map(|(_, key)| key.len()).sum();
    if count > MAX_PUBLIC_KEYS || others_len > MAX_OTHER_KEYS_LEN {
        return Err(MessageError::TooLong);
    }
    let public_key = (*public_key).try_into().map_err(|_| match public_key {
        [0] => PublicKeyError::Infinity,
        _ => PublicKeyError::Format,
    })?;
    Ok((public_key, others.iter().map(|(number, key)| (*number, key.to_vec())).collect()))
}

/// The numbers of suites, as a hello has them.
pub(crate) fn suite_numbers(Suites { main, audio }: Suites) -> [u16; 2] {
    [main.number(), audio.number()]
}

/// Reads the head of an array of definite length.
fn array(decoder: &mut Decoder<'_>) -> Result<u64, MessageError> {
    decoder.array()?.ok_or(MessageError::Malformed)
}

/// Reads a byte string of one length.
fn fixed<const N: usize>(decoder: &mut Decoder<'_>) -> Result<[u8; N], MessageError> {
    decoder.bytes()?.try_into().map_err(|_| MessageError::Malformed)
}

/// Reads null, or else what `decode` reads.
fn optional<'a, T>(
    decoder: &mut Decoder<'a>,
    decode: impl FnOnce(&mut Decoder<'a>) -> Result<T, MessageError>,
) -> Result<Option<T>, MessageError> {
    if decoder.datatype()? == minicbor::data::Type::Null {
        decoder.null()?;
        return Ok(None);
    }
    decode(decoder).map(Some)
}

/// Changes when an old client could misread a message.
const VERSION: u64 = 1;

const MESSAGE_FIELDS: u64 = 7;
const HELLO_FIELDS: u64 = 5;
const PUBLIC_KEY_FIELDS: u64 = 2;
const SUITES: u64 = 2;
const BODY_FIELDS: u64 = 5;
const KEY_FIELDS: u64 = 3;

/// The number of P-256, whose public keys every hello has.
const P256: u64 = 1;

/// That one, and others.
const MAX_PUBLIC_KEYS: u64 = 1 + MAX_OTHER_KEYS as u64;

/// The key in use and the next one.
const MAX_KEYS: u64 = 2;

/// A fresh base key has 32 bytes, a ratcheted one the hash length of its suite (RFC 9605 section
/// 5.1), 32 or 64.
const BASE_KEY_LEN: core::ops::RangeInclusive<usize> = 32..=64;

/// Two keys of 64 bytes with their numbers take 158 bytes, the rest 87, the tag 16: room so that
/// the body does not move while it is written, and wiping it wipes all.
const MAX_BODY_LEN: usize = 320;

/// A guess that most messages fit in; there is no secret in it.
const MAX_HEAD_LEN: usize = 384;

#[cfg(test)]
mod tests;
