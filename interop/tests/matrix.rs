//! Every implementation seals for every implementation: each suite, with and without metadata.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod implementation;

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameBuffer, Header, HeaderError, KeyIdLayout, Profile,
    Receiver, Sender,
};
use implementation::{ALL, BASE_KEY, FRAMESEAL, Frame, Implementation, SFRAME_2, sframe_2};
use sframe_rs_2::header::SframeHeader;
use sframe_rs_2::ratchet::RatchetingKeyMaterial;

#[test]
fn every_sender_and_every_receiver() {
    let mut opened = 0;
    for (sender, receiver) in ALL.iter().flat_map(|sender| ALL.map(|receiver| (sender, receiver))) {
        for suite in sender.suites.iter().filter(|suite| receiver.suites.contains(suite)) {
            for frame in frames(*suite) {
                let body = (sender.seal)(&frame);
                let expected =
                    interoperate(sender, &receiver, &frame).then(|| frame.plaintext.to_vec());
                let (from, to) = (sender.name, receiver.name);
                assert_eq!((receiver.open)(&frame, &body), expected, "{from} to {to}: {frame:?}");
                opened += usize::from(expected.is_some());
            }
        }
    }

    // 72 frames a suite. The suites that a pair has in common: frameseal with itself 8, with
    // version 2 five in each direction, version 2 with itself five, version 1 with itself two.
    // Version 1 and the others, twice two in each direction: the 24 frames without metadata.
    assert_eq!(opened, 72 * (8 + 2 * 5 + 5 + 2) + 24 * (2 * 2 * 2));
}

/// What the README says.
fn interoperate(sender: &Implementation, receiver: &Implementation, frame: &Frame) -> bool {
    frame.metadata.is_empty() || sender.aad == receiver.aad
}

#[test]
fn the_same_frame_is_the_same_bytes() {
    for suite in SFRAME_2.suites {
        for frame in frames(*suite) {
            assert_eq!((FRAMESEAL.seal)(&frame), (SFRAME_2.seal)(&frame), "{frame:?}");
        }
    }
}

/// Frames of `suite`: all numbers that a header encodes in another way, with all else.
fn frames(suite: CipherSuite) -> impl Iterator<Item = Frame> {
    const NUMBERS: [(u64, u64); 6] =
        [(0, 0), (7, 7), (8, 8), (0xff, 0x100), (0x0123_4567, 0xffff), (u64::MAX, 0xffff_ffff)];
    const METADATA: [&[u8]; 3] = [&[], &[1, 2], &[0xa5; 100]];
    const PLAINTEXTS: [&[u8]; 4] = [&[], &[7], &[0x33; 16], &[0xc4; 1001]];

    NUMBERS.into_iter().flat_map(move |(key_id, counter)| {
        METADATA.into_iter().flat_map(move |metadata| {
            PLAINTEXTS.map(move |plaintext| Frame { suite, key_id, counter, metadata, plaintext })
        })
    })
}

#[test]
fn counters_that_we_never_send_open() {
    for counter in [1 << 32, 1 << 40, u64::MAX] {
        for suite in SFRAME_2.suites {
            let frame =
                Frame { suite: *suite, key_id: 5, counter, metadata: &[1], plaintext: &[7; 40] };
            let body = (SFRAME_2.seal)(&frame);
            assert_eq!((FRAMESEAL.open)(&frame, &body).as_deref(), Some(frame.plaintext));
        }
    }
}

#[test]
fn whole_frames_of_both_profiles_are_theirs() {
    for (profile, metadata) in [(Profile::Rfc9605, &[][..]), (Profile::Frameseal1, &[1, 0])] {
        for suite in SFRAME_2.suites.iter().copied() {
            let key_id = KeyIdLayout { slot: 5, epoch: 0, track: 0 }.to_key_id();
            let mut frame =
                Frame { suite, key_id: key_id.get(), counter: 0, metadata, plaintext: b"Opus" };
            let key = || BaseKey::new(BASE_KEY.to_vec());
            let mut sender = Sender::new(profile, suite, key_id, key().into_send_key());
            let mut buffer = FrameBuffer::new();
            buffer.load(frame.plaintext).unwrap();
            buffer.seal(&mut sender, 0, Codec::Audio).unwrap();
            assert_eq!((SFRAME_2.open)(&frame, buffer.output()).as_deref(), Some(frame.plaintext));

            frame.counter = 9;
            let theirs = (SFRAME_2.seal)(&frame);
            let mut receiver = Receiver::new(profile, suite);
            receiver.add(key_id, key().into_receive_key(), ());
            buffer.load(&theirs).unwrap();
            buffer.open(&mut receiver, Arrival::default(), Codec::Audio).unwrap();
            assert_eq!(buffer.output(), frame.plaintext);
        }
    }
}

/// Not a wish: when this fails, their ratchet has become the RFC's, and the README has to say so.
#[test]
fn ratcheted_keys_are_other_keys() {
    for suite in SFRAME_2.suites.iter().copied() {
        let ours = BaseKey::new(BASE_KEY.to_vec()).ratchet(suite);
        // Theirs has made the first step as soon as it is there.
        let theirs = RatchetingKeyMaterial::derive_from(sframe_2::suite(suite), BASE_KEY).unwrap();
        assert_eq!(theirs.as_ref().len(), suite.key_len());
        let theirs = BaseKey::new(theirs.as_ref().to_vec());
        assert_ne!(ours.fingerprint(), theirs.fingerprint(), "{}", suite.name());
    }
}

#[test]
fn they_read_longer_headers_than_we_do() {
    for header in [&[0x08, 7][..], &[0x80, 7], &[0x90, 0, 8], &[0x99, 0, 8, 0, 8]] {
        assert!(SframeHeader::deserialize(header).is_ok(), "{header:02x?}");
        assert!(matches!(Header::decode(header), Err(HeaderError::NonMinimal { .. })));
    }
}
