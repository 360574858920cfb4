//! Calls that are sealed, packetized and recorded here, from frames of real encoders.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use frameseal_sframe::{
    BaseKey, CipherSuite, FrameBuffer, KeyIdLayout, Profile, Sender, Suites, envelope,
};
use rtc_rtp::codec::av1::Av1Payloader;
use rtc_rtp::codec::h264::H264Payloader;
use rtc_rtp::codec::h265::HevcPayloader;
use rtc_rtp::codec::opus::OpusPayloader;
use rtc_rtp::codec::vp8::Vp8Payloader;
use rtc_rtp::codec::vp9::Vp9Payloader;
use rtc_rtp::packetizer::Payloader;

use crate::key_file::{KeyFile, MediaKey};
use crate::media::Codec;
use crate::unix_millis::UnixMillis;

/// Video with a suite that audio has not.
pub(super) const SUITES: Suites =
    Suites { main: CipherSuite::Aes256GcmSha512_128, audio: CipherSuite::Aes128CtrHmacSha256_80 };

pub(super) const SLOT: u16 = 7;
pub(super) const SSRC: u32 = 0x1234_5678;
pub(super) const BEGUN: u64 = 1_700_000_000_000;

/// One fixture for each codec.
pub(super) const FIXTURES: [(Codec, &str); 6] = [
    (Codec::Opus, "chromium-opus"),
    (Codec::Vp8, "chromium-vp8"),
    (Codec::Vp9, "chromium-vp9"),
    (Codec::Av1, "chromium-av1"),
    (Codec::H264, "chromium-h264"),
    (Codec::H265, "ffmpeg-x265"),
];

/// A packet as it was recorded.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub(super) millis: u32,
    pub(super) bytes: Vec<u8>,
}

/// Returns the frames of a fixture that are not empty: as `sframe/fixtures/README.md` lays them
/// out.
pub(super) fn frames(fixture: &str) -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sframe/fixtures");
    let records = fs::read(fixtures.join(format!("{fixture}.frames"))).unwrap();
    let mut rest = &*records;
    let mut frames = Vec::new();
    while let Some(([_kind, len @ ..], after)) = rest.split_first_chunk::<5>() {
        let (frame, after) = after.split_at(u32::from_be_bytes(*len) as usize);
        frames.push(frame.to_vec());
        rest = after;
    }
    frames.retain(|frame| !frame.is_empty());
    frames
}

pub(super) fn base_key(epoch: u64) -> BaseKey {
    BaseKey::new(epoch.to_be_bytes().repeat(4))
}

fn layout(epoch: u64, track: u8) -> KeyIdLayout {
    let [.., epoch] = epoch.to_be_bytes();
    KeyIdLayout { slot: SLOT, epoch, track }
}

/// Returns what a recorder keeps of a member's key.
pub(super) fn media_key(member: &str, codec: Codec, epoch: u64, track: u8) -> MediaKey {
    let suite = if codec.is_audio() { SUITES.audio } else { SUITES.main };
    MediaKey {
        member: member.into(),
        fingerprint: format!("{epoch:02x}"),
        epoch,
        track,
        key: base_key(epoch).derive(suite, layout(epoch, track).to_key_id()),
        since: UnixMillis::new(BEGUN),
    }
}

pub(super) fn key_file(keys: impl IntoIterator<Item = MediaKey>) -> KeyFile {
    KeyFile { keys: keys.into_iter().map(|key| (key, None)).collect(), damaged: 0 }
}

/// Seals frames, as a member does with its key of `epoch`.
pub(super) fn seal(codec: Codec, frames: &[Vec<u8>], epoch: u64, track: u8) -> Vec<Vec<u8>> {
    let key_id = layout(epoch, 0).to_key_id();
    let key = base_key(epoch).into_send_key();
    let mut sender = Sender::new(Profile::Frameseal1, SUITES, key_id, key);
    let mut buffer = FrameBuffer::new();
    let sealed = frames.iter().map(|frame| {
        buffer.load(frame).unwrap();
        buffer.seal(&mut sender, track, envelope_of(codec)).unwrap();
        buffer.output().to_vec()
    });
    sealed.collect()
}

fn envelope_of(codec: Codec) -> envelope::Codec {
    let kind = if codec.is_audio() { "audio" } else { "video" };
    envelope::Codec::from_mime_type(&format!("{kind}/{}", codec.name())).unwrap()
}

/// How much time is between two pictures.
pub(super) fn step_millis(codec: Codec) -> u32 {
    if codec.is_audio() { 20 } else { 40 }
}

/// Packetizes pictures, each of one frame or of one for each layer.
pub(super) fn packets(codec: Codec, pictures: &[&[Vec<u8>]]) -> Vec<Packet> {
    let mut payloader: Box<dyn Payloader> = match codec {
        Codec::Opus => Box::new(OpusPayloader),
        Codec::Vp8 => Box::<Vp8Payloader>::default(),
        Codec::Vp9 => Box::<Vp9Payloader>::default(),
        Codec::Av1 => Box::<Av1Payloader>::default(),
        Codec::H264 => Box::<H264Payloader>::default(),
        Codec::H265 => Box::<HevcPayloader>::default(),
    };
    let rate = if codec.is_audio() { 48 } else { 90 };
    let mut packets = Vec::new();
    let mut sequence = 65_500_u16; // they begin anew soon
    for (number, picture) in pictures.iter().enumerate() {
        let millis = number as u32 * step_millis(codec);
        let timestamp = 0xffff_0000_u32.wrapping_add(millis * rate);
        let payloads = picture
            .iter()
            .map(|frame| payloader.payload(1200, &Bytes::copy_from_slice(frame)).unwrap());
        let payloads: Vec<_> = payloads.flatten().collect();
        for (at, payload) in payloads.iter().enumerate() {
            let marker = u8::from(at + 1 == payloads.len()) << 7;
            let mut bytes = vec![0x80, marker | 96];
            bytes.extend(sequence.to_be_bytes());
            bytes.extend(timestamp.to_be_bytes());
            bytes.extend(SSRC.to_be_bytes());
            bytes.extend_from_slice(payload);
            packets.push(Packet { millis, bytes });
            sequence = sequence.wrapping_add(1);
        }
    }
    packets
}

/// Records packets as Janus does.
pub(super) fn mjr(codec: Codec, packets: &[Packet]) -> Vec<u8> {
    mjr_saying(codec, packets, "")
}

/// The same, with more in its description.
pub(super) fn mjr_saying(codec: Codec, packets: &[Packet], more: &str) -> Vec<u8> {
    let medium = if codec.is_audio() { "a" } else { "v" };
    let micros = BEGUN * 1000;
    let name = codec.name();
    let json = format!(r#"{{"t":"{medium}","c":"{name}","s":{micros},"u":{micros}{more}}}"#);
    let mut file = b"MJR00002".to_vec();
    file.extend((json.len() as u16).to_be_bytes());
    file.extend(json.as_bytes());
    for Packet { millis, bytes } in packets {
        file.extend(b"MEET");
        file.extend(millis.to_be_bytes());
        file.extend((bytes.len() as u16).to_be_bytes());
        file.extend(bytes);
    }
    file
}

/// Each frame as a picture of its own.
pub(super) fn alone(frames: &[Vec<u8>]) -> Vec<&[Vec<u8>]> {
    frames.iter().map(core::slice::from_ref).collect()
}
