//! Why something was not done, with its cure.

use core::fmt;

use serde::Serialize;

use crate::limits::Limits;

/// Names a [`Refusal`] to programs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// Not a message of the protocol.
    Malformed,
    /// A message over the limit.
    TooLong,
    /// Messages over the limit.
    TooFast,
    /// A room over the limit.
    RoomFull,
    /// Rooms over the limit.
    TooManyRooms,
    /// Rooms of one address over the limit.
    TooManyOwnRooms,
    /// Joins over the limit.
    TooManyJoins,
    /// Connections over the limit.
    TooManyConnections,
    /// A page that may not.
    ForeignOrigin,
    /// The member's ID is somebody else's.
    MemberTaken,
    /// The one to relay to is not there.
    NoSuchMember,
    /// Not a word without a seat.
    NotJoined,
    /// The server goes.
    ServerStopping,
    /// Other server processes cannot be reached.
    BusUnavailable,
}

impl Code {
    /// Returns the code as clients see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLong => "too-long",
            Self::TooFast => "too-fast",
            Self::RoomFull => "room-full",
            Self::TooManyRooms => "too-many-rooms",
            Self::TooManyOwnRooms => "too-many-own-rooms",
            Self::TooManyJoins => "too-many-joins",
            Self::TooManyConnections => "too-many-connections",
            Self::ForeignOrigin => "foreign-origin",
            Self::MemberTaken => "member-taken",
            Self::NoSuchMember => "no-such-member",
            Self::NotJoined => "not-joined",
            Self::ServerStopping => "server-stopping",
            Self::BusUnavailable => "bus-unavailable",
        }
    }
}

/// Something that was not done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people: cause and cure.
    pub message: String,
    /// The connection ends with it.
    pub is_fatal: bool,
}

impl Refusal {
    /// Not a message of the protocol; `cause` repeats no value.
    #[must_use]
    pub fn malformed(cause: impl fmt::Display) -> Self {
        let cure = "send what docs/demo-server.md describes";
        Self::fatal(Code::Malformed, format!("message not understood: {cause}; {cure}"))
    }

    /// A message over the limit.
    #[must_use]
    pub fn too_long(limits: &Limits) -> Self {
        let most = limits.message_bytes;
        Self::fatal(
            Code::TooLong,
            format!("a message has over {most} bytes; send less, or files between members"),
        )
    }

    /// Messages over the limit.
    #[must_use]
    pub fn too_fast(limits: &Limits) -> Self {
        let most = limits.messages_per_second;
        Self::fatal(
            Code::TooFast,
            format!("over {most} messages per second; send fewer, and reconnect after a second"),
        )
    }

    pub(crate) fn room_full(limits: &Limits) -> Self {
        let most = limits.members;
        Self::fatal(
            Code::RoomFull,
            format!("the room has its {most} members; wait for one to leave, or make another room"),
        )
    }

    pub(crate) fn too_many_rooms(limits: &Limits) -> Self {
        let most = limits.rooms;
        Self::fatal(
            Code::TooManyRooms,
            format!("the server has its {most} rooms; try again when calls have ended"),
        )
    }

    pub(crate) fn too_many_own_rooms(limits: &Limits) -> Self {
        let most = limits.rooms_per_address;
        Self::fatal(
            Code::TooManyOwnRooms,
            format!("your address has made {most} rooms; try again when calls in them have ended"),
        )
    }

    pub(crate) fn too_many_joins(limits: &Limits) -> Self {
        let most = limits.joins_per_minute;
        Self::fatal(
            Code::TooManyJoins,
            format!("your address joins this room over {most} times a minute; try again in some"),
        )
    }

    pub(crate) fn too_many_connections(limits: &Limits) -> Self {
        let most = limits.connections_per_address;
        Self::fatal(
            Code::TooManyConnections,
            format!("your address has {most} connections, or the server all of its; close some"),
        )
    }

    pub(crate) fn foreign_origin() -> Self {
        Self::fatal(
            Code::ForeignOrigin,
            "this page is not the server's own; open that one, or start the server with \
             --allow-origin and this page's origin"
                .to_owned(),
        )
    }

    pub(crate) fn member_taken() -> Self {
        Self::fatal(
            Code::MemberTaken,
            "somebody with another token has this member ID; join with a new random ID".to_owned(),
        )
    }

    pub(crate) fn joined_already() -> Self {
        Self::malformed("this connection has joined already")
    }

    pub(crate) fn no_such_member() -> Self {
        Self::minor(
            Code::NoSuchMember,
            "who this was for is not in the room; wait for `joined`".to_owned(),
        )
    }

    pub(crate) fn not_joined() -> Self {
        Self::minor(
            Code::NotJoined,
            "this connection has no seat in a room; wait for `welcome` after `join`".to_owned(),
        )
    }

    /// A connection that does not join.
    #[must_use]
    pub fn never_joined() -> Self {
        Self { is_fatal: true, ..Self::not_joined() }
    }

    /// The server goes.
    #[must_use]
    pub fn server_stopping() -> Self {
        Self::fatal(
            Code::ServerStopping,
            "the server stops; media goes on, reconnect until it is back".to_owned(),
        )
    }

    pub(crate) fn no_bus_to_join() -> Self {
        Self { is_fatal: true, ..Self::no_bus_to_relay() }
    }

    pub(crate) fn no_bus_to_relay() -> Self {
        Self::minor(
            Code::BusUnavailable,
            "the server has lost the others that share its rooms; try again in a second".to_owned(),
        )
    }

    fn fatal(code: Code, message: String) -> Self {
        Self { code, message, is_fatal: true }
    }

    fn minor(code: Code, message: String) -> Self {
        Self { code, message, is_fatal: false }
    }
}
