//! Properties that hold for the envelope of every input. Used by the tests and by the fuzz targets.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "an oracle panics where the property fails"
)]
#![allow(dead_code, reason = "no user of this module uses all of it")]

use frameseal_sframe::FrameKind;
use frameseal_sframe::envelope::{Codec, EnvelopeError};

/// Every codec.
pub(crate) const CODECS: [Codec; 6] =
    [Codec::Audio, Codec::Av1, Codec::H264, Codec::H265, Codec::Vp8, Codec::Vp9];

/// Seals as a sender does, `body` taking the place of the ciphertext.
pub(crate) fn seal(codec: Codec, encoded: &[u8], body: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let (mut front, mut sealed) = (Vec::new(), Vec::new());
    codec.front(encoded, body.len(), &mut front)?;
    codec.close(&front, body, &mut sealed);
    Ok(sealed)
}

/// Opens as a receiver does, and tells whether that succeeds.
///
/// A body authenticates if it is `body`, and then opens to `encoded`. That is longer or shorter, so
/// noise is what the body is overwritten with.
pub(crate) fn opens(codec: Codec, sealed: &[u8], encoded: &[u8], body: &[u8]) -> bool {
    let (mut sealed, mut scratch, mut rebuilt) = (sealed.to_vec(), vec![7], Vec::new());
    let Ok(place) = codec.locate(&sealed, &mut scratch) else {
        return false;
    };
    let found = place.body(&mut sealed, &mut scratch);
    if found != body {
        return false;
    }
    found.fill(0xa5);
    codec.front(encoded, body.len(), &mut rebuilt).expect("it was sealed");
    codec.matches(&sealed, &rebuilt)
}

/// Whatever gets an envelope can be opened again, and the envelope is made of its beginning.
///
/// `data` is frame and body in one.
pub(crate) fn what_is_sealed_opens(codec: Codec, data: &[u8]) {
    let Ok(sealed) = seal(codec, data, data) else {
        return;
    };
    assert!(opens(codec, &sealed, data, data), "{codec:?}");
    assert_eq!(codec.kind(&sealed), codec.kind(data), "{codec:?}");

    let (mut front, mut again) = (Vec::new(), Vec::new());
    codec.front(data, 0, &mut front).expect("it was sealed");
    codec.front(&front, 0, &mut again).expect("an envelope has one");
    assert_eq!(again, front, "{codec:?}");
}

/// Whatever a body is found in is what we would have made, but for what a network may do to it.
pub(crate) fn what_is_located_is_an_envelope(codec: Codec, data: &[u8]) {
    let (mut buffer, mut scratch) = (data.to_vec(), Vec::new());
    let Ok(place) = codec.locate(data, &mut scratch) else {
        return;
    };
    let body = place.body(&mut buffer, &mut scratch).to_vec();
    assert_eq!(body.len(), place.range().len());

    let (mut front, mut canonical) = (Vec::new(), Vec::new());
    codec.front(data, body.len(), &mut front).expect("an envelope has one");
    codec.close(&front, &body, &mut canonical);
    assert!(opens(codec, &canonical, data, &body), "{codec:?}");

    // Nobody sealed these: they are found, and then do not match.
    let has_more = match codec {
        // Sequence headers are left out of a delta frame's envelope.
        Codec::Av1 => codec.kind(data) == Ok(FrameKind::Delta),
        // A key frame that is hidden, or has other bits where the last byte is filled up.
        Codec::Vp9 => !data.starts_with(&front),
        _ => false,
    };
    assert!(has_more || codec.matches(data, &front), "{codec:?}");
}

/// No bit of a sealed frame can change, and none of its bytes can be missing at the end.
pub(crate) fn tampering_is_noticed(codec: Codec, encoded: &[u8], body: &[u8]) {
    let sealed = seal(codec, encoded, body).expect("a frame of this codec");
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        assert!(!opens(codec, &flipped, encoded, body), "{codec:?}, bit {bit}");
    }
    for len in 0..sealed.len() {
        let shorter = &sealed[..len];
        assert!(!opens(codec, shorter, encoded, body), "{codec:?}, {len} bytes");
    }
}
