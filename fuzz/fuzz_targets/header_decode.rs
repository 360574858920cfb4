#![no_main]

#[path = "../../sframe/tests/oracle/mod.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracle::header_decoding_is_canonical(data));
