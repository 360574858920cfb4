#![no_main]

#[path = "../../sframe/tests/oracle/envelope.rs"]
mod oracle;

use frameseal_sframe::envelope::Codec::Av1;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    oracle::what_is_sealed_opens(Av1, data);
    oracle::what_is_located_is_an_envelope(Av1, data);
});
