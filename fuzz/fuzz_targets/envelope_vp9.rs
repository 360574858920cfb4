#![no_main]

#[path = "../../sframe/tests/oracle/envelope.rs"]
mod oracle;

use frameseal_sframe::envelope::Codec::Vp9;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    oracle::what_is_sealed_opens(Vp9, data);
    oracle::what_is_located_is_an_envelope(Vp9, data);
});
