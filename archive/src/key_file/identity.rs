//! Who can read a key file.

use core::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use age::secrecy::SecretString;

/// What opens a key file.
pub(crate) enum Identity {
    Passphrase(SecretString),
    /// In the form of `age-keygen`.
    PrivateKeys(Vec<Box<dyn age::Identity + Send + Sync>>),
}

impl Identity {
    /// Reads the private keys in a file that `age-keygen` made.
    ///
    /// # Errors
    ///
    /// There is something else in it than private keys, or it cannot be read.
    pub(crate) fn from_file(path: &Path) -> io::Result<Self> {
        Self::from_lines(BufReader::new(File::open(path)?))
    }

    fn from_lines(lines: impl BufRead) -> io::Result<Self> {
        let keys = age::IdentityFile::from_buffer(lines)?;
        let keys = keys.into_identities().map_err(|_| io::Error::from(io::ErrorKind::InvalidData));
        Ok(Self::PrivateKeys(keys?))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase(..)",
            Self::PrivateKeys(_) => "PrivateKeys(..)",
        })
    }
}
