//! What a key manager is made of; fixed for its life.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::time::Duration;

use frameseal_sframe::Suites;

use crate::limits::MAX_CREDENTIAL_LEN;
use crate::member_id::MemberId;
use crate::recording::Recording;
use crate::room::Room;
use crate::secret::Secret;

/// What a key manager is made of.
///
/// # Examples
///
/// ```
/// use frameseal_keymgmt::{MemberId, Options, Room, Secret};
///
/// let options = Options {
///     secret: Secret::random(&[7; 32])?, // from behind the `#` of the invitation
///     slot: Some(3),
///     ..Options::new(Room::new("standup")?, MemberId::new("alice")?)
/// };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "to be made by `..Options::new()`")]
pub struct Options {
    /// The room; the same for all members.
    pub room: Room,
    /// This member, unique in the room.
    pub member: MemberId,
    /// What the members share and the signalling server does not know; by default nothing.
    pub secret: Secret,
    /// What frames are sealed with; the same for all members.
    pub suites: Suites,
    /// Whether the room may be recorded, and whether this member does; by default by consent, and not.
    pub recording: Recording,
    /// This member's number in the room, unique there; by default random. Small numbers make
    /// frames up to two bytes shorter.
    pub slot: Option<u16>,
    /// The application's own proof of who this is, at most 4 KiB; by default empty.
    pub credential: Vec<u8>,
    /// Whether the application judges each member's credential, at [`Event::Verify`], before the
    /// member gets any key; by default not.
    ///
    /// [`Event::Verify`]: crate::Event::Verify
    pub verify: bool,
    /// Age at which the key is replaced, a second or more; by default an hour.
    pub rotate_every: Duration,
}

impl Options {
    /// Takes the defaults.
    #[must_use]
    pub fn new(room: Room, member: MemberId) -> Self {
        Self {
            room,
            member,
            secret: Secret::none(),
            suites: Suites::default(),
            recording: Recording::default(),
            slot: None,
            credential: Vec::new(),
            verify: false,
            rotate_every: DEFAULT_ROTATE_EVERY,
        }
    }

    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        if self.credential.len() > MAX_CREDENTIAL_LEN {
            return Err(OptionsError::CredentialTooLong);
        }
        if self.rotate_every < MIN_ROTATE_EVERY {
            return Err(OptionsError::RotatesTooOften);
        }
        Ok(())
    }
}

/// Caller's mistake: an option is out of range.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OptionsError {
    /// A member joined already, and may have been told another credential.
    CredentialTooLate,
    /// The credential is over 4 KiB.
    CredentialTooLong,
    /// The key is to be replaced more often than once a second.
    RotatesTooOften,
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CredentialTooLate => "a member joined before the credential was set",
            Self::CredentialTooLong => "the credential is over 4 KiB",
            Self::RotatesTooOften => "keys rotate at most once a second",
        })
    }
}

impl Error for OptionsError {}

/// Project decision: what a stolen key opens is an hour, at the cost of a message per member.
const DEFAULT_ROTATE_EVERY: Duration = Duration::from_secs(3600);

/// Project decision: twice the time that a rotation may take.
const MIN_ROTATE_EVERY: Duration = Duration::from_secs(1);
