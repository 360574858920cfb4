//! A value, and where each of its bytes comes from.

use core::fmt;
use core::ops::BitOr;

use serde::{Serialize, Serializer};

/// A set of origins. What is computed has those of all that it is computed from.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Origins(u8);

impl Origins {
    /// A constant of the code, an address of a static, or what was computed from nothing else.
    pub(crate) const CONSTANT: Self = Self(0);
    pub(crate) const STACK_POINTER: Self = Self(1);
    /// An argument: the length of a text, of associated data or of a key.
    pub(crate) const LENGTH: Self = Self(1 << 1);
    pub(crate) const NONCE: Self = Self(1 << 2);
    pub(crate) const AAD: Self = Self(1 << 3);
    pub(crate) const KEY: Self = Self(1 << 4);
    /// Plaintext. Ciphertext too, although it is public.
    pub(crate) const TEXT: Self = Self(1 << 5);
    /// The tag that a text to open came with. One that is computed is of the key and the text.
    pub(crate) const TAG: Self = Self(1 << 6);

    const NAMES: [&str; 7] = ["stack pointer", "length", "nonce", "aad", "key", "text", "tag"];
    const SECRETS: Self = Self(Self::KEY.0 | Self::TEXT.0 | Self::TAG.0);

    pub(crate) fn is_secret(self) -> bool {
        self.has(Self::SECRETS)
    }

    /// Returns whether one of `others` is in it.
    pub(crate) fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// As memory and values keep it for each byte.
    pub(crate) fn byte(self) -> u8 {
        self.0
    }

    /// The origins of `len` bytes that all have these.
    fn of_bytes(self, len: u32) -> u128 {
        let all = u128::from_le_bytes([self.0; 16]);
        all & u128::MAX >> (128 - 8 * len)
    }
}

impl BitOr for Origins {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::CONSTANT {
            return f.write_str("constant");
        }
        let names = Self::NAMES.iter().enumerate();
        let names = names.filter(|(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| *name);
        f.write_str(&names.collect::<Vec<_>>().join(", "))
    }
}

impl Serialize for Origins {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A value of any type, of which the upper bytes are zero if it has fewer than 16.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Value {
    pub(crate) bits: u128,
    /// One byte of origins for each byte of `bits`.
    pub(crate) origins: u128,
}

impl Value {
    pub(crate) const fn constant(bits: u128) -> Self {
        Self { bits, origins: 0 }
    }

    /// A value of `len` bytes, each of which may depend on all of `origins`.
    pub(crate) fn new(bits: u128, len: u32, origins: Origins) -> Self {
        Self { bits, origins: origins.of_bytes(len) }
    }

    pub(crate) fn u32(self) -> u32 {
        self.bits as u32
    }

    pub(crate) fn u64(self) -> u64 {
        self.bits as u64
    }

    /// Returns the origins of all of its bytes.
    pub(crate) fn origins(self) -> Origins {
        let halves = self.origins | self.origins >> 64;
        let quarters = halves | halves >> 32;
        let pairs = quarters | quarters >> 16;
        Origins((pairs | pairs >> 8) as u8)
    }

    /// Returns a value of `len` bytes that is computed from `operands`.
    pub(crate) fn computed<const N: usize>(bits: u128, len: u32, operands: [Self; N]) -> Self {
        let origins = operands.iter().fold(0, |origins, operand| origins | operand.origins);
        Self::new(bits, len, Self { bits, origins }.origins())
    }
}
