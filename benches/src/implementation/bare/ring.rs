//! Crate `ring`.

use frameseal_sframe::CipherSuite;
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::{Bare, Gcm, NONCE_LEN};
use crate::implementation::{BASE_KEY, GCM, Implementation};

pub(in crate::implementation) const RING: Implementation = Implementation {
    name: "bare",
    backend: "ring",
    suites: GCM,
    sealer: |suite| Box::new(Bare::new(key(suite))),
    opener: |suite| Box::new(Bare::new(key(suite))),
};

fn key(suite: CipherSuite) -> LessSafeKey {
    let algorithm = match suite {
        CipherSuite::Aes256GcmSha512_128 => &AES_256_GCM,
        _ => &AES_128_GCM,
    };
    let key = UnboundKey::new(algorithm, &BASE_KEY[..algorithm.key_len()]);
    LessSafeKey::new(key.expect("key of the right length"))
}

impl Gcm for LessSafeKey {
    fn seal(&self, nonce: [u8; NONCE_LEN], aad: &[u8], text: &mut [u8], tag: &mut [u8]) {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let computed = self.seal_in_place_separate_tag(nonce, Aad::from(aad), text);
        tag.copy_from_slice(computed.expect("short").as_ref());
    }

    fn open(&self, nonce: [u8; NONCE_LEN], aad: &[u8], text_and_tag: &mut [u8]) {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.open_in_place(nonce, Aad::from(aad), text_and_tag).expect("what was sealed");
    }
}
