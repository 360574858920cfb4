//! The frame that members seal: a delta of VP9, whose envelope is always the same.

use frameseal_sframe::envelope::Codec;

/// A small picture.
pub const PICTURE: &[u8] = b"\x86 a frame";

/// Puts the envelope of [`PICTURE`] around a body.
pub(crate) fn enclose(body: &[u8]) -> Vec<u8> {
    let (mut front, mut sealed) = (Vec::new(), Vec::new());
    Codec::Vp9.front(PICTURE, body.len(), &mut front).expect("a picture");
    Codec::Vp9.close(&front, body, &mut sealed);
    sealed
}

/// Takes it off.
///
/// # Panics
///
/// If `sealed` is no sealed frame of VP9.
#[must_use]
pub fn body_of(sealed: &[u8]) -> &[u8] {
    let place = Codec::Vp9.locate(sealed, &mut Vec::new()).expect("a sealed picture");
    &sealed[place.range()]
}
