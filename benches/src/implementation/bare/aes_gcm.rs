//! Crate `aes-gcm`.

use aes_gcm::{AeadInOut, Aes128Gcm, Aes256Gcm, KeyInit};
use frameseal_sframe::CipherSuite;

use super::{Bare, Gcm, NONCE_LEN, TAG_LEN};
use crate::implementation::{BASE_KEY, GCM, Implementation};

pub(in crate::implementation) const AES_GCM: Implementation = Implementation {
    name: "bare",
    backend: "aes-gcm",
    suites: GCM,
    sealer: |suite| match suite {
        CipherSuite::Aes256GcmSha512_128 => Box::new(bare::<Aes256Gcm>(32)),
        _ => Box::new(bare::<Aes128Gcm>(16)),
    },
    opener: |suite| match suite {
        CipherSuite::Aes256GcmSha512_128 => Box::new(bare::<Aes256Gcm>(32)),
        _ => Box::new(bare::<Aes128Gcm>(16)),
    },
};

struct AesGcm<C>(C);

fn bare<C: KeyInit>(key_len: usize) -> Bare<AesGcm<C>> {
    let key = C::new_from_slice(&BASE_KEY[..key_len]);
    Bare::new(AesGcm(key.expect("key of the right length")))
}

impl<C: AeadInOut> Gcm for AesGcm<C> {
    fn seal(&self, nonce: [u8; NONCE_LEN], aad: &[u8], text: &mut [u8], tag: &mut [u8]) {
        let nonce = nonce.as_slice().try_into().expect("12 bytes");
        let computed = self.0.encrypt_inout_detached(nonce, aad, text.into());
        tag.copy_from_slice(&computed.expect("short"));
    }

    fn open(&self, nonce: [u8; NONCE_LEN], aad: &[u8], text_and_tag: &mut [u8]) {
        let nonce = nonce.as_slice().try_into().expect("12 bytes");
        let (text, tag) = text_and_tag.split_at_mut(text_and_tag.len() - TAG_LEN);
        let tag = (&*tag).try_into().expect("16 bytes");
        self.0.decrypt_inout_detached(nonce, aad, text.into(), tag).expect("what was sealed");
    }
}
