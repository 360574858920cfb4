//! Crate `sframe` 1, on ring, which has no AES-CTR.

use frameseal_sframe::CipherSuite;
use sframe_rs_1::frame::{EncryptedFrameView, MediaFrameView, MonotonicCounter};
use sframe_rs_1::key::{DecryptionKey, EncryptionKey};

use super::{Aad, BASE_KEY, Frame, Implementation};

pub(crate) const SFRAME_1: Implementation = Implementation {
    name: "sframe 1.4",
    suites: &[CipherSuite::Aes128GcmSha256_128, CipherSuite::Aes256GcmSha512_128],
    aad: Aad::MetadataFirst,
    seal: |frame| {
        let Frame { key_id, counter, metadata, plaintext, .. } = *frame;
        let key = EncryptionKey::derive_from(suite(frame.suite), key_id, BASE_KEY).unwrap();
        let mut counter = MonotonicCounter::with_start_value(counter, u64::MAX);
        let frame = MediaFrameView::with_meta_data(&mut counter, plaintext, metadata);
        // It returns the metadata, the header and the ciphertext in one.
        let mut sealed = Vec::new();
        frame.encrypt_into(&key, &mut sealed).unwrap();
        sealed.split_off(metadata.len())
    },
    open: |frame, body| {
        let key = DecryptionKey::derive_from(suite(frame.suite), frame.key_id, BASE_KEY).unwrap();
        let frame = EncryptedFrameView::try_with_meta_data(body, frame.metadata).ok()?;
        Some(frame.decrypt(&key).ok()?.payload().to_vec())
    },
};

/// Its name of a suite that it has.
fn suite(suite: CipherSuite) -> sframe_rs_1::CipherSuite {
    match suite {
        CipherSuite::Aes128GcmSha256_128 => sframe_rs_1::CipherSuite::AesGcm128Sha256,
        CipherSuite::Aes256GcmSha512_128 => sframe_rs_1::CipherSuite::AesGcm256Sha512,
        _ => panic!("sframe 1 has no {} on ring", suite.name()),
    }
}
