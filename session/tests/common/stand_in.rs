//! An AEAD elsewhere.

use frameseal::Direction;
use frameseal_sframe::CipherSuite;
use frameseal_sframe::aead::Aead;

use super::common::TestSession;

/// Seals or opens a frame that is away, in its place.
pub(crate) fn run_aead(session: &mut TestSession, number: usize) {
    let key = session.aead_key(number).unwrap();
    let aead = Aead::new(CipherSuite::default(), &key).unwrap();
    let inputs = session.aead_inputs(number).unwrap();
    let (nonce, aad) = inputs.nonce_and_aad.split_first_chunk().unwrap();
    let (text, tag) = inputs.text.split_last_chunk_mut::<16>().unwrap();
    match inputs.direction {
        Direction::Send => aead.seal(nonce, aad, text, tag).unwrap(),
        Direction::Receive => aead.open(nonce, aad, text, tag).unwrap(),
    }
}
