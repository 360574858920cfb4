//! The `SFrame` header: which key, which nonce (RFC 9605 section 4.3).

use core::error::Error;
use core::fmt;

/// What a receiver must know to choose key and nonce: the first bytes of every ciphertext.
///
/// ```text
///  0 1 2 3 4 5 6 7            X, Y = 0: K, C hold the value (0..=7)
/// +-+-+-+-+-+-+-+-+-----+-----+ X, Y = 1: K, C hold the length in bytes, minus one;
/// |X|  K  |Y|  C  | KID | CTR |           the value follows, big-endian
/// +-+-+-+-+-+-+-+-+-----+-----+
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "RFC 9605 fixes the fields")]
pub struct Header {
    /// The key that the frame is sealed under.
    pub key_id: KeyId,
    /// The frame's number under that key.
    pub counter: Counter,
}

impl Header {
    /// Longest header: config byte, 8 bytes of KID, 8 bytes of CTR.
    pub const MAX_LEN: usize = 17;

    /// Parses the header at the front of `body`; returns it and the bytes after it.
    ///
    /// `body` is `header || ciphertext || tag`; at most [`Header::MAX_LEN`] bytes are read. The
    /// result is *not authenticated*: use it to choose a key, for nothing else, until the AEAD has
    /// opened the frame.
    ///
    /// # Errors
    ///
    /// - [`HeaderError::Truncated`]: `body` ends before the header does.
    /// - [`HeaderError::NonMinimal`]: a field has leading zero bytes, or fits in 3 bits but was
    ///   extended. RFC 9605 section 4.3 binds the sender; rejecting here is our choice, so that
    ///   one header has one encoding.
    ///
    /// # Examples
    ///
    /// ```
    /// use frameseal_sframe::{Counter, Header, HeaderError, KeyId};
    ///
    /// let body = [0x99, 0x01, 0x23, 0x45, 0x67, 0xb7, 0x41]; // RFC 9605 Appendix C.3, cut short
    /// let (header, ciphertext) = Header::decode(&body)?;
    ///
    /// assert_eq!(header.key_id, KeyId::new(0x0123));
    /// assert_eq!(header.counter, Counter::new(0x4567));
    /// assert_eq!(ciphertext, [0xb7, 0x41]);
    /// # Ok::<(), HeaderError>(())
    /// ```
    pub fn decode(body: &[u8]) -> Result<(Self, &[u8]), HeaderError> {
        let mut reader = Reader(body);
        let config = reader.take_byte()?;
        let header = Self {
            key_id: KeyId::new(reader.field(config >> 4, Field::KeyId)?),
            counter: Counter::new(reader.field(config & 0x0f, Field::Counter)?),
        };

        Ok((header, reader.0))
    }

    /// Returns the one encoding of this header, 1 to [`Header::MAX_LEN`] bytes.
    #[must_use]
    pub fn encode(self) -> EncodedHeader {
        let mut encoded = EncodedHeader { bytes: [0; Self::MAX_LEN], len: 1 };
        let key_id = encoded.push_field(self.key_id.get());
        let counter = encoded.push_field(self.counter.get());
        if let Some(config) = encoded.bytes.first_mut() {
            *config = key_id << 4 | counter;
        }
        encoded
    }

    /// Returns the length of [`Header::encode`]'s result in bytes.
    #[must_use]
    pub const fn encoded_len(self) -> usize {
        1_usize
            .saturating_add(extension_len(self.key_id.get()))
            .saturating_add(extension_len(self.counter.get()))
    }
}

/// An encoded [`Header`]: dereferences to its bytes.
#[derive(Clone, Copy, Debug)]
pub struct EncodedHeader {
    bytes: [u8; Header::MAX_LEN],
    len: usize,
}

impl EncodedHeader {
    /// Appends what `value` needs outside the config byte; returns its config nibble.
    fn push_field(&mut self, value: u64) -> u8 {
        let len = extension_len(value);
        let Some(low) = len.checked_sub(1) else {
            return value.to_be_bytes()[7]; // at most INLINE_MAX
        };

        let bytes = value.to_be_bytes();
        let significant = bytes.iter().skip(bytes.len().saturating_sub(len));
        for (slot, byte) in self.bytes.iter_mut().skip(self.len).zip(significant) {
            *slot = *byte;
        }
        self.len = self.len.saturating_add(len);
        EXTENDED | low.to_be_bytes().last().copied().unwrap_or(0)
    }
}

impl core::ops::Deref for EncodedHeader {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }
}

/// Names the base key a frame was sealed under: field `KID`, RFC 9605 section 4.3.
///
/// Public (sent in clear in every header). Every `u64` is a valid key ID, so construction cannot
/// fail. What the bits mean is the [profile](crate::Profile)'s business.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(u64);

impl KeyId {
    /// Wraps a raw key ID.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Returns the raw key ID.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Number of frames already sealed under one key: field `CTR`, RFC 9605 section 4.3.
///
/// One counter value is one AEAD nonce, so there is no `Add`: the only way forward is
/// [`Counter::next`], and it stops at the end instead of wrapping (RFC 9605 section 9.1).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Counter(u64);

impl Counter {
    /// The first counter value of a fresh key.
    pub const ZERO: Self = Self(0);

    /// Wraps a counter read from the wire.
    #[must_use]
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// Returns the following counter, or `None` when this key must not seal again.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// Returns the raw counter.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Why a byte string is not an `SFrame` header (RFC 9605 section 4.3).
///
/// Every variant is caused by peer-controlled bytes, never by the caller, and none carries frame
/// contents: safe to log, count and compare.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HeaderError {
    /// `field` was sent in more bytes than its value needs.
    ///
    /// RFC 9605 section 4.3: "the value MUST be encoded with the minimum number of bytes
    /// required".
    NonMinimal {
        /// The offending field.
        field: Field,
    },

    /// The input ended inside the header.
    Truncated {
        /// Bytes the next field needs.
        expected: usize,
        /// Bytes that were left.
        actual: usize,
    },
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonMinimal { field } => write!(f, "{field} is not minimally encoded"),
            Self::Truncated { expected, actual } => {
                write!(f, "header truncated: needs {expected} more bytes, has {actual}")
            }
        }
    }
}

impl Error for HeaderError {}

/// A field of the header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 9605 fixes the fields")]
pub enum Field {
    /// `CTR`.
    Counter,
    /// `KID`.
    KeyId,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "CTR",
            Self::KeyId => "KID",
        })
    }
}

/// Cursor over peer-controlled bytes. The only code in this module that splits them.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn field(&mut self, nibble: u8, field: Field) -> Result<u64, HeaderError> {
        let low = nibble & !EXTENDED;
        if nibble & EXTENDED == 0 {
            return Ok(u64::from(low));
        }

        let bytes = self.take(usize::from(low).saturating_add(1))?;
        let value = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        if value <= INLINE_MAX || bytes.first() == Some(&0) {
            return Err(HeaderError::NonMinimal { field });
        }
        Ok(value)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], HeaderError> {
        let (taken, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(HeaderError::Truncated { expected: len, actual: self.0.len() })?;
        self.0 = rest;
        Ok(taken)
    }

    fn take_byte(&mut self) -> Result<u8, HeaderError> {
        let (byte, rest) =
            self.0.split_first().ok_or(HeaderError::Truncated { expected: 1, actual: 0 })?;
        self.0 = rest;
        Ok(*byte)
    }
}

/// Bytes that `value` takes outside the config byte: 0 to 8.
const fn extension_len(value: u64) -> usize {
    if value <= INLINE_MAX {
        return 0;
    }
    let bits = u64::BITS.saturating_sub(value.leading_zeros());
    bits.div_ceil(8) as usize
}

/// Flag bit of a config nibble: `X` or `Y` (RFC 9605 section 4.3).
const EXTENDED: u8 = 0b1000;

/// Largest value carried inside the config byte (RFC 9605 section 4.3).
const INLINE_MAX: u64 = 7;
