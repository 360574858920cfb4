//! What came from a member, of use or not.

use crate::message::MessageError;

/// A member's messages.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Heard {
    /// How many the signalling brought.
    pub messages: u32,
    /// What was wrong with the last one that was wrong, and not [harmless](MessageError::is_harmless).
    pub refused: Option<MessageError>,
}

impl Heard {
    /// Notes a message, and what was wrong with it.
    pub(crate) fn note(&mut self, refused: Option<MessageError>) {
        self.messages = self.messages.saturating_add(1);
        self.refused = refused.filter(|reason| !reason.is_harmless()).or(self.refused);
    }
}
