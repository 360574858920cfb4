//! Numbers that people compare to know that nobody is in the middle.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest, Sha512};

use crate::cbor;
use crate::key_pair::EncodedPublicKey;

/// 60 digits that are the same on every client that sees the same keys of the same members.
///
/// `SHA-512(CBOR(["frameseal/1 safety number", [[member ID, public key]*]]))`, members in the order
/// of their IDs' bytes; each 5 bytes from the front, as a big-endian number modulo 100 000, are one
/// group of five digits. A server in the middle would have to try about 2^99 key pairs.
///
/// `Display` writes twelve groups with spaces between: `01234 56789 …`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SafetyNumber([u32; GROUPS]);

impl SafetyNumber {
    pub(crate) fn of(members: Vec<(&str, &EncodedPublicKey)>) -> Self {
        // By a heap: the code of `sort` is some 3 kB of WebAssembly longer, for one list.
        let members = BinaryHeap::from(members).into_sorted_vec();
        let input = cbor::encode(1024, |encoder| {
            encoder.array(2)?.str(LABEL)?.array(members.len() as u64)?;
            for (id, public_key) in &members {
                encoder.array(2)?.str(id)?.bytes(*public_key)?;
            }
            Ok(())
        });
        let mut groups = [0; GROUPS];
        let digest = Sha512::digest(input);
        for (group, bytes) in groups.iter_mut().zip(digest.chunks_exact(5)) {
            let value = bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            *group = u32::try_from(value % 100_000).unwrap_or_default();
        }
        Self(groups)
    }
}

impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{group:05}")?;
        }
        Ok(())
    }
}

/// Twelve groups of five digits, which people know from messengers.
const GROUPS: usize = 12;

const LABEL: &str = "frameseal/1 safety number";
