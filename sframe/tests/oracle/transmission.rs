//! What packetizers, depacketizers and SFUs are known to do to what they take for a codec's frame.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a network of tests, that is given what we sealed"
)]

use frameseal_sframe::envelope::Codec;

/// Sends what is sealed through a network that makes these `choices`, at least one, in turn.
pub(crate) fn transmit(codec: Codec, sealed: &[u8], choices: &[u8]) -> Vec<u8> {
    match codec {
        Codec::Av1 => rewrite_obus(sealed, choices),
        Codec::H264 => {
            let inserted: [&[u8]; 4] = [&[0x09, 0x10], &[0x06, 1], &[0x67, 0x4d], &[0x68, 0xee]];
            rewrite_start_codes(sealed, &inserted, choices)
        }
        Codec::H265 => {
            let inserted: [&[u8]; 4] =
                [&[0x46, 1, 0x50], &[0x4e, 1, 5], &[0x40, 1, 0xc], &[0x44, 1, 0xc1]];
            rewrite_start_codes(sealed, &inserted, choices)
        }
        _ => sealed.to_vec(),
    }
}

/// What depacketizers do: start codes of three bytes or more, and `inserted` NAL units before those
/// that are there.
fn rewrite_start_codes(sealed: &[u8], inserted: &[&[u8]], choices: &[u8]) -> Vec<u8> {
    let mut choose = chooser(choices);
    let mut sent = Vec::new();
    let mut rest = sealed.strip_prefix(START_CODE).expect("what we sealed");
    loop {
        let end = rest.windows(START_CODE.len()).position(|bytes| bytes == START_CODE);
        let (nal, after) = rest.split_at(end.unwrap_or(rest.len()));
        for _ in 0..choose(3) {
            push_nal(choose(3), inserted[choose(inserted.len())], &mut sent);
        }
        push_nal(choose(3), nal, &mut sent);
        match after.strip_prefix(START_CODE) {
            Some(after) => rest = after,
            None => return sent,
        }
    }
}

/// Appends a start code, with `zeros` more of them than the three bytes have, and a NAL unit.
pub(crate) fn push_nal(zeros: usize, nal: &[u8], stream: &mut Vec<u8>) {
    stream.resize(stream.len() + zeros, 0);
    stream.extend([0, 0, 1]);
    stream.extend(nal);
}

/// What packetizers and depacketizers do: sizes in more bytes than needed or, on the last OBU, none;
/// temporal delimiters.
fn rewrite_obus(sealed: &[u8], choices: &[u8]) -> Vec<u8> {
    let mut choose = chooser(choices);
    let mut sent = Vec::new();
    let mut rest = sealed;
    while let Some((header, mut after)) = rest.split_first() {
        let mut extension = None;
        if header & HAS_EXTENSION != 0 {
            (extension, after) = (Some(after[0]), &after[1..]);
        }
        let (size, after) = read_size(after);
        let (payload, after) = after.split_at(size);
        if choose(3) == 0 {
            push_obu(TEMPORAL_DELIMITER, None, &[], Some(1 + choose(2)), &mut sent);
        }
        let size_len = if after.is_empty() && choose(2) == 0 { None } else { Some(2 + choose(7)) };
        push_obu(header & !HAS_SIZE, extension, payload, size_len, &mut sent);
        rest = after;
    }
    sent
}

/// Appends an OBU whose size takes `size_len` bytes, needed or not, or is left out.
pub(crate) fn push_obu(
    kind: u8,
    extension: Option<u8>,
    payload: &[u8],
    size_len: Option<usize>,
    unit: &mut Vec<u8>,
) {
    let with_extension = if extension.is_some() { HAS_EXTENSION } else { 0 };
    let with_size = if size_len.is_some() { HAS_SIZE } else { 0 };
    unit.push(kind | with_extension | with_size);
    unit.extend(extension);
    for index in 0..size_len.unwrap_or(0) {
        let more = if index + 1 < size_len.expect("what we sealed") { 0x80 } else { 0 };
        unit.push(
            more | u8::try_from(payload.len() as u64 >> (7 * index) & 0x7f)
                .expect("what we sealed"),
        );
    }
    unit.extend(payload);
}

fn read_size(bytes: &[u8]) -> (usize, &[u8]) {
    let len = bytes.iter().position(|byte| byte & 0x80 == 0).expect("what we sealed") + 1;
    let (size, after) = bytes.split_at(len);
    (size.iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f)), after)
}

/// Takes the `choices` in turn: a number less than the one given.
fn chooser(choices: &[u8]) -> impl FnMut(usize) -> usize {
    let mut choices = choices.iter().cycle();
    move |among| usize::from(*choices.next().expect("what we sealed")) % among
}

/// As every envelope has it.
const START_CODE: &[u8] = &[0, 0, 0, 1];

/// In an OBU's header: `obu_type`, and the flags.
pub(crate) const TEMPORAL_DELIMITER: u8 = 2 << 3;
const HAS_EXTENSION: u8 = 4;
const HAS_SIZE: u8 = 2;
