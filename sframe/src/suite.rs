//! The registered cipher suites (RFC 9605 section 4.5, IANA "`SFrame` Cipher Suites").

use crate::metadata::FrameKind;

/// A pair of AEAD and key derivation hash.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[repr(u16)]
#[non_exhaustive]
pub enum CipherSuite {
    /// `AES_128_CTR_HMAC_SHA256_80`: 10 byte tag.
    Aes128CtrHmacSha256_80 = 1,
    /// `AES_128_CTR_HMAC_SHA256_64`: 8 byte tag.
    Aes128CtrHmacSha256_64 = 2,
    /// `AES_128_CTR_HMAC_SHA256_32`: 4 byte tag, one forgery in 2^32 tries succeeds.
    Aes128CtrHmacSha256_32 = 3,
    /// `AES_128_GCM_SHA256_128`: 16 byte tag.
    #[default]
    Aes128GcmSha256_128 = 4,
    /// `AES_256_GCM_SHA512_128`: 16 byte tag.
    Aes256GcmSha512_128 = 5,
    /// `AES_256_CTR_HMAC_SHA512_80`: 10 byte tag.
    Aes256CtrHmacSha512_80 = 6,
    /// `AES_256_CTR_HMAC_SHA512_64`: 8 byte tag.
    Aes256CtrHmacSha512_64 = 7,
    /// `AES_256_CTR_HMAC_SHA512_32`: 4 byte tag, one forgery in 2^32 tries succeeds.
    Aes256CtrHmacSha512_32 = 8,
}

impl CipherSuite {
    /// Every suite, by ascending number.
    pub const ALL: [Self; 8] = [
        Self::Aes128CtrHmacSha256_80,
        Self::Aes128CtrHmacSha256_64,
        Self::Aes128CtrHmacSha256_32,
        Self::Aes128GcmSha256_128,
        Self::Aes256GcmSha512_128,
        Self::Aes256CtrHmacSha512_80,
        Self::Aes256CtrHmacSha512_64,
        Self::Aes256CtrHmacSha512_32,
    ];

    /// Returns the suite that IANA registered as `number`.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.number() == number)
    }

    /// Returns the IANA number, 1 to 8.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// Returns the IANA name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes128CtrHmacSha256_80 => "AES_128_CTR_HMAC_SHA256_80",
            Self::Aes128CtrHmacSha256_64 => "AES_128_CTR_HMAC_SHA256_64",
            Self::Aes128CtrHmacSha256_32 => "AES_128_CTR_HMAC_SHA256_32",
            Self::Aes128GcmSha256_128 => "AES_128_GCM_SHA256_128",
            Self::Aes256GcmSha512_128 => "AES_256_GCM_SHA512_128",
            Self::Aes256CtrHmacSha512_80 => "AES_256_CTR_HMAC_SHA512_80",
            Self::Aes256CtrHmacSha512_64 => "AES_256_CTR_HMAC_SHA512_64",
            Self::Aes256CtrHmacSha512_32 => "AES_256_CTR_HMAC_SHA512_32",
        }
    }

    /// Returns the length of the authentication tag in bytes: `Nt`, 4 to 16.
    #[must_use]
    pub const fn tag_len(self) -> usize {
        match self {
            Self::Aes128CtrHmacSha256_80 | Self::Aes256CtrHmacSha512_80 => 10,
            Self::Aes128CtrHmacSha256_64 | Self::Aes256CtrHmacSha512_64 => 8,
            Self::Aes128CtrHmacSha256_32 | Self::Aes256CtrHmacSha512_32 => 4,
            Self::Aes128GcmSha256_128 | Self::Aes256GcmSha512_128 => 16,
        }
    }

    /// Returns the length of the AEAD key in bytes: `Nk`, 16 to 96.
    ///
    /// For the CTR suites this is `Nka + Nh`: encryption key, then authentication key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128CtrHmacSha256_80
            | Self::Aes128CtrHmacSha256_64
            | Self::Aes128CtrHmacSha256_32 => 48,
            Self::Aes128GcmSha256_128 => 16,
            Self::Aes256GcmSha512_128 => 32,
            Self::Aes256CtrHmacSha512_80
            | Self::Aes256CtrHmacSha512_64
            | Self::Aes256CtrHmacSha512_32 => 96,
        }
    }

    /// Returns the hash of the key schedule.
    pub(crate) const fn hash(self) -> Hash {
        match self {
            Self::Aes128CtrHmacSha256_80
            | Self::Aes128CtrHmacSha256_64
            | Self::Aes128CtrHmacSha256_32
            | Self::Aes128GcmSha256_128 => Hash::Sha256,
            Self::Aes256GcmSha512_128
            | Self::Aes256CtrHmacSha512_80
            | Self::Aes256CtrHmacSha512_64
            | Self::Aes256CtrHmacSha512_32 => Hash::Sha512,
        }
    }
}

/// The suites of one session: RFC 9605 section 4.5 lets audio have another than video, so that a short
/// tag can be for audio alone.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "RFC 9605 tells no more kinds of media apart")]
pub struct Suites {
    /// Of video and application data, and of the ratchet.
    pub main: CipherSuite,
    /// Of audio.
    pub audio: CipherSuite,
}

impl Suites {
    /// Returns the suite of frames of `kind`.
    #[must_use]
    pub const fn of(self, kind: FrameKind) -> CipherSuite {
        match kind {
            FrameKind::Audio => self.audio,
            FrameKind::Delta | FrameKind::Key | FrameKind::Data => self.main,
        }
    }
}

/// One suite for all.
impl From<CipherSuite> for Suites {
    fn from(suite: CipherSuite) -> Self {
        Self { main: suite, audio: suite }
    }
}

/// Length of every suite's nonce in bytes: `Nn` (RFC 9605 section 4.5, table 1).
pub(crate) const NONCE_LEN: usize = 12;

/// Hash of a suite's key schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hash {
    /// `Nh` = 32.
    Sha256,
    /// `Nh` = 64.
    Sha512,
}

impl Hash {
    /// Length of the hash's output in bytes: `Nh`.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}
