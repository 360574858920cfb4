//! Crate `sframe` 2, on RustCrypto.

use frameseal_sframe::CipherSuite;
use sframe_rs_2::frame::{EncryptedFrameView, MediaFrameView, SingleUseCounter};
use sframe_rs_2::key::{DecryptionKey, EncryptionKey};

use super::{Aad, BASE_KEY, Frame, Implementation};

pub(crate) const SFRAME_2: Implementation = Implementation {
    name: "sframe 2.1",
    suites: &[
        CipherSuite::Aes128CtrHmacSha256_80,
        CipherSuite::Aes128CtrHmacSha256_64,
        CipherSuite::Aes128CtrHmacSha256_32,
        CipherSuite::Aes128GcmSha256_128,
        CipherSuite::Aes256GcmSha512_128,
    ],
    aad: Aad::HeaderFirst,
    seal: |frame| {
        let Frame { key_id, counter, metadata, plaintext, .. } = *frame;
        let key = EncryptionKey::derive_from(suite(frame.suite), key_id, BASE_KEY).unwrap();
        let mut counter = SingleUseCounter::new(counter);
        let frame = MediaFrameView::try_with_meta_data(&mut counter, plaintext, metadata).unwrap();
        frame.encrypt(&key).unwrap().sframe_cipher_text().to_vec()
    },
    open: |frame, body| {
        let key = DecryptionKey::derive_from(suite(frame.suite), frame.key_id, BASE_KEY).unwrap();
        let frame = EncryptedFrameView::try_with_meta_data(body, frame.metadata).ok()?;
        Some(frame.decrypt(&key).ok()?.payload().to_vec())
    },
};

/// Its name of a suite that it has.
pub(crate) fn suite(suite: CipherSuite) -> sframe_rs_2::CipherSuite {
    match suite {
        CipherSuite::Aes128CtrHmacSha256_80 => sframe_rs_2::CipherSuite::AesCtr128HmacSha256_80,
        CipherSuite::Aes128CtrHmacSha256_64 => sframe_rs_2::CipherSuite::AesCtr128HmacSha256_64,
        CipherSuite::Aes128CtrHmacSha256_32 => sframe_rs_2::CipherSuite::AesCtr128HmacSha256_32,
        CipherSuite::Aes128GcmSha256_128 => sframe_rs_2::CipherSuite::AesGcm128Sha256,
        CipherSuite::Aes256GcmSha512_128 => sframe_rs_2::CipherSuite::AesGcm256Sha512,
        _ => panic!("sframe 2 has no {}", suite.name()),
    }
}
