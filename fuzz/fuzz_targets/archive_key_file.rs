#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frameseal_archive::fuzz::key_file(data));
