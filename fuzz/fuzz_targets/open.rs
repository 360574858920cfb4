#![no_main]

#[path = "../../sframe/tests/oracle/mod.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracle::forged_bodies_do_not_open(data));
