use alloc::vec::Vec;
use alloc::{format, vec};

use fastrand::Rng;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::ghash::GHash;

#[test]
fn a_wrong_tag_leaves_the_text_as_it_was() {
    let mut random = Rng::with_seed(38);
    for len in 0..300 {
        let gcm = Aes128Gcm::new(&Array([1; 16]));
        let nonce = Array([2; 12]);
        let mut text: Vec<_> = (0..len).map(|_| random.u8(..)).collect();
        let tag = gcm.encrypt_inout_detached(&nonce, b"aad", text.as_mut_slice().into()).unwrap();
        let sealed = text.clone();
        // Every bit comes, each with some lengths.
        for bit in (len % 16..128).step_by(16) {
            let mut wrong = tag;
            wrong[bit / 8] ^= 1 << (bit % 8);
            let opened =
                gcm.decrypt_inout_detached(&nonce, b"aad", text.as_mut_slice().into(), &wrong);
            assert!(opened.is_err());
            assert_eq!(text, sealed, "{len} bytes, bit {bit}");
        }
    }
}

#[test]
fn a_wrong_tag_writes_nothing_to_another_buffer() {
    let gcm = Aes256Gcm::new(&Array([1; 32]));
    for len in [0, 1, 16, 111, 112, 113, 500] {
        let (text, mut out) = (vec![7; len], vec![9; len]);
        let buffer = InOutBuf::new(&text, &mut out).unwrap();
        assert!(gcm.decrypt_inout_detached(&Array([2; 12]), &[], buffer, &Array([0; 16])).is_err());
        assert_eq!(out, vec![9; len]);
    }
}

#[test]
fn texts_go_from_one_buffer_to_another() {
    let gcm = Aes256Gcm::new(&Array([1; 32]));
    let nonce = Array([2; 12]);
    for len in 0..300 {
        let text: Vec<_> = (0..=255).cycle().take(len).collect();
        let (mut sealed, mut opened) = (vec![0; len], vec![0; len]);
        let buffer = InOutBuf::new(&text, &mut sealed).unwrap();
        let tag = gcm.encrypt_inout_detached(&nonce, &[], buffer).unwrap();
        let buffer = InOutBuf::new(&sealed, &mut opened).unwrap();
        gcm.decrypt_inout_detached(&nonce, &[], buffer, &tag).unwrap();
        assert_eq!(opened, text);
    }
}

#[test]
fn all_that_has_a_key_is_wiped() {
    fn is_wiped<T: ZeroizeOnDrop>() {}
    is_wiped::<Aes128Gcm>();
    is_wiped::<Aes256Gcm>();
    is_wiped::<Aes128>();
    is_wiped::<Aes256>();
    is_wiped::<GHash>();
}

#[test]
fn a_key_is_small_and_does_not_print() {
    assert!(size_of::<Aes128Gcm>() <= 2600, "{}", size_of::<Aes128Gcm>());
    assert_eq!(format!("{:?}", Aes128Gcm::new(&Array([3; 16]))), "AesGcm { .. }");
}
