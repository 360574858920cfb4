//! CBOR (RFC 8949) without the errors that writing to memory does not have.

use alloc::vec::Vec;
use core::convert::Infallible;

use minicbor::Encoder;
use minicbor::encode::Error;

/// Returns what `write` writes. Within `capacity` bytes it is written in place, so that wiping the
/// result wipes all of it.
pub(crate) fn encode(
    capacity: usize,
    write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Result<(), Error<Infallible>>,
) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(capacity));
    #[expect(clippy::expect_used, reason = "memory takes all that is written to it")]
    write(&mut encoder).expect("no error is possible");
    encoder.into_writer()
}
