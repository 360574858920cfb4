//! Who can read a key file.

use core::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use age::secrecy::SecretString;
use zeroize::Zeroizing;

use super::hybrid::HybridIdentity;

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
        let mut keys = Vec::new();
        for (number, line) in (1_u64..).zip(lines.lines()) {
            let line = Zeroizing::new(line?);
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let key = private_key(text).ok_or_else(|| {
                let text = format!("line {number} is no private key of age");
                io::Error::new(io::ErrorKind::InvalidData, text)
            });
            keys.push(key?);
        }
        Ok(Self::PrivateKeys(keys))
    }
}

fn private_key(text: &str) -> Option<Box<dyn age::Identity + Send + Sync>> {
    if let Ok(key) = text.parse::<age::x25519::Identity>() {
        return Some(Box::new(key));
    }
    Some(Box::new(HybridIdentity::parse(text)?))
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase(..)",
            Self::PrivateKeys(_) => "PrivateKeys(..)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn private_keys_of_both_kinds_are_read() {
        let x25519 = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
        let hybrid =
            "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR";
        let file = format!("# created: today\n{x25519}\r\n\n{hybrid}");
        let Ok(Identity::PrivateKeys(keys)) = Identity::from_lines(file.as_bytes()) else {
            panic!()
        };
        assert_eq!(keys.len(), 2);

        let error = Identity::from_lines(&b"#\nhello\n"[..]).unwrap_err();
        assert_eq!(error.to_string(), "line 2 is no private key of age");
    }
}
