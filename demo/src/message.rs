//! The protocol of `/ws`: JSON texts, described in docs/demo-server.md. Unknown fields are ignored.

use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::{MemberId, MemberName, RoomName, ServerId, Token};
use crate::refusal::Code;

/// What a client says.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum ClientMessage {
    /// Takes a seat, or takes it again.
    Join(Join),
    /// Hands bytes to one member, or to all others.
    Relay {
        /// Nobody means everybody else.
        to: Option<MemberId>,
        /// Opaque.
        data: Payload,
        /// One more than that of the client's last one; the first is 1.
        #[serde(default)]
        seq: Option<u64>,
    },
    /// Gives up the seat.
    Leave,
    /// Says that the client is there.
    Ping {
        /// Number of the last `relay` that the client got.
        #[serde(default)]
        received: Option<u64>,
    },
}

/// A wish for a seat.
#[derive(Clone, Debug, Deserialize)]
pub struct Join {
    /// Where.
    pub room: RoomName,
    /// Who.
    pub member: MemberId,
    /// What proves, at the next time, that it is the same member.
    pub token: Token,
    /// What the others see.
    pub name: MemberName,
    /// Number of the last `relay` that the client got; 0 at first. Without it, what was sent counts
    /// as received.
    #[serde(default)]
    pub received: Option<u64>,
}

/// What the server says.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum ServerMessage {
    /// The seat is taken.
    Welcome {
        /// What is the same for all.
        #[serde(flatten)]
        greeting: Arc<Greeting>,
        /// `RTCIceServer` dictionaries, with this member's own credentials.
        #[serde(rename = "iceServers")]
        ice_servers: Vec<Value>,
        /// The others.
        members: Vec<MemberCard>,
        /// The seat was still there; else the others may have heard `left`.
        resumed: bool,
        /// Number of the last `relay` that the server got from this seat.
        received: u64,
    },
    /// Somebody is new.
    Joined {
        /// Who.
        member: MemberCard,
    },
    /// Somebody went, or was not heard of for too long.
    Left {
        /// Who.
        member: MemberId,
    },
    /// What a member relayed.
    Relay {
        /// Who relayed it, as far as the server knows.
        from: MemberId,
        /// Opaque.
        data: Payload,
        /// One more than that of the last one that this member was sent; the first is 1.
        seq: u64,
    },
    /// Answers `ping`.
    Pong {
        /// Number of the last `relay` that the server got from this seat.
        received: u64,
    },
    /// Something was not done.
    Error {
        /// For programs.
        code: Code,
        /// For people: cause and cure.
        message: String,
    },
}

/// A member as the others see it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MemberCard {
    /// Who.
    pub id: MemberId,
    /// Chosen by the member.
    pub name: MemberName,
}

/// What every `welcome` says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Greeting {
    /// This run of this process.
    pub server: ServerId,
    /// Which media server `/sfu` leads to, if any.
    pub sfu: Option<&'static str>,
    /// What a client has to keep.
    pub limits: PublicLimits,
}

/// The limits that clients have to know.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicLimits {
    /// Most bytes of one message.
    pub message_bytes: usize,
    /// Most messages per second, in the long run.
    pub messages_per_second: u32,
    /// Most members of a room.
    pub members: usize,
}

/// What members say to each other: base64, which the server neither decodes nor shows.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Payload(Arc<str>);

impl Payload {
    /// Returns how many bytes it takes here.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<&str> for Payload {
    fn from(data: &str) -> Self {
        Self(data.into())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} B)", self.len())
    }
}
