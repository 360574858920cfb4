//! Crate `sframe` 2, on RustCrypto.

use frameseal_sframe::CipherSuite;
use sframe_rs_2::frame::{EncryptedFrameView, MediaFrameView, MonotonicCounter};
use sframe_rs_2::key::{DecryptionKey, EncryptionKey};

use super::{BASE_KEY, Implementation, KEY_ID, Open, Seal};

pub(super) const SFRAME_2: Implementation = Implementation {
    name: "sframe-rs",
    backend: "aes-gcm",
    suites: &[
        CipherSuite::Aes128CtrHmacSha256_80,
        CipherSuite::Aes128CtrHmacSha256_64,
        CipherSuite::Aes128CtrHmacSha256_32,
        CipherSuite::Aes128GcmSha256_128,
        CipherSuite::Aes256GcmSha512_128,
    ],
    sealer: |suite| {
        let key = EncryptionKey::derive_from(named(suite), KEY_ID, BASE_KEY).expect("a key");
        Box::new(Sealer { key, counter: MonotonicCounter::new(u64::MAX), buffer: Vec::new() })
    },
    opener: |suite| {
        let key = DecryptionKey::derive_from(named(suite), KEY_ID, BASE_KEY).expect("a key");
        Box::new(Opener { key, buffer: Vec::new() })
    },
};

struct Sealer {
    key: EncryptionKey,
    counter: MonotonicCounter,
    buffer: Vec<u8>,
}

impl Seal for Sealer {
    fn seal(&mut self, frame: &[u8]) -> &[u8] {
        let frame = MediaFrameView::try_new(&mut self.counter, frame).expect("a counter");
        frame.encrypt_into(&self.key, &mut self.buffer).expect("a frame");
        &self.buffer
    }
}

/// Looks at no replays, which is left to who uses the crate: that is to its advantage.
struct Opener {
    key: DecryptionKey,
    buffer: Vec<u8>,
}

impl Open for Opener {
    fn open(&mut self, sealed: &[u8]) -> &[u8] {
        let frame = EncryptedFrameView::try_new(sealed).expect("a header");
        frame.decrypt_into(&self.key, &mut self.buffer).expect("what was sealed");
        &self.buffer
    }
}

fn named(suite: CipherSuite) -> sframe_rs_2::CipherSuite {
    match suite {
        CipherSuite::Aes128CtrHmacSha256_80 => sframe_rs_2::CipherSuite::AesCtr128HmacSha256_80,
        CipherSuite::Aes128CtrHmacSha256_64 => sframe_rs_2::CipherSuite::AesCtr128HmacSha256_64,
        CipherSuite::Aes128CtrHmacSha256_32 => sframe_rs_2::CipherSuite::AesCtr128HmacSha256_32,
        CipherSuite::Aes256GcmSha512_128 => sframe_rs_2::CipherSuite::AesGcm256Sha512,
        _ => sframe_rs_2::CipherSuite::AesGcm128Sha256,
    }
}
