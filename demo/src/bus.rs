//! What server processes that share a room say to each other. They trust each other.
//!
//! There is one message for everything about presence, the [`Roster`]: what it lists is there, what
//! it no longer lists has left, and who sends none for 9 s has vanished with all it listed. So a
//! message that is lost does no harm for long.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{Claim, MemberId, MemberName, ServerId};
use crate::message::Payload;

/// What one process says to all others that have members in the room.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum BusMessage {
    /// Asks all for their rosters.
    Ask,
    /// Who sits here.
    Roster(Roster),
    /// Hands on what a member relays.
    Relay {
        /// Who relays it.
        from: MemberId,
        /// Nobody means everybody else.
        to: Option<MemberId>,
        /// Opaque.
        data: Payload,
    },
}

/// The members of one room that are connected to one process.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Roster {
    /// The process.
    pub server: ServerId,
    /// Its members.
    pub members: Vec<RosterEntry>,
}

/// A member in a [`Roster`].
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RosterEntry {
    /// Who.
    pub id: MemberId,
    /// What the member is called.
    pub name: MemberName,
    /// What entitles to the seat.
    pub claim: Claim,
    /// When the seat was taken.
    pub since: Since,
}

/// When a seat was taken: milliseconds since 1970, but always later than a seat that it replaces.
///
/// It decides between two processes that both have the seat, on each the same way: of two with one
/// claim the later one is where the member is now; of two with different claims the first stays.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Since(u64);

impl Since {
    /// Now, as the time since 1970.
    #[must_use]
    pub fn new(now: Duration) -> Self {
        Self(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }

    /// Now, but after `other`.
    #[must_use]
    pub fn after(now: Duration, other: Self) -> Self {
        Self::new(now).max(Self(other.0.saturating_add(1)))
    }
}

/// How often each process sends its rosters: as often as clients ping.
pub const ROSTER_INTERVAL: Duration = Duration::from_secs(2);

/// How long the first member of a room in this process waits for the rosters of the others. Between
/// data centres an answer takes 200 ms at most; who answers later is told as `joined`.
pub const ROLL_CALL: Duration = Duration::from_millis(250);
