//! The oracles, over random input.

mod oracle;

use frameseal_sframe::{Counter, Header, KeyId};
use proptest::collection::vec;
use proptest::prelude::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

proptest! {
    #[test]
    fn header_decoding_is_canonical(data in vec(any::<u8>(), 0..64)) {
        oracle::header_decoding_is_canonical(&data);
    }

    #[test]
    fn header_encode_then_decode_is_identity(kid in any_length(), ctr in any_length()) {
        let header = Header { key_id: KeyId::new(kid), counter: Counter::new(ctr) };
        let encoded = header.encode();
        prop_assert_eq!(Header::decode(&encoded), Ok((header, &[][..])));
    }

    #[test]
    fn forged_bodies_do_not_open(data in vec(any::<u8>(), 0..256)) {
        oracle::forged_bodies_do_not_open(&data);
    }

    #[test]
    fn what_opens_is_what_was_sealed(data in vec(any::<u8>(), 0..2000)) {
        oracle::tampering::what_opens_is_what_was_sealed(&data);
    }

    #[test]
    fn sealed_frames_open_once(data in vec(any::<u8>(), 2..2000)) {
        oracle::sealed_frames_open_once(&data);
    }
}

/// Uniform `u64`s are almost all 8 bytes long; the shift makes every length likely.
fn any_length() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64_u32).prop_map(|(value, shift)| value >> shift)
}
