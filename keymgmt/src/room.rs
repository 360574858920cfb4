//! The room, by the application's name for it, and what is derived from the name.

use alloc::string::String;
use core::error::Error;
use core::fmt;

use sha2::{Digest, Sha256};

/// Name of a call, the same for all its members: 1 to 256 bytes of UTF-8. Bound into every key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Room(String);

impl Room {
    /// Longest name, in bytes. Project decision: a URL fits.
    pub const MAX_LEN: usize = 256;

    /// Checks and wraps a name.
    ///
    /// # Errors
    ///
    /// [`RoomError`]: empty, or over 256 bytes.
    pub fn new(name: &str) -> Result<Self, RoomError> {
        if name.is_empty() || name.len() > Self::MAX_LEN {
            return Err(RoomError);
        }
        Ok(Self(String::from(name)))
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What every message carries, so that one of another room is told from a damaged one.
    ///
    /// `SHA-256("frameseal/1 room" || name)`, the first 8 bytes: no secret in it, on purpose.
    pub(crate) fn tag(&self) -> RoomTag {
        let digest = Sha256::new().chain_update(TAG_LABEL).chain_update(&self.0).finalize();
        digest.first_chunk().copied().unwrap_or_default()
    }
}

/// First bytes of a digest of the room's name.
pub(crate) type RoomTag = [u8; 8];

/// Caller's mistake: a room's name is 1 to 256 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RoomError;

impl fmt::Display for RoomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a room's name is 1 to 256 bytes")
    }
}

impl Error for RoomError {}

const TAG_LABEL: &[u8] = b"frameseal/1 room";
