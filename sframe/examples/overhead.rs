//! Prints how many bytes sealing adds to frames of real encoders, as two Markdown tables.
//!
//! `cargo run -p frameseal-sframe --example overhead`

#[path = "../tests/recording/mod.rs"]
mod recording;

use core::error::Error;
use core::fmt;

use frameseal_sframe::envelope::Codec;
use frameseal_sframe::{
    BaseKey, CipherSuite, Counter, FrameBuffer, FrameKind, Header, KeyId, KeyIdLayout, Profile,
    Sender,
};
use recording::RECORDINGS;

fn main() -> Result<(), Box<dyn Error>> {
    let suite = CipherSuite::default();
    println!("Bytes added to each recorded frame, median and most, with suite {}:\n", name(suite));
    println!(
        "| codec | frames | envelope | header, small slot | header, 16-bit slot | tag | in all |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (label, codec, kind) in ROWS {
        let small = measure(codec, kind, SMALL_SLOT)?;
        let large = measure(codec, kind, LARGE_SLOT)?;
        println!(
            "| {label} | {} | {} | {} | {} | {} | {} to {} |",
            small.len(),
            Spread::of(&small, |added| added.envelope),
            Spread::of(&small, |added| added.header),
            Spread::of(&large, |added| added.header),
            suite.tag_len(),
            Spread::of(&small, Added::total).median,
            Spread::of(&large, Added::total).most,
        );
    }

    println!("\nBytes of header and tag, with a small slot and with one of 16 bits:\n");
    println!("| suite | first frame | after a minute of video | after an hour |");
    println!("|---|---|---|---|");
    for suite in CipherSuite::ALL {
        let [first, minute, hour] = [0, 60 * FRAME_RATE, 3600 * FRAME_RATE].map(|counter| {
            let [small, large] = [SMALL_SLOT, LARGE_SLOT].map(|slot| {
                let header = Header { key_id: key_id(slot), counter: Counter::new(counter) };
                header.encoded_len().saturating_add(suite.tag_len())
            });
            format!("{small}, {large}")
        });
        println!("| {} | {first} | {minute} | {hour} |", name(suite));
    }
    Ok(())
}

fn name(suite: CipherSuite) -> String {
    format!("{} `{}`", suite.number(), suite.name())
}

/// What sealing added to one frame, in bytes.
struct Added {
    /// Envelope, stop byte and escaping.
    envelope: usize,
    header: usize,
    tag: usize,
}

impl Added {
    fn total(&self) -> usize {
        self.envelope.saturating_add(self.header).saturating_add(self.tag)
    }
}

/// Seals every recorded frame of `codec` and `kind`.
fn measure(codec: Codec, kind: FrameKind, slot: u16) -> Result<Vec<Added>, Box<dyn Error>> {
    let suite = CipherSuite::default();
    let mut buffer = FrameBuffer::new();
    let mut added = Vec::new();
    for recording in RECORDINGS.iter().filter(|recording| recording.codec == codec) {
        let key = BaseKey::new(vec![7; 16]).into_send_key();
        let mut sender = Sender::new(Profile::Frameseal1, suite, key_id(slot), key);
        for frame in recording.frames().filter(|frame| !frame.encoded.is_empty()) {
            let header = sender.track(0, frame.kind)?.header_len();
            buffer.load(frame.encoded)?;
            let sealed_kind = buffer.seal(&mut sender, 0, codec)?;
            if sealed_kind == Some(kind) {
                let tag = suite.tag_len();
                let body = frame.encoded.len().saturating_add(header).saturating_add(tag);
                added.push(Added {
                    envelope: buffer.output().len().saturating_sub(body),
                    header,
                    tag,
                });
            }
        }
    }
    Ok(added)
}

fn key_id(slot: u16) -> KeyId {
    KeyIdLayout { slot, epoch: 8, track: 0 }.to_key_id()
}

/// The middle and the end of what was measured.
struct Spread {
    median: usize,
    most: usize,
}

impl Spread {
    fn of(added: &[Added], part: impl Fn(&Added) -> usize) -> Self {
        let mut bytes: Vec<_> = added.iter().map(part).collect();
        bytes.sort_unstable();
        let median = bytes.get(bytes.len() / 2).copied().unwrap_or_default();
        Self { median, most: bytes.last().copied().unwrap_or_default() }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, most } = self;
        if median == most { write!(f, "{median}") } else { write!(f, "{median}, {most}") }
    }
}

const ROWS: [(&str, Codec, FrameKind); 11] = [
    ("Opus", Codec::Audio, FrameKind::Audio),
    ("VP8 delta", Codec::Vp8, FrameKind::Delta),
    ("VP8 key", Codec::Vp8, FrameKind::Key),
    ("VP9 delta", Codec::Vp9, FrameKind::Delta),
    ("VP9 key", Codec::Vp9, FrameKind::Key),
    ("H.264 delta", Codec::H264, FrameKind::Delta),
    ("H.264 key", Codec::H264, FrameKind::Key),
    ("H.265 delta", Codec::H265, FrameKind::Delta),
    ("H.265 key", Codec::H265, FrameKind::Key),
    ("AV1 delta", Codec::Av1, FrameKind::Delta),
    ("AV1 key", Codec::Av1, FrameKind::Key),
];

/// As an application gives them out, in the order of joining.
const SMALL_SLOT: u16 = 1;

/// As they are when they are chosen at random.
const LARGE_SLOT: u16 = 0xabcd;

/// Frames of video a second.
const FRAME_RATE: u64 = 30;
