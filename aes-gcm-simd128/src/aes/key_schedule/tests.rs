use alloc::vec::Vec;

use hex_literal::hex;

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// All round keys without the S-box's constant.
fn plain(keys: &RoundKeys) -> Vec<Block> {
    let (first, middle, last) = keys.split();
    let others = middle.iter().chain([last]).map(|key| key.map(|byte| byte ^ AFFINE_CONSTANT));
    [*first].into_iter().chain(others).collect()
}

/// FIPS 197, appendix A.1.
#[test]
fn a_key_of_16_bytes_is_expanded() {
    let expected = hex!(
        "2b7e151628aed2a6abf7158809cf4f3c a0fafe1788542cb123a339392a6c7605"
        "f2c295f27a96b9435935807a7359f67f 3d80477d4716fe3e1e237e446d7a883b"
        "ef44a541a8525b7fb671253bdb0bad00 d4d1c6f87c839d87caf2b8bc11f915bc"
        "6d88a37a110b3efddbf98641ca0093fd 4e54f70e5f5fc9f384a64fb24ea6dc4f"
        "ead27321b58dbad2312bf5607f8d292f ac7766f319fadc2128d12941575c006e"
        "d014f9a8c9ee2589e13f0cc8b6630ca6"
    );
    let keys = RoundKeys::of_aes_128(expected.first_chunk().unwrap());
    assert_eq!(plain(&keys).as_flattened(), expected);
}

/// FIPS 197, appendix A.3.
#[test]
fn a_key_of_32_bytes_is_expanded() {
    let expected = hex!(
        "603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4"
        "9ba354118e6925afa51a8b5f2067fcde a8b09c1a93d194cdbe49846eb75d5b9a"
        "d59aecb85bf3c917fee94248de8ebe96 b5a9328a2678a647983122292f6c79b3"
        "812c81addadf48ba24360af2fab8b464 98c5bfc9bebd198e268c3ba709e04214"
        "68007bacb2df331696e939e46c518d80 c814e20476a9fb8a5025c02d59c58239"
        "de1369676ccc5a71fa2563959674ee15 5886ca5d2e2f31d77e0af1fa27cf73c3"
        "749c47ab18501ddae2757e4f7401905a cafaaae3e4d59b349adf6acebd10190d"
        "fe4890d1e6188d0b046df344706c631e"
    );
    let keys = RoundKeys::of_aes_256(expected.first_chunk().unwrap());
    assert_eq!(plain(&keys).as_flattened(), expected);
}
