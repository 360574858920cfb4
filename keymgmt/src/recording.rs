//! Whether a room may be recorded, and who records it.

/// What a member says of recordings. Bound into every wrapping key, as part of its hello.
///
/// It binds who follows the protocol, and nobody else: any member can keep what it sees and hears without
/// saying so.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "another one would be another version of the protocol")]
pub enum Recording {
    /// Nobody records here. All members of the room have to say so: it is bound into the room's salt.
    Never = 0,
    /// A recorder gets our keys when our application has consented, and not before.
    #[default]
    ByConsent = 1,
    /// This member records. The others are told, and asked.
    Recorder = 2,
}

impl Recording {
    /// Returns what a hello says by this number.
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Never),
            1 => Some(Self::ByConsent),
            2 => Some(Self::Recorder),
            _ => None,
        }
    }

    /// Whether the room of a member that says this may have recorders.
    pub(crate) fn is_allowed(self) -> bool {
        self != Self::Never
    }
}

/// Whether the application of this member has consented to a recorder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a recorder has our keys, or has not")]
pub enum Consent {
    /// It has not consented, or does no more: the recorder gets no keys.
    Missing,
    /// It has consented: the recorder opens what we seal.
    Given,
}
