//! Frames come out of the packets of libraries as they went in.
#![expect(clippy::arithmetic_side_effects, reason = "a test may panic")]

use bytes::Bytes;
use proptest::prelude::*;
use rtc_rtp::codec::av1::Av1Payloader;
use rtc_rtp::codec::h264::H264Payloader;
use rtc_rtp::codec::h265::HevcPayloader;
use rtc_rtp::codec::vp8::Vp8Payloader;
use rtc_rtp::codec::vp9::Vp9Payloader;
use rtc_rtp::packetizer::Payloader;

use super::{Payload, Piece, pieces};
use crate::media::{Codec, nal};

const VIDEO: [Codec; 5] = [Codec::Vp8, Codec::Vp9, Codec::Av1, Codec::H264, Codec::H265];

/// A frame of a codec, as far as packetizers look into it, of some bytes.
fn frame(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    match codec {
        Codec::Av1 => {
            let mut frame = Vec::new();
            for (header, payload) in [(0x0a_u8, &[0, 0, 0, 1][..]), (0x32, bytes)] {
                let obu = [&[header & !2], payload].concat();
                crate::media::obu::Obu::split(&obu).unwrap().0.write(&mut frame);
            }
            frame
        }
        Codec::H264 => [&[0, 0, 0, 1, 0x65, 0x88], bytes, &[0x80]].concat(),
        Codec::H265 => [&[0, 0, 0, 1, 0x26, 0x01, 0xaf], bytes, &[0x80]].concat(),
        _ => [&[0x10, 0, 0], bytes].concat(),
    }
}

fn payloads(codec: Codec, frame: &[u8], max_len: usize) -> Vec<Bytes> {
    let mut payloader: Box<dyn Payloader> = match codec {
        Codec::Vp8 => {
            let mut payloader = Vp8Payloader::default();
            payloader.enable_picture_id = true;
            Box::new(payloader)
        }
        Codec::Vp9 => Box::<Vp9Payloader>::default(),
        Codec::Av1 => Box::<Av1Payloader>::default(),
        Codec::H264 => Box::<H264Payloader>::default(),
        _ => Box::<HevcPayloader>::default(),
    };
    payloader.payload(max_len, &Bytes::copy_from_slice(frame)).unwrap()
}

fn all<'a>(payloads: &'a [Bytes]) -> Vec<Payload<'a>> {
    payloads.iter().map(|bytes| Payload { bytes, follows: true }).collect()
}

#[test]
fn the_frames_of_layers_come_one_by_one() {
    let layers: Vec<_> = (1..=3).map(|layer| frame(Codec::Vp9, &[layer; 2000])).collect();
    let packets: Vec<_> =
        layers.iter().flat_map(|layer| payloads(Codec::Vp9, layer, 1200)).collect();
    let whole: Vec<_> = layers.iter().cloned().map(Piece::Frame).collect();
    assert_eq!(pieces(Codec::Vp9, &all(&packets)), whole);

    // Without the second packet of the second layer.
    let mut some = all(&packets);
    some.remove(3);
    some[3].follows = false;
    let [first, _, third] = <[_; 3]>::try_from(whole).unwrap();
    assert_eq!(pieces(Codec::Vp9, &some), [first, Piece::Lost, third]);
}

#[test]
fn av1_is_split_behind_each_frame() {
    let layers = [frame(Codec::Av1, &[1; 2000]), frame(Codec::Av1, &[2; 2000])];
    let packets: Vec<_> =
        layers.iter().flat_map(|layer| payloads(Codec::Av1, layer, 1200)).collect();
    let whole = layers.map(Piece::Frame);
    assert_eq!(pieces(Codec::Av1, &all(&packets)), whole);

    let mut some = all(&packets);
    some.remove(1);
    some[1].follows = false;
    let [_, second] = whole;
    assert_eq!(pieces(Codec::Av1, &some), [Piece::Lost, second]);
}

#[test]
fn parameter_sets_come_with_their_picture() {
    let mut access_unit = Vec::new();
    for unit in
        [&[0x40_u8, 1, 7][..], &[0x42, 1, 8], &[0x44, 1, 9], &[&[0x26, 1][..], &[5; 3000]].concat()]
    {
        nal::push(unit, &mut access_unit);
    }
    let packets = payloads(Codec::H265, &access_unit, 1200);
    assert_eq!(pieces(Codec::H265, &all(&packets)), [Piece::Frame(access_unit)]);
}

#[test]
fn audio_has_a_frame_in_each_packet() {
    let packets = [Bytes::from_static(&[1, 2]), Bytes::from_static(&[3])];
    let frames = [Piece::Frame(vec![1, 2]), Piece::Frame(vec![3])];
    assert_eq!(pieces(Codec::Opus, &all(&packets)), frames);
}

proptest! {
    #[test]
    fn what_a_library_packetizes_comes_out_again(
        at in 0_usize..VIDEO.len(),
        content in proptest::collection::vec(2_u8.., 1..5000),
        max_len in 60_usize..1300,
    ) {
        let codec = VIDEO[at];
        let frame = frame(codec, &content);
        let packets = payloads(codec, &frame, max_len);
        prop_assert_eq!(pieces(codec, &all(&packets)), [Piece::Frame(frame)]);
    }

    #[test]
    fn a_frame_with_a_packet_missing_in_the_middle_is_lost(
        at in 0_usize..VIDEO.len(),
        content in proptest::collection::vec(2_u8.., 600..5000),
        missing: proptest::sample::Index,
    ) {
        let codec = VIDEO[at];
        let packets = payloads(codec, &frame(codec, &content), 200);
        let mut some = all(&packets);
        let missing = missing.index(some.len() - 2) + 1;
        some.remove(missing);
        some[missing].follows = false;
        let pieces = pieces(codec, &some);
        prop_assert!(pieces.iter().all(|piece| *piece == Piece::Lost), "{:?}", pieces);
        prop_assert!(!pieces.is_empty());
    }

    #[test]
    fn whatever_payloads_hold_is_no_reason_to_panic(
        at in 0_usize..VIDEO.len(),
        packets in proptest::collection::vec(any::<(Vec<u8>, bool)>(), 0..8),
    ) {
        let payloads: Vec<_> =
            packets.iter().map(|(bytes, follows)| Payload { bytes, follows: *follows }).collect();
        let pieces = pieces(VIDEO[at], &payloads);
        let len: usize = packets.iter().map(|packet| packet.0.len()).sum();
        let most = pieces.iter().map(|piece| match piece {
            Piece::Frame(frame) => frame.len(),
            Piece::Lost => 0,
        });
        prop_assert!(most.sum::<usize>() <= 8 * len + 8, "frames are no longer than their packets");
    }
}
