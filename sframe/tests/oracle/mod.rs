//! Properties that hold for every input. Used by proptest, by the fuzz targets and by the corpus
//! replay, so that a finding in one is a test in all three.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "an oracle panics where the property fails"
)]
#![allow(dead_code, reason = "no user of this module uses all of it")]

pub(crate) mod entry_points;
pub(crate) mod envelope;
pub(crate) mod link;
pub(crate) mod tampering;
pub(crate) mod transmission;

use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, FrameKind, Header, KeyId, OpenError, Profile, Receiver, Sender,
};

/// Decoding never panics, and whatever decodes has exactly one encoding.
pub(crate) fn header_decoding_is_canonical(data: &[u8]) {
    let Ok((header, rest)) = Header::decode(data) else {
        return;
    };

    let mut encoded = header.encode().to_vec();
    assert!(encoded.len() <= Header::MAX_LEN);
    assert_eq!(encoded.len(), header.encoded_len());

    encoded.extend_from_slice(rest);
    assert_eq!(encoded, data);
}

/// What nobody sealed never opens, whatever key ID it names, and is left as it was.
///
/// The first byte of `data` chooses suite and profile; the rest is the body.
pub(crate) fn forged_bodies_do_not_open(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let suite = CipherSuite::ALL[usize::from(choice % 8)];
    let profile = if choice & 8 == 0 { Profile::Frameseal1 } else { Profile::Rfc9605 };
    let mut receiver = Receiver::new(profile, suite);
    for key_id in [0, 7, 0x10, 0x1000] {
        receiver.add(KeyId::new(key_id), BaseKey::new(vec![3; 32]).into_receive_key(), ());
    }

    let mut buffer = body.to_vec();
    for kind in [FrameKind::Audio, FrameKind::Delta, FrameKind::Key, FrameKind::Data] {
        assert!(receiver.open(kind, Arrival::default(), &mut buffer).is_err());
        assert_eq!(buffer, body);
    }
}

/// Whatever is sealed opens to the same bytes, once, and in no other shape.
///
/// The first byte of `data` chooses suite and kind, the second what is changed; the rest is the
/// frame.
pub(crate) fn sealed_frames_open_once(data: &[u8]) {
    let [choice, change, frame @ ..] = data else {
        return;
    };
    let suite = CipherSuite::ALL[usize::from(choice % 8)];
    let kinds = [FrameKind::Audio, FrameKind::Delta, FrameKind::Key, FrameKind::Data];
    let kind = kinds[usize::from(choice >> 3 & 3)];
    let key = || BaseKey::new(vec![3; 32]);
    let mut sender =
        Sender::new(Profile::Frameseal1, suite, KeyId::new(0x120), key().into_send_key());
    let mut receiver = Receiver::new(Profile::Frameseal1, suite);
    receiver.add(KeyId::new(0x120), key().into_receive_key(), "alice");

    let track = change & 3; // or stream
    let body = match kind {
        FrameKind::Data => sender.seal_data(track, frame),
        _ => sender.seal(track, kind, frame),
    };
    let body = body.unwrap();
    let mut changed = body.clone();
    let at = usize::from(*change) * 7 % changed.len();
    changed[at] ^= 1 << (choice >> 5);
    assert!(receiver.open(kind, Arrival::default(), &mut changed).is_err());
    let other_kind = kinds[usize::from((choice >> 3).wrapping_add(1) & 3)];
    let refusal = match (kind, other_kind) {
        (FrameKind::Data, _) | (_, FrameKind::Data) => OpenError::WrongTrack,
        _ => OpenError::Authentication,
    };
    let arrival = Arrival::default();
    assert_eq!(receiver.open(other_kind, arrival, &mut body.clone()), Err(refusal));

    let mut opened = body.clone();
    let (found, plaintext) = receiver.open(kind, arrival, &mut opened).unwrap();
    assert_eq!((found.source, found.track, &*plaintext), ("alice", track, frame));
    assert_eq!(receiver.open(kind, arrival, &mut body.clone()), Err(OpenError::Duplicate));
}
