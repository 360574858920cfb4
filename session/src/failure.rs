//! Why a call is refused.

use core::error::Error;
use core::fmt::{self, Display};

use frameseal_sframe::OpenError;
#[cfg(feature = "typescript")]
use {serde::Serialize, tsify::Tsify};

/// Why a call was refused: the caller's mistake, or what came from elsewhere. Safe to log.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Failure {
    /// Tells failures apart in code.
    pub code: FailureCode,
    /// Cause and cure, for developers.
    pub message: String,
}

/// What a [`Failure`] is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "typescript", derive(Serialize, Tsify), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum FailureCode {
    /// Not what the named key sealed.
    AuthenticationFailed,
    /// An argument is out of range; the message names it.
    InvalidArgument,
    /// The key was given for the other direction already, or was replaced before.
    KeyReused,
    /// The key has sealed all that it may.
    KeyExhausted,
    /// No key for this yet.
    MissingKey,
    /// Not sealed data.
    NotSealed,
    /// A request of the other way of keys: manual or exchanged.
    Unsupported,
    /// Data of another member, or another stream, than the application expects.
    WrongSource,
}

impl Failure {
    pub(crate) fn new(code: FailureCode, message: &str) -> Self {
        Self { code, message: String::from(message) }
    }

    /// An argument is out of range.
    #[must_use]
    pub fn invalid_argument(name: &str) -> Self {
        Self { code: FailureCode::InvalidArgument, message: format!("{name} is out of range") }
    }

    /// What is wrong with an argument, as its own error says.
    #[must_use]
    pub fn refused(error: &impl Display) -> Self {
        Self::new(FailureCode::InvalidArgument, &error.to_string())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let code = match error {
            OpenError::UnknownKey(_) => FailureCode::MissingKey,
            OpenError::Header(_) | OpenError::Truncated | OpenError::WrongTrack => {
                FailureCode::NotSealed
            }
            _ => FailureCode::AuthenticationFailed,
        };
        Self { code, message: error.to_string() }
    }
}
