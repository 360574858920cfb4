#![no_main]

#[path = "../../aes-gcm-simd128/tests/oracle/mod.rs"]
#[allow(dead_code)] // random cases, for the tests
mod oracle;

use oracle::Message;

// Key, nonce and associated data first, by the first bytes; the rest is text.
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(([shape, aad_len, wrong_bit], data)) = data.split_first_chunk() else { return };
    let key_len = if shape & 1 == 0 { 16 } else { 32 };
    let Some((key, data)) = data.split_at_checked(key_len) else { return };
    let Some((nonce, data)) = data.split_first_chunk() else { return };
    let Some((aad, text)) = data.split_at_checked(usize::from(*aad_len)) else { return };
    Message { key, nonce, aad, text, offset: usize::from(shape >> 4), wrong_bit: *wrong_bit }
        .check();
});
