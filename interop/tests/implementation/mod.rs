//! The implementations, behind one face.

mod frameseal;
mod sframe_1;
pub(crate) mod sframe_2;

use frameseal_sframe::CipherSuite;

pub(crate) use frameseal::FRAMESEAL;
pub(crate) use sframe_1::SFRAME_1;
pub(crate) use sframe_2::SFRAME_2;

/// Every implementation.
pub(crate) const ALL: [Implementation; 3] = [FRAMESEAL, SFRAME_1, SFRAME_2];

/// An implementation of RFC 9605.
pub(crate) struct Implementation {
    pub(crate) name: &'static str,
    pub(crate) suites: &'static [CipherSuite],
    pub(crate) aad: Aad,
    /// Returns `header || ciphertext || tag`.
    pub(crate) seal: fn(&Frame) -> Vec<u8>,
    /// Returns the plaintext of `header || ciphertext || tag`; of the [`Frame`], the plaintext and
    /// the counter are not looked at.
    pub(crate) open: fn(&Frame, &[u8]) -> Option<Vec<u8>>,
}

/// What an implementation authenticates besides the ciphertext.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Aad {
    /// `header || metadata`: RFC 9605 section 4.4.3.
    HeaderFirst,
    /// `metadata || header`.
    MetadataFirst,
}

/// A frame, and all that goes into sealing it but the base key, which is [`BASE_KEY`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) suite: CipherSuite,
    pub(crate) key_id: u64,
    pub(crate) counter: u64,
    pub(crate) metadata: &'static [u8],
    pub(crate) plaintext: &'static [u8],
}

/// Everyone's base key.
pub(crate) const BASE_KEY: [u8; 32] = *b"a base key of 32 bytes, not zero";
