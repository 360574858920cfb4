//! Headers and ciphertexts that RFC 9605 forbids, with the exact error of each.

use frameseal_sframe::{
    BaseKey, CipherSuite, Counter, Field, Header, HeaderError, KeyId, OpenContext, OpenError,
    SealContext,
};
use hex_literal::hex;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const HEADERS: &[(&str, &[u8], HeaderError)] = &[
    ("empty", &[], HeaderError::Truncated { expected: 1, actual: 0 }),
    ("no KID", &hex!("88"), HeaderError::Truncated { expected: 1, actual: 0 }),
    ("CTR one byte short", &hex!("0901"), HeaderError::Truncated { expected: 2, actual: 1 }),
    ("KID has a leading zero", &hex!("900001"), HeaderError::NonMinimal { field: Field::KeyId }),
    ("CTR has a leading zero", &hex!("090001"), HeaderError::NonMinimal { field: Field::Counter }),
    ("KID fits in the config byte", &hex!("8007"), HeaderError::NonMinimal { field: Field::KeyId }),
    (
        "CTR fits in the config byte",
        &hex!("0807"),
        HeaderError::NonMinimal { field: Field::Counter },
    ),
];

#[test]
fn malformed_headers() {
    for (name, input, error) in HEADERS {
        assert_eq!(Header::decode(input), Err(*error), "{name}");
    }
}

fn contexts(suite: CipherSuite) -> (SealContext, OpenContext) {
    let key = || BaseKey::new(vec![9; 32]);
    (
        SealContext::new(suite, KeyId::new(0x123), key().into_send_key()),
        OpenContext::new(suite, KeyId::new(0x123), key().into_receive_key()),
    )
}

#[test]
fn every_truncation_and_every_flipped_bit() {
    for suite in CipherSuite::ALL {
        let (mut sealer, mut opener) = contexts(suite);
        let body = sealer.seal(b"metadata", b"plaintext of more than one block").unwrap();

        for len in 0..body.len() {
            let mut cut = body[..len].to_vec();
            assert!(opener.open_in_place(b"metadata", &mut cut).is_err(), "{len} bytes");
            assert_eq!(cut, body[..len], "a failed open leaves no plaintext");
        }
        for bit in 0..body.len() * 8 {
            let mut flipped = body.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let before = flipped.clone();
            assert!(opener.open_in_place(b"metadata", &mut flipped).is_err(), "bit {bit}");
            assert_eq!(flipped, before, "a failed open leaves no plaintext");
        }
        assert!(opener.open(b"metadata", &body).is_ok(), "failures change no state");
    }
}

#[test]
fn another_key_id_is_named_in_the_error() {
    let (_, mut opener) = contexts(CipherSuite::default());
    let header = Header { key_id: KeyId::new(5), counter: Counter::new(0) };
    let other = OpenError::UnknownKey(header);
    assert_eq!(opener.open(b"", &hex!("50 00000000000000000000000000000000")), Err(other));
}

#[test]
fn a_tag_cut_out_of_the_header_is_truncated() {
    let (_, mut opener) = contexts(CipherSuite::default());
    assert_eq!(opener.open(b"", &hex!("90 0123 00000000")), Err(OpenError::Truncated));
}
