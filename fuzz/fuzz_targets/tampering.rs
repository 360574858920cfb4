#![no_main]

#[path = "../../sframe/tests/oracle/mod.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracle::tampering::what_opens_is_what_was_sealed(data));
