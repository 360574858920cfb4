#![no_main]

#[path = "../../sframe/tests/oracle/envelope.rs"]
mod oracle;

use frameseal_sframe::envelope::Codec::H264;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    oracle::what_is_sealed_opens(H264, data);
    oracle::what_is_located_is_an_envelope(H264, data);
});
