//! How media servers tell key frames, by one RTP payload: restated from their sources, of which each
//! rule names the file. A frame is a key frame for a server if one of its packets is.

use frameseal_sframe::FrameKind;

use crate::reader::Reader;
use crate::report::{Row, Tally};
use crate::stream::{Sent, Stream, is_wrong};

/// What some servers look at.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The servers.
    pub servers: &'static str,
    /// Where it was read.
    pub version: &'static str,
    /// For frames of this codec.
    pub codec: &'static str,
    is_key: fn(&[u8]) -> bool,
}

/// Every rule.
pub const RULES: &[Rule] = &[
    Rule {
        servers: "key frames of LiveKit, Galène, mediasoup, Jitsi, ion-sfu",
        version: "buffer/vp8.go, codecs.go, VP8.cpp, Vp8Packet.kt",
        codec: "vp8",
        is_key: |payload| {
            vp8_partition(payload)
                .is_some_and(|bytes| bytes.first().is_some_and(|tag| tag & 1 == 0))
        },
    },
    Rule {
        servers: "key frames of Janus, medooze",
        version: "utils.c, vp8.h",
        codec: "vp8",
        is_key: |payload| {
            vp8_partition(payload).is_some_and(|bytes| {
                bytes.first().is_some_and(|tag| tag & 1 == 0)
                    && bytes.get(3..6) == Some(&[0x9d, 0x01, 0x2a])
            })
        },
    },
    Rule {
        servers: "key frames of LiveKit, Galène",
        version: "codec/keyframe.go, codecs.go",
        codec: "vp9",
        is_key: |payload| {
            vp9_frame(payload).is_some_and(|bytes| {
                bytes.first().is_some_and(|first| {
                    let show_existing_frame_and_type = if first >> 4 & 3 == 3 { 0x6 } else { 0xc };
                    first & 0xc0 == 0x80 && first & show_existing_frame_and_type == 0
                })
            })
        },
    },
    Rule {
        servers: "key frames of mediasoup, Jitsi",
        version: "VP9.cpp, Vp9Packet.kt",
        codec: "vp9",
        is_key: |payload| payload.first().is_some_and(|flags| flags & (VP9_P | VP9_B) == VP9_B),
    },
    Rule {
        servers: "key frames of LiveKit, Galène, mediasoup, Janus",
        version: "keyframe.go, codecs.go, H264.cpp, utils.c",
        codec: "h264",
        is_key: |payload| h264_types(payload).contains(&7),
    },
    Rule {
        servers: "key frames of medooze",
        version: "h264.cpp",
        codec: "h264",
        is_key: |payload| h264_types(payload).iter().any(|kind| [7, 8].contains(kind)),
    },
    Rule {
        servers: "key frames of LiveKit",
        version: "codec/keyframe.go",
        codec: "h265",
        is_key: |payload| h265_types(payload).iter().any(|kind| [33, 34].contains(kind)),
    },
    Rule {
        servers: "key frames of LiveKit, Galène",
        version: "codec/keyframe.go, codecs.go",
        codec: "av1",
        is_key: av1_frame_type_is_key,
    },
    Rule {
        servers: "key frames of Janus",
        version: "utils.c",
        codec: "av1",
        is_key: |payload| payload.first().is_some_and(|header| header & 0x88 == 0x08),
    },
];

impl Rule {
    /// Looks at all frames of a stream, plain and sealed.
    #[must_use]
    pub fn look(&self, stream: &Stream) -> Row {
        let [plain, sealed] = [&stream.plain, &stream.sealed].map(|sent| self.kinds(sent));
        let [of_plain, of_sealed] = [&plain, &sealed].map(|kinds| count(stream, kinds));
        Row {
            software: self.servers.to_owned(),
            version: self.version.to_owned(),
            codec: self.codec,
            hops: 0,
            frames: sealed.len(),
            exact: sealed.iter().zip(&plain).filter(|(sealed, plain)| sealed == plain).count(),
            wrong_kind: of_sealed.wrong_kind,
            key_frames_missed: of_sealed.key_frames_missed,
            plain_fails: of_plain.wrong_kind > 0 && of_sealed.is_as_good_as(&of_plain),
            excuse: None,
            said: None,
        }
    }

    fn kinds(&self, sent: &Sent) -> Vec<FrameKind> {
        sent.packets.iter().map(|packets| self.kind(packets)).collect()
    }

    fn kind(&self, packets: &[Vec<u8>]) -> FrameKind {
        let mut payloads = packets.iter().filter_map(|packet| packet.get(RTP_HEADER_LEN..));
        if payloads.any(self.is_key) { FrameKind::Key } else { FrameKind::Delta }
    }
}

fn count(stream: &Stream, kinds: &[FrameKind]) -> Tally {
    let mut tally = Tally::default();
    for (told, frame) in kinds.iter().zip(&stream.plain.frames) {
        let is_wrong = is_wrong(Some(*told), frame.kind);
        let is_missed = is_wrong && frame.kind == Some(FrameKind::Key);
        tally.wrong_kind = tally.wrong_kind.saturating_add(is_wrong.into());
        tally.key_frames_missed = tally.key_frames_missed.saturating_add(is_missed.into());
    }
    tally
}

/// What is behind the descriptor (RFC 7741 section 4.2) of a packet that begins the first partition.
fn vp8_partition(payload: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader(payload);
    let flags = reader.byte()?;
    if flags & 0x17 != 0x10 {
        return None; // S and PID
    }
    let extensions = if flags & 0x80 != 0 { reader.byte()? } else { 0 };
    if extensions & 0x80 != 0 {
        skip_picture_id(&mut reader)?;
    }
    reader.skip(usize::from(extensions & 0x40 != 0))?; // TL0PICIDX
    reader.skip(usize::from(extensions & 0x30 != 0))?; // TID, KEYIDX
    Some(reader.0)
}

/// What is behind the descriptor (RFC 9628 section 4.2) of a packet that begins a frame.
fn vp9_frame(payload: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader(payload);
    let flags = reader.byte().filter(|flags| flags & VP9_B != 0)?;
    if flags & 0x80 != 0 {
        skip_picture_id(&mut reader)?;
    }
    if flags & 0x20 != 0 {
        reader.skip(if flags & VP9_F == 0 { 2 } else { 1 })?; // layers, TL0PICIDX
    }
    if flags & VP9_F != 0 && flags & VP9_P != 0 {
        while reader.byte()? & 1 != 0 {} // P_DIFF
    }
    if flags & 0x02 != 0 {
        skip_scalability_structure(&mut reader)?;
    }
    Some(reader.0)
}

/// Of 7 bits, or of 15.
fn skip_picture_id(reader: &mut Reader<'_>) -> Option<()> {
    let is_long = reader.peek()? & 0x80 != 0;
    reader.skip(if is_long { 2 } else { 1 })
}

fn skip_scalability_structure(reader: &mut Reader<'_>) -> Option<()> {
    let flags = reader.byte()?;
    if flags & 0x10 != 0 {
        let layers = usize::from(flags >> 5).saturating_add(1);
        reader.skip(layers.saturating_mul(4))?;
    }
    let pictures = if flags & 0x08 != 0 { reader.byte()? } else { 0 };
    for _ in 0..pictures {
        let references = reader.byte()? >> 2 & 3;
        reader.skip(references.into())?;
    }
    Some(())
}

/// The types of the NAL units that are in a payload or begin in it (RFC 6184 section 5).
fn h264_types(payload: &[u8]) -> Vec<u8> {
    let kind = |byte: &u8| byte & 0x1f;
    match payload {
        [header, rest @ ..] if kind(header) == 24 => first_bytes(rest).iter().map(kind).collect(),
        [header, fragment, ..] if kind(header) == 28 && fragment & 0x80 == 0 => Vec::new(),
        [header, fragment, ..] if kind(header) == 28 => vec![kind(fragment)],
        [header, ..] => vec![kind(header)],
        [] => Vec::new(),
    }
}

/// The same for H.265 (RFC 7798 section 4.4), as `LiveKit` reads it: of every fragment, and its type
/// shifted by a bit too much.
fn h265_types(payload: &[u8]) -> Vec<u8> {
    let kind = |byte: &u8| byte >> 1 & 0x3f;
    match payload {
        [header, _, rest @ ..] if kind(header) == 48 => {
            first_bytes(rest).iter().map(kind).collect()
        }
        [header, _, fragment, ..] if kind(header) == 49 => vec![kind(fragment)],
        [header, ..] => vec![kind(header)],
        [] => Vec::new(),
    }
}

/// The first byte of each unit, which have their lengths before them.
fn first_bytes(units: &[u8]) -> Vec<u8> {
    let mut reader = Reader(units);
    let unit = || {
        let len = reader.u16()?;
        reader.take(len)?.first().copied()
    };
    core::iter::from_fn(unit).collect()
}

/// A packet that begins a coded video sequence (AV1 RTP payload specification section 4.4: Z = 0,
/// N = 1), begins with a sequence header, and has a frame header of frame type 0 behind it: in the
/// byte after the OBU's first one, were it an extension.
fn av1_frame_type_is_key(payload: &[u8]) -> bool {
    let Some((aggregation, elements)) = payload.split_first() else {
        return false;
    };
    let mut units = av1_units(elements, aggregation >> 4 & 3).into_iter();
    let begins = units.next().is_some_and(|unit| obu_type(unit) == Some(1));
    let frame = units.find(|unit| matches!(obu_type(unit), Some(3 | 6)));
    let is_key = frame.and_then(|unit| unit.get(1)).is_some_and(|first| first & 0xe0 == 0);
    aggregation & 0x88 == 0x08 && begins && is_key
}

/// The units of a packet that says how many they are: the last one has no length. Of a packet that
/// does not say it, the first.
fn av1_units(elements: &[u8], count: u8) -> Vec<&[u8]> {
    let mut reader = Reader(elements);
    let unit = |number: u8| {
        let len = if number == count { reader.0.len() } else { reader.leb128()? };
        reader.take(len.min(reader.0.len()))
    };
    (1..=count.max(1)).map_while(unit).collect()
}

fn obu_type(unit: &[u8]) -> Option<u8> {
    unit.first().map(|header| header >> 3 & 0xf)
}

/// Of VP9's descriptor.
const VP9_P: u8 = 0x40;
const VP9_F: u8 = 0x10;
const VP9_B: u8 = 0x08;

const RTP_HEADER_LEN: usize = 12;
