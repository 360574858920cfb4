//! Every published vector, through the public API: see `vectors/README.md` for their origin.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use frameseal_sframe::{
    BaseKey, CipherSuite, Counter, Header, KeyId, OpenContext, OpenError, SealContext,
};
use serde::Deserialize;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[derive(Deserialize)]
struct File {
    header: Vec<HeaderVector>,
    #[cfg(feature = "hazmat")]
    aes_ctr_hmac: Vec<AeadVector>,
    #[cfg(feature = "hazmat")]
    aes_256_ctr_hmac: Vec<AeadVector>,
    sframe: Vec<SframeVector>,
}

#[derive(Deserialize)]
struct Aes256File {
    sframe_aes_256_ctr_hmac: Vec<SframeVector>,
}

#[derive(Deserialize)]
struct HeaderVector {
    kid: u64,
    ctr: u64,
    #[serde(with = "hex::serde")]
    encoded: Vec<u8>,
}

#[derive(Deserialize)]
struct SframeVector {
    cipher_suite: u16,
    kid: u64,
    ctr: u64,
    #[serde(with = "hex::serde")]
    base_key: Vec<u8>,
    #[serde(with = "hex::serde")]
    metadata: Vec<u8>,
    #[serde(with = "hex::serde")]
    pt: Vec<u8>,
    #[serde(with = "hex::serde")]
    ct: Vec<u8>,
}

fn file() -> File {
    serde_json::from_str(include_str!("vectors/test-vectors.json")).unwrap()
}

fn sframe_vectors() -> Vec<SframeVector> {
    let aes_256: Aes256File =
        serde_json::from_str(include_str!("vectors/test-vectors-aes256.json")).unwrap();
    let mut vectors = file().sframe;
    vectors.extend(aes_256.sframe_aes_256_ctr_hmac);
    vectors
}

#[test]
fn headers() {
    let vectors = file().header;
    assert_eq!(vectors.len(), 289);
    for HeaderVector { kid, ctr, encoded } in vectors {
        let header = Header { key_id: KeyId::new(kid), counter: Counter::new(ctr) };
        assert_eq!(*header.encode(), *encoded, "kid {kid:#x}, ctr {ctr:#x}");
        assert_eq!(header.encoded_len(), encoded.len());
        assert_eq!(Header::decode(&encoded), Ok((header, &[][..])), "kid {kid:#x}, ctr {ctr:#x}");
    }
}

#[test]
fn every_suite_seals_as_published() {
    let vectors = sframe_vectors();
    assert_eq!(
        vectors.iter().map(|v| v.cipher_suite).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7, 8]
    );
    for v in vectors {
        let suite = CipherSuite::from_number(v.cipher_suite).unwrap();
        let mut context = SealContext::dangerous_resume_at(
            suite,
            KeyId::new(v.kid),
            BaseKey::new(v.base_key).into_send_key(),
            Counter::new(v.ctr),
        );
        assert_eq!(context.seal(&v.metadata, &v.pt), Ok(v.ct), "{}", suite.name());
    }
}

#[test]
fn every_suite_opens_what_was_published_and_nothing_else() {
    for v in sframe_vectors() {
        let suite = CipherSuite::from_number(v.cipher_suite).unwrap();
        let key = BaseKey::new(v.base_key).into_receive_key();
        let mut context = OpenContext::new(suite, KeyId::new(v.kid), key);

        let other_metadata = context.open(b"other", &v.ct);
        assert_eq!(other_metadata, Err(OpenError::Authentication), "{}", suite.name());
        assert_eq!(context.open(&v.metadata, &v.ct), Ok(v.pt), "{}", suite.name());
        assert_eq!(context.open(&v.metadata, &v.ct), Err(OpenError::Duplicate));
    }
}

#[cfg(feature = "hazmat")]
#[derive(Deserialize)]
struct AeadVector {
    cipher_suite: u16,
    #[serde(with = "hex::serde")]
    key: Vec<u8>,
    #[serde(with = "hex::serde")]
    nonce: Vec<u8>,
    #[serde(with = "hex::serde")]
    aad: Vec<u8>,
    #[serde(with = "hex::serde")]
    pt: Vec<u8>,
    #[serde(with = "hex::serde")]
    ct: Vec<u8>,
}

/// The working group publishes these below SFrame: key and nonce are given, not derived.
#[cfg(feature = "hazmat")]
#[test]
fn ctr_hmac_aeads() {
    use frameseal_sframe::aead::{Aead, AeadError};

    let File { aes_ctr_hmac, aes_256_ctr_hmac, .. } = file();
    let vectors: Vec<_> = aes_ctr_hmac.into_iter().chain(aes_256_ctr_hmac).collect();
    assert_eq!(vectors.len(), 6);
    for v in vectors {
        let suite = CipherSuite::from_number(v.cipher_suite).unwrap();
        let aead = Aead::new(suite, &v.key).unwrap();
        let nonce = v.nonce.as_slice().try_into().unwrap();
        let (text, tag) = v.ct.split_at(v.pt.len());

        let (mut sealed, mut sealed_tag) = (v.pt.clone(), vec![0; suite.tag_len()]);
        aead.seal(nonce, &v.aad, &mut sealed, &mut sealed_tag).unwrap();
        assert_eq!((&*sealed, &*sealed_tag), (text, tag), "{}", suite.name());

        assert_eq!(aead.open(nonce, b"other", &mut sealed, tag), Err(AeadError));
        assert_eq!(sealed, text, "a failed open changes nothing");
        assert_eq!(aead.open(nonce, &v.aad, &mut sealed, tag), Ok(()));
        assert_eq!(sealed, v.pt);
    }
}
