//! Random frames over a network that does to them all that an envelope may suffer, and none of what
//! it may not.

use frameseal_sframe::envelope::Codec;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::oracle;
use crate::transmission::{TEMPORAL_DELIMITER, push_nal, push_obu, transmit};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

proptest! {
    #[test]
    fn byte_streams_survive((codec, encoded) in byte_stream(), body in body(), choices in choices()) {
        let sealed = oracle::seal(codec, &encoded, &body).unwrap();
        let sent = transmit(codec, &sealed, &choices);
        prop_assert!(oracle::opens(codec, &sent, &encoded, &body));
    }

    #[test]
    fn obus_survive(encoded in temporal_unit(), body in body(), choices in choices()) {
        let sealed = oracle::seal(Codec::Av1, &encoded, &body).unwrap();
        let sent = transmit(Codec::Av1, &sealed, &choices);
        prop_assert!(oracle::opens(Codec::Av1, &sent, &encoded, &body));
    }

    #[test]
    fn tampering_is_noticed(
        (codec, encoded) in prop_oneof![
            byte_stream(),
            temporal_unit().prop_map(|encoded| (Codec::Av1, encoded)),
            vp9_frame().prop_map(|encoded| (Codec::Vp9, encoded)),
        ],
        body in vec(byte(), 1..30),
    ) {
        oracle::tampering_is_noticed(codec, &encoded, &body);
    }

    #[test]
    fn no_bytes_are_too_odd(data in vec(byte(), 0..300), start in 0..9_usize) {
        let starts: [&[u8]; 9] = [
            &[], &[0, 0, 1, 0x65], &[0, 0, 1, 0x26, 1], &[0x32, 0x7f, 0x10], &[0x32, 0x7f, 0x30],
            &[0x11, 0, 0, 0, 0], &[0x10, 0, 0, 0x9d, 1, 0x2a], &[0x86],
            &[0x82, 0x49, 0x83, 0x42],
        ];
        let data = [starts[start], &data].concat();
        for codec in oracle::CODECS {
            oracle::what_is_sealed_opens(codec, &data);
            oracle::what_is_located_is_an_envelope(codec, &data);
        }
    }
}

/// A network's choices, taken in turn.
fn choices() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..20)
}

/// Any byte, but mostly those that start codes, headers and sizes are made of.
fn byte() -> impl Strategy<Value = u8> {
    let common = [1, 2, 3, 0x80, 0x0a, 0x12, 0x32, 0x65, 0x41, 0x67, 0x68, 0x26, 0x40, 0x42, 0x44];
    prop_oneof![6 => Just(0), 6 => prop::sample::select(common.to_vec()), 3 => any::<u8>()]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(byte(), 0..200), vec(any::<u8>(), 0..3000), vec(Just(0), 0..50)]
}

/// What follows a NAL unit's header: anything that needs no escaping.
fn nal_payload() -> impl Strategy<Value = Vec<u8>> {
    vec(1..=u8::MAX, 1..20)
}

/// An access unit of H.264 or H.265, with all that may be in one.
fn byte_stream() -> impl Strategy<Value = (Codec, Vec<u8>)> {
    let head = vec((0..5_usize, nal_payload(), 0..4_usize), 0..6);
    let slices = vec((nal_payload(), 0..4_usize), 1..4);
    (any::<bool>(), any::<bool>(), head, slices).prop_map(|(h265, key, head, slices)| {
        let headers: [&[u8]; 5] = match h265 {
            true => [&[0x40, 1], &[0x42, 1], &[0x44, 1], &[0x46, 1], &[0x4e, 1]],
            false => [&[0x67], &[0x68], &[0x6f], &[0x09], &[0x06]],
        };
        let slice: &[u8] = match (h265, key) {
            (true, true) => &[0x26, 1, 0xaf],
            (true, false) => &[0x02, 1, 0xd0],
            (false, true) => &[0x65, 0x88, 0x84],
            (false, false) => &[0x41, 0x9a],
        };
        let mut stream = Vec::new();
        for (header, payload, zeros) in head {
            push_nal(zeros, &[headers[header], &payload].concat(), &mut stream);
        }
        for (payload, zeros) in slices {
            push_nal(zeros, &[slice, &payload].concat(), &mut stream);
            stream.resize(stream.len() + zeros, 0);
        }
        (if h265 { Codec::H265 } else { Codec::H264 }, stream)
    })
}

/// A temporal unit of one frame, with all that may be in one.
fn temporal_unit() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop::sample::select(vec![SEQUENCE_HEADER, TEMPORAL_DELIMITER, METADATA, PADDING]);
    let extension = || prop::option::of(any::<u8>());
    let head = vec((kinds, extension(), vec(any::<u8>(), 1..20), 1..=8_usize), 0..5);
    let frame_kind = prop::sample::select(vec![FRAME, FRAME_HEADER]);
    let size_len = prop::option::of(2..=8_usize);
    let frame = (frame_kind, extension(), vec(any::<u8>(), 1..300), size_len);
    (head, frame).prop_map(|(head, frame)| {
        let mut unit = Vec::new();
        for (kind, extension, mut payload, size_len) in head {
            payload[0] &= !REDUCED_STILL_PICTURE_HEADER;
            push_obu(kind, extension, &payload, Some(size_len), &mut unit);
        }
        let (kind, extension, payload, size_len) = frame;
        push_obu(kind, extension, &payload, size_len, &mut unit);
        unit
    })
}

/// A frame of VP9, of any profile.
fn vp9_frame() -> impl Strategy<Value = Vec<u8>> {
    let flags = any::<[bool; 3]>();
    (0..4_u32, flags, any::<u128>(), vec(byte(), 20..60)).prop_map(
        |(profile, flags, bits, rest)| {
            let [is_delta, is_shown, is_scaled] = flags.map(u128::from);
            let mut frame = Bits::default();
            frame.put(2, 2).put(2, ((profile & 1) << 1 | profile >> 1).into());
            frame.put(if profile == 3 { 2 } else { 1 }, 0).put(1, is_delta).put(1, is_shown);
            frame
                .put(1, bits & 1)
                .put(24, 0x49_8342)
                .put(if profile >= 2 { 1 } else { 0 }, bits >> 1 & 1);
            let color_space = bits >> 2 & 7;
            let is_rgb = color_space == 7 && profile & 1 == 1;
            frame.put(3, if is_rgb { 7 } else { color_space % 7 });
            match (is_rgb, profile & 1) {
                (true, _) => frame.put(1, 0),
                (false, 1) => frame.put(3, bits >> 5 & 7).put(1, 0),
                (false, _) => frame.put(1, bits >> 5 & 1),
            };
            frame
                .put(32, bits >> 8)
                .put(1, is_scaled)
                .put(if is_scaled == 1 { 32 } else { 0 }, bits >> 40);
            [frame.bytes(), rest].concat()
        },
    )
}

/// Bits of a header, first to last.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    /// Appends the lowest `len` bits of `value`.
    fn put(&mut self, len: u32, value: u128) -> &mut Self {
        self.0.extend((0..len).rev().map(|bit| value >> bit & 1 == 1));
        self
    }

    /// Fills the last byte with ones.
    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            (0..8).fold(0, |byte, at| byte << 1 | u8::from(bits.get(at).copied().unwrap_or(true)))
        };
        self.0.chunks(8).map(byte).collect()
    }
}

/// In a sequence header's first byte.
const REDUCED_STILL_PICTURE_HEADER: u8 = 1 << 3;

/// `obu_type`s, where they are in an OBU's header.
const SEQUENCE_HEADER: u8 = 1 << 3;
const FRAME_HEADER: u8 = 3 << 3;
const METADATA: u8 = 5 << 3;
const FRAME: u8 = 6 << 3;
const PADDING: u8 = 15 << 3;
