//! Two halves and an AEAD in between make what one call makes.
#![expect(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a test may panic")]

mod oracle;
mod recording;

use frameseal_sframe::aead::Aead;
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    AeadCall, Arrival, BaseKey, CipherSuite, FrameBuffer, KeyIdLayout, OpenFrameError, Opened,
    Profile, Receiver, SealFrameError, Sender,
};
use oracle::link::Link;
use recording::{Frame, RECORDINGS};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SUITES: [CipherSuite; 2] =
    [CipherSuite::Aes128GcmSha256_128, CipherSuite::Aes256GcmSha512_128];
const TRACK: u8 = 2;

/// A delta frame of VP9, as far as an envelope knows.
const PICTURE: &[u8] = b"\x86 a picture";

/// As a [`Link`], with the AEAD outside of it.
struct Halves {
    suite: CipherSuite,
    sender: Sender,
    receiver: Receiver<&'static str>,
    buffer: FrameBuffer,
}

impl Halves {
    fn new(profile: Profile, suite: CipherSuite) -> Self {
        let key = || BaseKey::new(vec![3; 32]);
        let key_id = KeyIdLayout { slot: 1, epoch: 0, track: 0 }.to_key_id();
        let mut receiver = Receiver::new(profile, suite);
        receiver.follow(key_id, key().into_receive_key(), "alice");
        let sender = Sender::new(profile, suite, key_id, key().into_send_key());
        Self { suite, sender, receiver, buffer: FrameBuffer::new() }
    }

    fn seal(&mut self, codec: Codec, encoded: &[u8]) -> Vec<u8> {
        self.put(encoded);
        let call = self.buffer.begin_seal(&mut self.sender, TRACK, codec).unwrap();
        let key = call.seal_key(&self.sender).unwrap();
        let aead = Aead::new(self.suite, &key).unwrap();
        let text = self.buffer.aead_text(&call);
        let (text, tag) = text.split_at_mut(encoded.len());
        aead.seal(call.nonce(), &aad(&call), text, tag).unwrap();
        let kind = self.buffer.finish_seal(call).unwrap();
        assert_eq!(codec.kind(encoded), Ok(kind));
        self.buffer.output().to_vec()
    }

    /// Begins, and decrypts unless the tag is wrong; the rest is [`Halves::finish`].
    fn decrypt(&mut self, codec: Codec, sealed: &[u8]) -> Option<AeadCall> {
        self.put(sealed);
        let call = self.buffer.begin_open(&mut self.receiver, Arrival::default(), codec)?;
        let aead = Aead::new(self.suite, &call.open_key(&self.receiver)?).unwrap();
        let text = self.buffer.aead_text(&call);
        let (text, tag) = text.split_at_mut(text.len() - 16);
        aead.open(call.nonce(), &aad(&call), text, tag).ok()?;
        Some(call)
    }

    fn finish(&mut self, call: AeadCall) -> Result<Opened<&'static str>, OpenFrameError> {
        self.buffer.finish_open(call, &mut self.receiver, Arrival::default())
    }

    fn open(&mut self, codec: Codec, sealed: &[u8]) -> Option<&[u8]> {
        let opened = match self.decrypt(codec, sealed) {
            Some(call) => self.finish(call),
            None => {
                self.put(sealed);
                let Self { receiver, buffer, .. } = self;
                Ok(buffer.open(receiver, Arrival::default(), codec).ok()??)
            }
        };
        assert_eq!(opened.ok()?.source, "alice");
        Some(self.buffer.output())
    }

    fn open_whole(
        &mut self,
        sealed: &[u8],
    ) -> Result<Option<Opened<&'static str>>, OpenFrameError> {
        self.put(sealed);
        let Self { receiver, buffer, .. } = self;
        buffer.open(receiver, Arrival::default(), Codec::Vp9)
    }

    fn put(&mut self, frame: &[u8]) {
        self.buffer.load(frame).unwrap();
    }
}

fn aad(call: &AeadCall) -> Vec<u8> {
    let mut aad = Vec::new();
    call.append_aad(&mut aad);
    aad
}

/// The first frames of every recording, but those of no bytes.
fn recorded() -> impl Iterator<Item = (Codec, Frame)> {
    let frames = RECORDINGS.iter().flat_map(|recording| {
        recording.frames().take(4).map(|frame| (recording.codec, frame)).collect::<Vec<_>>()
    });
    frames.filter(|(_, frame)| !frame.encoded.is_empty())
}

#[test]
fn both_ways_make_the_same_bytes_and_open_each_others() {
    for profile in [Profile::Frameseal1, Profile::Rfc9605] {
        for suite in SUITES {
            let (mut whole, mut halves) = (Link::new(profile, suite), Halves::new(profile, suite));
            for (codec, Frame { encoded, .. }) in recorded() {
                let sealed = whole.seal(codec, encoded).unwrap();
                assert_eq!(halves.seal(codec, encoded), sealed);
                assert_eq!(whole.open(codec, &sealed), Ok(encoded));
                assert_eq!(halves.open(codec, &sealed), Some(encoded));
            }
        }
    }
}

#[test]
fn every_flipped_bit_fails_and_leaves_nothing() {
    for (codec, Frame { encoded, .. }) in recorded().filter(|(_, frame)| frame.encoded.len() < 500)
    {
        let mut halves = Halves::new(Profile::Frameseal1, SUITES[0]);
        let sealed = halves.seal(codec, encoded);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(halves.open(codec, &changed), None, "bit {bit}");
            assert_eq!(halves.buffer.output(), b"");
        }
        assert_eq!(halves.open(codec, &sealed), Some(encoded));
    }
}

/// Browsers deliver a frame several times, and each may be on its way through an AEAD.
#[test]
fn of_two_calls_for_one_frame_one_comes_through() {
    let mut halves = Halves::new(Profile::Frameseal1, SUITES[0]);
    let sealed = halves.seal(Codec::Vp9, PICTURE);
    let first = halves.decrypt(Codec::Vp9, &sealed).unwrap();
    let second = halves.decrypt(Codec::Vp9, &sealed).unwrap();
    assert!(halves.finish(first).is_ok());
    assert_eq!(halves.finish(second), Err(OpenFrameError::Duplicate));
    assert_eq!(halves.buffer.output(), b"");
}

#[test]
fn a_key_that_went_meanwhile_opens_nothing() {
    let mut halves = Halves::new(Profile::Frameseal1, SUITES[0]);
    let sealed = halves.seal(Codec::Vp9, PICTURE);
    let call = halves.decrypt(Codec::Vp9, &sealed).unwrap();
    let key_id = call.key_id();
    halves.receiver.remove(key_id);
    let Err(error) = halves.finish(call) else { panic!("it opened") };
    assert!(matches!(error, OpenFrameError::UnknownKey { .. }) && error.key_id() == Some(key_id));
    assert_eq!(halves.buffer.output(), b"");
}

/// What was begun and never finished has spent its counter.
#[test]
fn no_two_calls_have_one_nonce() {
    let mut halves = Halves::new(Profile::Frameseal1, SUITES[0]);
    let mut nonces: Vec<_> = (0..100)
        .map(|_| {
            halves.put(PICTURE);
            let sender = &mut halves.sender;
            let call = halves.buffer.begin_seal(sender, TRACK, Codec::Vp9);
            *call.unwrap().nonce()
        })
        .collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 100);
}

/// The first frame under a ratcheted key is for `open` alone, which keeps what authenticates.
#[test]
fn ratcheting_is_left_to_the_whole_way() {
    let mut halves = Halves::new(Profile::Frameseal1, SUITES[0]);
    let later = BaseKey::new(vec![3; 32]).into_send_key().ratchet(SUITES[0]);
    let key_id = KeyIdLayout { slot: 1, epoch: 1, track: 0 }.to_key_id();
    halves.sender = Sender::new(Profile::Frameseal1, SUITES[0], key_id, later);
    let sealed = halves.seal(Codec::Vp9, PICTURE);
    assert!(halves.decrypt(Codec::Vp9, &sealed).is_none());
    assert!(halves.open_whole(&sealed).is_ok());

    let sealed = halves.seal(Codec::Vp9, b"\x86 the next picture");
    assert_eq!(halves.open(Codec::Vp9, &sealed), Some(&b"\x86 the next picture"[..]));
}

#[test]
fn what_cannot_be_sealed_is_refused_at_the_beginning() {
    let mut halves = Halves::new(Profile::Frameseal1, SUITES[0]);
    halves.put(b"no picture");
    let begun = halves.buffer.begin_seal(&mut halves.sender, TRACK, Codec::H264);
    assert!(matches!(begun, Err(SealFrameError::Envelope(_))), "{begun:?}");
}
