//! Whom a key file is for.

use core::fmt;
use core::str::FromStr;

use age::secrecy::SecretString;

use super::hybrid::HybridRecipient;

/// Who shall be able to read a key file.
#[derive(Debug)]
pub(crate) enum Recipient {
    /// The owner of the private key.
    PublicKey(PublicKey),
    /// Who knows this.
    Passphrase(SecretString),
}

/// A public key of `age`.
#[derive(Clone, Debug)]
pub(crate) enum PublicKey {
    /// `age1…`
    X25519(age::x25519::Recipient),
    /// `age1pq1…`: ML-KEM-768 and X25519, so that no quantum computer reads the file later.
    Hybrid(Box<HybridRecipient>),
}

impl PublicKey {
    pub(super) fn to_age(&self) -> Box<dyn age::Recipient + Send + Sync> {
        match self {
            Self::X25519(key) => Box::new(key.clone()),
            Self::Hybrid(key) => key.clone(),
        }
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        text.parse()
            .map(Self::X25519)
            .or_else(|_| text.parse().map(|key| Self::Hybrid(Box::new(key))))
    }
}

/// Not a public key of `age`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct PublicKeyError;

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a public key of age: these begin with age1; age-keygen -pq makes one")
    }
}

impl core::error::Error for PublicKeyError {}
