//! What a bystander reads of a key message.

use minicbor::decode::{Decoder, Error};

/// Returns the sequence number of what `message` seals; `None` if it seals nothing.
///
/// A message is `[version, room, from, to, hello, sequence, sealed]`, see `docs/protocol.md`.
pub(crate) fn sequence(message: &[u8]) -> Result<Option<u64>, Error> {
    let mut decoder = Decoder::new(message);
    decoder.array()?;
    for _field in ["version", "room", "from", "to", "hello"] {
        decoder.skip()?;
    }
    let sequence = decoder.u64()?;
    let sealed = decoder.bytes()?;
    Ok((!sealed.is_empty()).then_some(sequence))
}
