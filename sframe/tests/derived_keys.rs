//! What is kept of a key for one track opens the recording of that track, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod oracle;
mod recording;

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    BaseKey, CipherSuite, DerivedKey, FrameBuffer, KeyIdLayout, OpenContext, OpenFrameError,
    Profile, Sender,
};
use oracle::link::Link;
use recording::RECORDINGS;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PROFILE: Profile = Profile::Frameseal1;
const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;
const CAMERA: KeyIdLayout = KeyIdLayout { slot: 1, epoch: 0, track: 2 };

/// A delta frame of VP9, as far as an envelope knows.
const PICTURE: &[u8] = b"\x86 a picture";

/// Opens what was sealed under one key ID.
struct Archive {
    context: OpenContext,
    buffer: FrameBuffer,
}

impl Archive {
    fn new(key: &DerivedKey) -> Self {
        Self { context: OpenContext::with_derived_key(key), buffer: FrameBuffer::new() }
    }

    fn open(&mut self, codec: Codec, sealed: &[u8]) -> Result<&[u8], OpenFrameError> {
        self.buffer.load(sealed).unwrap();
        let opened = self.buffer.open_with(&mut self.context, PROFILE, codec);
        if !matches!(opened, Ok(Some(_))) {
            assert!(self.buffer.output().is_empty(), "readable after {opened:?}");
        }
        if let Some(kind) = opened? {
            assert_eq!(codec.kind(self.buffer.output()), Ok(kind));
        }
        Ok(self.buffer.output())
    }
}

/// As a [`Link`] has it.
fn base_key() -> BaseKey {
    BaseKey::new(vec![3; 32])
}

fn camera(suite: CipherSuite) -> DerivedKey {
    base_key().derive(suite, CAMERA.to_key_id())
}

/// Seals a picture of a track.
fn seal(base_key: BaseKey, layout: KeyIdLayout) -> Vec<u8> {
    let mut sender = Sender::new(PROFILE, SUITE, layout.to_key_id(), base_key.into_send_key());
    let mut buffer = FrameBuffer::new();
    buffer.load(PICTURE).unwrap();
    buffer.seal(&mut sender, layout.track, Codec::Vp9).unwrap();
    buffer.output().to_vec()
}

#[test]
fn every_recorded_frame_opens_bit_for_bit() {
    for suite in CipherSuite::ALL {
        for recording in RECORDINGS {
            let mut link = Link::new(PROFILE, suite);
            let mut archive = Archive::new(&camera(suite));
            for frame in recording.frames().take(4) {
                let sealed = link.seal(recording.codec, frame.encoded).unwrap();
                let opened = archive.open(recording.codec, &sealed);
                assert_eq!(opened, Ok(frame.encoded), "{}, {suite:?}", recording.name);
            }
        }
    }
}

#[test]
fn a_sealed_frame_names_its_key() {
    let mut buffer = FrameBuffer::new();
    for recording in RECORDINGS {
        let mut link = Link::new(PROFILE, SUITE);
        let frames = recording.frames().filter(|frame| !frame.encoded.is_empty());
        for (counter, frame) in (0..4).zip(frames) {
            buffer.load(&link.seal(recording.codec, frame.encoded).unwrap()).unwrap();
            let header = buffer.sealed_header(recording.codec).unwrap();
            assert_eq!(header.key_id, CAMERA.to_key_id());
            assert_eq!(header.counter.get(), counter);

            buffer.load(frame.encoded).unwrap();
            let unsealed = buffer.sealed_header(recording.codec);
            if recording.codec != Codec::Audio {
                assert_ne!(unsealed.map(|header| header.key_id), Ok(CAMERA.to_key_id()));
            }
        }
    }
}

#[test]
fn no_other_track_and_no_other_epoch_opens() {
    let mut archive = Archive::new(&camera(SUITE));
    let next = || base_key().ratchet(SUITE);
    for (what, sealed) in [
        ("another track", seal(base_key(), KeyIdLayout { track: 1, ..CAMERA })),
        ("data", seal(base_key(), KeyIdLayout { track: 3, ..CAMERA })),
        ("a later epoch", seal(next(), KeyIdLayout { epoch: 1, ..CAMERA })),
        ("another slot", seal(base_key(), KeyIdLayout { slot: 2, ..CAMERA })),
    ] {
        let opened = archive.open(Codec::Vp9, &sealed);
        assert!(matches!(opened, Err(OpenFrameError::UnknownKey { .. })), "{what}: {opened:?}");
    }
    // Epochs come round after 256: then another key has this ID.
    let opened = archive.open(Codec::Vp9, &seal(next(), CAMERA)).map(<[u8]>::to_vec);
    let key_id = CAMERA.to_key_id();
    assert_eq!(opened, Err(OpenFrameError::Authentication { key_id }));
}

#[test]
fn a_frame_that_one_key_does_not_open_can_be_tried_with_the_next() {
    for recording in RECORDINGS {
        let mut link = Link::new(PROFILE, SUITE);
        let mut wrong = OpenContext::with_derived_key(
            &base_key().ratchet(SUITE).derive(SUITE, CAMERA.to_key_id()),
        );
        let mut right = OpenContext::with_derived_key(&camera(SUITE));
        let frame = recording.frames().next().unwrap();
        let sealed = link.seal(recording.codec, frame.encoded).unwrap();
        let mut buffer = FrameBuffer::new();
        buffer.load(&sealed).unwrap();
        let opened = buffer.open_with(&mut wrong, PROFILE, recording.codec);
        assert!(matches!(opened, Err(OpenFrameError::Authentication { .. })), "{opened:?}");
        buffer.open_with(&mut right, PROFILE, recording.codec).unwrap();
        assert_eq!(buffer.output(), frame.encoded, "{}", recording.name);
    }
}

#[test]
fn a_frame_opens_once() {
    let mut archive = Archive::new(&camera(SUITE));
    let sealed = seal(base_key(), CAMERA);
    assert_eq!(archive.open(Codec::Vp9, &sealed), Ok(PICTURE));
    assert_eq!(archive.open(Codec::Vp9, &sealed), Err(OpenFrameError::Duplicate));
}

#[test]
fn a_frame_that_was_changed_does_not_open_and_does_not_count() {
    let mut archive = Archive::new(&camera(SUITE));
    let sealed = seal(base_key(), CAMERA);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        *changed.get_mut(at).unwrap() ^= 1;
        let opened = archive.open(Codec::Vp9, &changed);
        assert!(opened.is_err(), "byte {at}: {opened:?}");
    }
    assert_eq!(archive.open(Codec::Vp9, &sealed), Ok(PICTURE));
}

#[test]
fn what_is_no_frame_is_told() {
    let mut archive = Archive::new(&camera(SUITE));
    assert_eq!(archive.open(Codec::Vp9, &[]), Ok(&[][..]));
    assert_eq!(archive.open(Codec::Vp9, &[0x86]), Err(OpenFrameError::NotSealed));
    archive.buffer.load(&[0x86]).unwrap();
    assert_eq!(archive.buffer.sealed_header(Codec::Vp9), Err(OpenFrameError::NotSealed));
}
