#![no_main]

#[path = "../../sframe/tests/oracle/mod.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracle::sealed_frames_open_once(data));
