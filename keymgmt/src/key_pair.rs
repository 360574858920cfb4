//! P-256 key pairs of members, and what two of them agree on.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

use p256::elliptic_curve::Generate;
use p256::elliptic_curve::ecdh::SharedSecret;
use p256::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
use p256::{AffinePoint, SecretKey};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

/// A member's key pair for one session. Never leaves this crate; wiped on drop.
pub(crate) struct KeyPair {
    secret: SecretKey,
    public: PublicKey,
}

impl KeyPair {
    pub(crate) fn generate<R: CryptoRng>(rng: &mut R) -> Self {
        Self::new(SecretKey::generate_from_rng(rng))
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Self {
        Self::new(SecretKey::from_bytes(secret.into()).expect("between 0 and the curve's order"))
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the x coordinate of the two keys' product, 32 bytes. The slow part of key
    /// management: 0.1 ms natively, 0.6 to 1.5 ms in WebAssembly.
    pub(crate) fn agree(&self, theirs: &PublicKey) -> SharedSecret<p256::NistP256> {
        self.secret.diffie_hellman(&theirs.point)
    }

    fn new(secret: SecretKey) -> Self {
        let public = PublicKey::new(secret.public_key());
        Self { secret, public }
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret: _, public } = self;
        f.debug_struct("KeyPair").field("public", public).finish_non_exhaustive()
    }
}

/// A member's public key: a point of the curve that is not the one at infinity.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct PublicKey {
    point: p256::PublicKey,
    encoded: EncodedPublicKey,
}

/// SEC1 section 2.3.3, compressed: `02` or `03`, for an even or odd y, then x.
pub(crate) type EncodedPublicKey = [u8; 33];

impl PublicKey {
    /// Parses the compressed form, and no other.
    pub(crate) fn decode(encoded: &[u8]) -> Result<Self, PublicKeyError> {
        match encoded {
            [0] => Err(PublicKeyError::Infinity),
            [sign @ (EVEN | ODD), x @ ..] => {
                let x = x.try_into().map_err(|_| PublicKeyError::Format)?;
                let point = AffinePoint::decompress(x, (sign & 1).into()).into_option();
                let point = point.and_then(|point| p256::PublicKey::from_affine(point).ok());
                Ok(Self::new(point.ok_or(PublicKeyError::NotOnCurve)?))
            }
            _ => Err(PublicKeyError::Format),
        }
    }

    /// Returns the compressed form.
    pub(crate) fn encoded(&self) -> &EncodedPublicKey {
        &self.encoded
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.encoded)
    }

    fn new(point: p256::PublicKey) -> Self {
        let affine = point.as_affine();
        let mut encoded = [EVEN | affine.y_is_odd().unwrap_u8(); _];
        encoded[1..].copy_from_slice(&affine.x());
        Self { point, encoded }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

/// SHA-256 of a member's public key in compressed form: what a credential should vouch for.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(public_key: &EncodedPublicKey) -> Self {
        Self(Sha256::digest(public_key).into())
    }

    /// Wraps the bytes of a fingerprint.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 hexadecimal digits, as [`Display`](fmt::Display) writes them.
impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(digits: &str) -> Result<Self, FingerprintError> {
        let mut bytes = [0; 32];
        let mut values = digits.chars().map(|digit| digit.to_digit(16));
        for byte in &mut bytes {
            for _ in 0..2 {
                let value = values.next().flatten().and_then(|value| u8::try_from(value).ok());
                *byte = *byte << 4 | value.ok_or(FingerprintError)?;
            }
        }
        if values.next().is_some() { Err(FingerprintError) } else { Ok(Self(bytes)) }
    }
}

/// Caller's mistake: a fingerprint is 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FingerprintError;

impl fmt::Display for FingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint is 64 hexadecimal digits")
    }
}

impl Error for FingerprintError {}

/// 64 hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a peer's bytes are not a public key that we agree with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// Not the 33 bytes of a compressed point.
    Format,
    /// The point at infinity: everybody's product with it is the same.
    Infinity,
    /// No point of the curve has this x coordinate.
    NotOnCurve,
    /// Our own public key, echoed back.
    Own,
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "public key is not a compressed point",
            Self::Infinity => "public key is the point at infinity",
            Self::NotOnCurve => "public key is not on the curve",
            Self::Own => "public key is our own",
        })
    }
}

impl Error for PublicKeyError {}

/// First byte of a compressed point whose y is even.
const EVEN: u8 = 2;
/// And of one whose y is odd.
const ODD: u8 = 3;

#[cfg(test)]
mod tests;
