//! Frames of real encoders, as many as are wanted, sealed under random keys with random counters.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    Arrival, BaseKey, CipherSuite, Counter, FrameBuffer, FrameKind, Header, KeyId, KeyIdLayout,
    Profile, Receiver, SealContext,
};

use crate::frame::{self, Frame};
use crate::reader::Reader;
use crate::software::str0m;

/// A codec, by the name that it has in files and reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct NamedCodec {
    /// As in `sframe/fixtures`, and in the report.
    pub name: &'static str,
    /// Its envelope.
    pub codec: Codec,
}

/// Every codec.
pub const CODECS: [NamedCodec; 6] = [
    NamedCodec { name: "opus", codec: Codec::Audio },
    NamedCodec { name: "vp8", codec: Codec::Vp8 },
    NamedCodec { name: "vp9", codec: Codec::Vp9 },
    NamedCodec { name: "h264", codec: Codec::H264 },
    NamedCodec { name: "h265", codec: Codec::H265 },
    NamedCodec { name: "av1", codec: Codec::Av1 },
];

/// Frames, and the RTP packets that str0m makes of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sent {
    /// With the kinds that their bitstreams say.
    pub frames: Vec<Frame>,
    /// By frame.
    pub packets: Vec<Vec<Vec<u8>>>,
}

impl Sent {
    fn new(codec: NamedCodec, frames: Vec<Frame>) -> Result<Self> {
        let packets = str0m::packets(codec, &frames)?;
        Ok(Self { frames, packets })
    }

    /// Returns all packets, as a row of frames.
    #[must_use]
    pub fn row_of_packets(&self) -> Vec<Frame> {
        let packets = self.packets.iter().flatten().cloned();
        packets.map(|bytes| Frame { kind: None, bytes }).collect()
    }
}

/// Frames of one codec, and what of them was sealed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stream {
    /// Which codec.
    pub codec: NamedCodec,
    /// As encoders made them.
    pub plain: Sent,
    /// The same, sealed.
    pub sealed: Sent,
    /// Which of them has this key ID and this counter: none comes twice.
    numbers: HashMap<(KeyId, Counter), usize>,
}

impl Stream {
    /// Takes the recorded frames of `codec` again and again, `count` in all, and seals each under a
    /// key ID and with a counter of its own: small ones, large ones, and all between.
    pub fn new(codec: NamedCodec, count: usize, rng: &mut Rng) -> Result<Self> {
        let recorded = recorded(codec)?;
        ensure!(!recorded.is_empty(), "no recorded frames of {}", codec.name);
        let plain: Vec<_> = recorded.iter().cycle().take(count).cloned().collect();
        let mut numbers = HashMap::new();
        let sealed = plain.iter().enumerate().map(|(number, frame)| {
            let names = core::iter::repeat_with(|| (key_id(rng), counter(rng)));
            let name = names.into_iter().find(|name| !numbers.contains_key(name));
            let name = name.context("there are more")?;
            numbers.insert(name, number);
            seal(codec.codec, &frame.bytes, name)
        });
        let sealed = Sent::new(codec, sealed.collect::<Result<_>>()?)?;
        Ok(Self { codec, plain: Sent::new(codec, plain)?, sealed, numbers })
    }

    /// Opens what came; returns which frame it was. `None`: nothing that was sealed.
    #[must_use]
    pub fn open(&self, came: &[u8]) -> Option<usize> {
        let codec = self.codec.codec;
        let (mut sealed, mut scratch) = (came.to_vec(), Vec::new());
        let place = codec.locate(came, &mut scratch).ok()?;
        let (Header { key_id, counter }, _) =
            Header::decode(place.body(&mut sealed, &mut scratch)).ok()?;
        let number = *self.numbers.get(&(key_id, counter))?;

        let mut receiver = Receiver::new(Profile::Frameseal1, SUITE);
        receiver.add(KeyId::new(key_id.get() & !TRACK_MASK), key().into_receive_key(), ());
        let mut buffer = FrameBuffer::new();
        buffer.load(came).ok()?;
        buffer.open(&mut receiver, Arrival::default(), codec).ok()??;
        (buffer.output() == self.plain.frames.get(number)?.bytes).then_some(number)
    }
}

/// The frames of every recording of `codec` that are not empty.
fn recorded(codec: NamedCodec) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    for path in recordings()?.into_iter().filter(|path| is_of(path, codec.name)) {
        frames.extend(frame::read(&path)?.into_iter().filter(|frame| !frame.bytes.is_empty()));
    }
    for frame in &mut frames {
        frame.kind = Some(codec.codec.kind(&frame.bytes)?);
    }
    Ok(frames)
}

fn recordings() -> Result<Vec<PathBuf>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sframe/fixtures");
    let paths = fixtures.read_dir()?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn is_of(path: &Path, codec: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let encoders: &[&str] = match codec {
        "h264" => &["h264", "x264"],
        "h265" => &["x265"],
        "av1" => &["av1", "libaom"],
        _ => &[codec],
    };
    name.ends_with(".frames") && encoders.iter().any(|encoder| name.contains(encoder))
}

fn seal(codec: Codec, encoded: &[u8], (key_id, counter): (KeyId, Counter)) -> Result<Frame> {
    let kind = codec.kind(encoded)?;
    let mut context =
        SealContext::dangerous_resume_at(SUITE, key_id, key().into_send_key(), counter);
    let (mut front, mut bytes) = (Vec::new(), Vec::new());
    codec.front(encoded, context.body_len(encoded.len()), &mut front)?;
    let body = context.seal(Profile::Frameseal1.metadata(kind), encoded)?;
    codec.close(&front, &body, &mut bytes);
    Ok(Frame { kind: Some(kind), bytes })
}

/// A slot of up to 4 bits, as applications give them out, or of up to 16, as they are by default.
fn key_id(rng: &mut Rng) -> KeyId {
    let slot = rng.u16(..) >> if rng.bool() { 12 } else { 0 };
    KeyIdLayout { slot, epoch: rng.u8(..), track: TRACK }.to_key_id()
}

/// Each length as often.
fn counter(rng: &mut Rng) -> Counter {
    Counter::new(rng.u64(..) >> rng.u32(33..=63))
}

fn key() -> BaseKey {
    BaseKey::new(vec![7; 16])
}

/// Tells whether `came` is `sent` but for what packetizers and parsers may change: what is left out
/// of a comparison is what [`Codec::matches`] leaves out.
#[must_use]
pub fn is_same(codec: Codec, sent: &[u8], came: &[u8]) -> bool {
    match codec {
        Codec::H264 | Codec::H265 => slices(codec, sent) == slices(codec, came),
        Codec::Av1 => obus(sent).is_some_and(|sent| Some(sent) == obus(came)),
        _ => sent == came,
    }
}

/// The slices of a picture: no parameter sets, access unit delimiters, SEI or filler.
fn slices(codec: Codec, frame: &[u8]) -> Vec<&[u8]> {
    let mut units = nal_units(frame);
    units.retain(|unit| match (codec, unit.first()) {
        (Codec::H264, Some(header)) => (1..=5).contains(&(header & 0x1f)),
        (_, Some(header)) => header >> 1 & 0x3f < 32,
        (_, None) => false,
    });
    units
}

/// What is between start codes, without zeros at the end.
fn nal_units(frame: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    let mut rest = frame;
    while let Some(at) = start_code(rest) {
        rest = rest.get(at.saturating_add(3)..).unwrap_or_default();
        let unit = rest.get(..start_code(rest).unwrap_or(rest.len())).unwrap_or_default();
        units.push(trim_zeros(unit));
    }
    units
}

fn start_code(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|bytes| bytes == [0, 0, 1])
}

fn trim_zeros(unit: &[u8]) -> &[u8] {
    let len = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    unit.get(..len).unwrap_or_default()
}

/// An OBU: its header without the size, and its payload.
type Obu<'a> = (u8, Option<u8>, &'a [u8]);

/// The OBUs of a frame but temporal delimiters.
fn obus(frame: &[u8]) -> Option<Vec<Obu<'_>>> {
    let mut reader = Reader(frame);
    let mut units = Vec::new();
    while !reader.is_empty() {
        let unit = obu(&mut reader)?;
        if unit.0 >> 3 & 0xf != TEMPORAL_DELIMITER {
            units.push(unit);
        }
    }
    Some(units)
}

fn obu<'a>(reader: &mut Reader<'a>) -> Option<Obu<'a>> {
    let header = reader.byte()?;
    let extension = if header & HAS_EXTENSION != 0 { Some(reader.byte()?) } else { None };
    let len = if header & HAS_SIZE != 0 { reader.leb128()? } else { reader.0.len() };
    Some((header & !HAS_SIZE, extension, reader.take(len)?))
}

/// Of OBUs: a type, and flags of the header.
const TEMPORAL_DELIMITER: u8 = 2;
const HAS_EXTENSION: u8 = 1 << 2;
const HAS_SIZE: u8 = 1 << 1;

/// Tells whether a frame can be told to be of the wrong kind.
#[must_use]
pub fn is_wrong(told: Option<FrameKind>, is: Option<FrameKind>) -> bool {
    let is_video = |kind| matches!(kind, Some(FrameKind::Delta | FrameKind::Key));
    is_video(is) && is_video(told) && told != is
}

const SUITE: CipherSuite = CipherSuite::Aes128GcmSha256_128;
const TRACK: u8 = 2;
const TRACK_MASK: u64 = 0xf;
