//! What the members of a room share and its signalling server does not know.

use core::error::Error;
use core::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cbor;
use crate::recording::Recording;
use crate::room::Room;

/// A secret of the room, mixed into every wrapping key.
///
/// With one, a signalling server that swaps public keys gets nothing. Wiped on drop.
pub struct Secret(Zeroizing<[u8; SECRET_LEN]>);

impl Secret {
    /// Shortest random secret, in bytes: 128 bits, if every byte is random.
    pub const MIN_RANDOM_LEN: usize = 16;

    /// Shortest passphrase, in bytes. Project decision: a shorter one is guessed within hours.
    pub const MIN_PASSPHRASE_LEN: usize = 8;

    /// Longest passphrase, in bytes. Project decision: a longer one is a mistake, for example a whole
    /// file.
    pub const MAX_PASSPHRASE_LEN: usize = 1024;

    /// No secret: safety numbers, or credentials, are then all that tells a member from a server
    /// in the middle.
    #[must_use]
    pub fn none() -> Self {
        Self(Zeroizing::new([0; SECRET_LEN]))
    }

    /// A random secret, for example from an invitation link: at least 16 bytes from a secure
    /// generator.
    ///
    /// `SHA-256("frameseal/1 random secret" || bytes)`.
    ///
    /// # Errors
    ///
    /// [`SecretError`]: under 16 bytes can't hold 128 bits.
    pub fn random(bytes: &[u8]) -> Result<Self, SecretError> {
        if bytes.len() < Self::MIN_RANDOM_LEN {
            return Err(SecretError);
        }
        let digest = Sha256::new().chain_update(RANDOM_LABEL).chain_update(bytes).finalize();
        Ok(Self(Zeroizing::new(digest.into())))
    }

    /// A passphrase that people can remember, stretched: takes about half a second and 64 MiB.
    ///
    /// `Argon2id(passphrase, salt = SHA-256("frameseal/1 passphrase" || room), t = 3, m = 64 MiB,
    /// p = 4)`, 32 bytes: RFC 9106 section 4, second recommended option. Whoever is in the middle
    /// of one exchange can go on guessing alone, so this buys time for a passphrase of five random
    /// words, not for a weak one.
    ///
    /// The bytes are taken as they are. Keyboards differ in how they compose a letter, so bring what
    /// a person typed into Unicode's form NFC first, as the npm package does.
    ///
    /// # Errors
    ///
    /// [`SecretError`]: the passphrase is under 8 bytes, or over 1024.
    pub fn passphrase(room: &Room, passphrase: &str) -> Result<Self, SecretError> {
        let len = Self::MIN_PASSPHRASE_LEN..=Self::MAX_PASSPHRASE_LEN;
        if !len.contains(&passphrase.len()) {
            return Err(SecretError);
        }
        let salt = Sha256::new().chain_update(PASSPHRASE_LABEL).chain_update(room.as_str());
        let mut stretched = Zeroizing::new([0; SECRET_LEN]);
        Params::new(MEMORY_KIB, PASSES, LANES, None)
            .and_then(|params| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                    passphrase.as_bytes(),
                    &salt.finalize(),
                    &mut *stretched,
                )
            })
            .map_err(|_| SecretError)?;
        Ok(Self(stretched))
    }

    /// Tells whether there is a secret.
    pub(crate) fn is_some(&self) -> bool {
        self.0.iter().any(|byte| *byte != 0)
    }

    /// Returns the HKDF salt of the room's wrapping keys:
    /// `SHA-256(CBOR([room name, secret: 32 bytes, all 0 for none, may be recorded: bool]))`.
    pub(crate) fn salt(&self, room: &Room, recording: Recording) -> Zeroizing<[u8; SECRET_LEN]> {
        let input = Zeroizing::new(cbor::encode(SALT_INPUT_LEN, |encoder| {
            let encoder = encoder.array(3)?.str(room.as_str())?.bytes(&*self.0)?;
            encoder.bool(recording.is_allowed())?.ok()
        }));
        Zeroizing::new(Sha256::digest(&*input).into())
    }

    #[cfg(test)]
    pub(crate) fn expose_secret(&self) -> &[u8; SECRET_LEN] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        f.debug_tuple("Secret").finish_non_exhaustive()
    }
}

/// Caller's mistake: random secrets have at least 16 bytes, passphrases 8 to 1024.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SecretError;

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a random secret has at least 16 bytes, a passphrase 8 to 1024")
    }
}

impl Error for SecretError {}

const SECRET_LEN: usize = 32;

/// RFC 9106 section 4, second recommended option.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

const RANDOM_LABEL: &[u8] = b"frameseal/1 random secret";
const PASSPHRASE_LABEL: &[u8] = b"frameseal/1 passphrase";

/// Longest room name, secret and CBOR heads; wiped memory must not move.
const SALT_INPUT_LEN: usize = 320;

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::Secret;
    use crate::room::Room;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn debug_never_prints_the_secret() {
        assert_eq!(format!("{:?}", Secret::random(&[0xa5; 16]).unwrap()), "Secret(..)");
    }

    #[test]
    fn too_little_is_refused() {
        assert!(Secret::random(&[0xa5; 15]).is_err());
        assert!(Secret::passphrase(&Room::new("room").unwrap(), "").is_err());
    }
}
