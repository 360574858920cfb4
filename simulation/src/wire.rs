//! What a bystander reads of a key message, and can write.

use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;

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

/// Returns `message` with another credential in its hello, sealing nothing: nobody can tell that its
/// sender did not write it.
///
/// A hello is `[public keys, nonce, cipher suites, credential]`, see `docs/protocol.md`.
///
/// # Panics
///
/// If `message` is no key message with a hello.
#[must_use]
pub fn with_credential(message: &[u8], credential: &[u8]) -> Vec<u8> {
    let before = before_credential(message).expect("a key message with a hello");
    let mut encoder = Encoder::new(message[..before].to_vec());
    encoder
        .bytes(credential)
        .and_then(|encoder| encoder.u64(0))
        .and_then(|encoder| encoder.bytes(&[]))
        .expect("a vector takes all");
    encoder.into_writer()
}

fn before_credential(message: &[u8]) -> Result<usize, Error> {
    let mut decoder = Decoder::new(message);
    decoder.array()?;
    for _field in ["version", "room", "from", "to"] {
        decoder.skip()?;
    }
    decoder.array()?;
    for _field in ["public keys", "nonce", "cipher suites", "recording"] {
        decoder.skip()?;
    }
    Ok(decoder.position())
}
