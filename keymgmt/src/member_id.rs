//! Who is in the room, by the application's names.

use alloc::sync::Arc;
use core::error::Error;
use core::fmt;

/// A participant's ID, unique in the room: 1 to 64 bytes of UTF-8.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MemberId(Arc<str>);

impl MemberId {
    /// Longest ID, in bytes. Project decision: a UUID or an e-mail address fits; it goes out with
    /// every message.
    pub const MAX_LEN: usize = 64;

    /// Checks and wraps an ID.
    ///
    /// # Errors
    ///
    /// [`MemberIdError`]: empty, or over 64 bytes.
    pub fn new(id: &str) -> Result<Self, MemberIdError> {
        if id.is_empty() || id.len() > Self::MAX_LEN {
            return Err(MemberIdError);
        }
        Ok(Self(Arc::from(id)))
    }

    /// Returns the ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Caller's mistake: a member ID is 1 to 64 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MemberIdError;

impl fmt::Display for MemberIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member ID is 1 to 64 bytes")
    }
}

impl Error for MemberIdError {}
