//! str0m in sample mode: two connections, or two pairs of them one behind the other, on a clock of
//! their own. It parses what it packetizes, as a native sender or a server that makes packets anew.

use alloc::collections::VecDeque;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use frameseal_sframe::FrameKind;
use str0m::format::{Codec, PayloadParams};
use str0m::media::{Direction, MediaData, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RawPacket;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

use super::{Software, locked_version};
use crate::frame::Frame;
use crate::stream::{NamedCodec, Sent};

/// So many pairs.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing else to choose")]
pub struct Str0m {
    /// How many.
    pub hops: u32,
}

impl Software for Str0m {
    fn name(&self) -> String {
        String::from("str0m, samples")
    }

    fn version(&self) -> Result<String> {
        locked_version("str0m")
    }

    fn takes(&self, _: NamedCodec) -> bool {
        true
    }

    fn hops(&self) -> u32 {
        self.hops
    }

    fn carry(&self, codec: NamedCodec, sent: &Sent) -> Result<(Vec<Frame>, Option<String>)> {
        let mut frames = sent.frames.clone();
        for _ in 0..self.hops {
            frames = send(codec, &frames)?.frames;
        }
        Ok((frames, None))
    }
}

/// Returns the RTP packets that str0m makes of each frame.
pub fn packets(codec: NamedCodec, frames: &[Frame]) -> Result<Vec<Vec<Vec<u8>>>> {
    Ok(send(codec, frames)?.packets)
}

/// Its receiver drops VP9's frames after picture IDs have begun anew, plain ones too, until the next
/// key frame. A run in which they do shows nothing else.
fn send(codec: NamedCodec, frames: &[Frame]) -> Result<Made> {
    loop {
        let made = Pair::new(codec)?.send(frames)?;
        let ids: Vec<_> = made.packets.iter().flatten().map(|packet| picture_id(packet)).collect();
        if codec.name != "vp9" || ids.is_sorted() {
            return Ok(made);
        }
    }
}

/// RFC 9628 section 4.2: 15 bits behind the first byte of the descriptor.
fn picture_id(packet: &[u8]) -> Option<u16> {
    let (id, _) = packet.get(RTP_HEADER_LEN + 1..)?.split_first_chunk()?;
    Some(u16::from_be_bytes(*id) & 0x7fff)
}

/// What one pair made of frames.
#[derive(Default)]
struct Made {
    /// As they came.
    frames: Vec<Frame>,
    /// By frame that was sent: RTP packets with fixed headers, as they left.
    packets: Vec<Vec<Vec<u8>>>,
}

/// Two connections between which nothing is lost.
struct Pair {
    ends: [Rtc; 2],
    /// What is on its way to each end.
    wires: [VecDeque<(SocketAddr, SocketAddr, Vec<u8>)>; 2],
    now: Instant,
    mid: Mid,
    params: PayloadParams,
}

impl Pair {
    #[expect(clippy::disallowed_methods, reason = "the pair's clock begins at some time")]
    fn new(codec: NamedCodec) -> Result<Self> {
        let now = Instant::now();
        let mut ends = [(); 2].map(|()| config().build(now));
        for (end, address) in ends.iter_mut().zip(ADDRESSES) {
            end.add_local_candidate(Candidate::host(address, "udp")?);
        }
        let [sender, receiver] = &mut ends;
        let mut change = sender.sdp_api();
        let kind = if codec.name == "opus" { MediaKind::Audio } else { MediaKind::Video };
        let mid = change.add_media(kind, Direction::SendOnly, None, None, None);
        let (offer, pending) = change.apply().context("nothing to offer")?;
        let answer = receiver.sdp_api().accept_offer(offer)?;
        sender.sdp_api().accept_answer(pending, answer)?;
        let params = params(sender, codec)?;
        let mut pair = Self { ends, wires: Default::default(), now, mid, params };
        for _ in 0..MAX_STEPS {
            if pair.ends.iter().all(Rtc::is_connected) {
                return Ok(pair);
            }
            pair.step(&mut Made::default())?;
        }
        bail!("str0m does not connect")
    }

    fn send(mut self, frames: &[Frame]) -> Result<Made> {
        let mut made = Made::default();
        for (number, frame) in frames.iter().enumerate() {
            let time = MediaTime::from_millis(number as u64 * FRAME_MS);
            let [sender, _] = &mut self.ends;
            let writer = sender.writer(self.mid).context("no writer")?;
            made.packets.push(Vec::new());
            writer.write(self.params.pt(), self.now, time, &*frame.bytes)?;
            for _ in 0..STEPS_A_FRAME {
                self.step(&mut made)?;
            }
        }
        for _ in 0..MAX_STEPS {
            if made.frames.len() >= frames.len() {
                break;
            }
            self.step(&mut made)?;
        }
        Ok(made)
    }

    /// Lets some ms go by, and everything arrive that is on its way.
    fn step(&mut self, made: &mut Made) -> Result<()> {
        self.now += STEP;
        for end in 0..2 {
            self.ends[end].handle_input(Input::Timeout(self.now))?;
            self.poll(end, made)?;
        }
        while let Some(end) = (0..2).find(|end| !self.wires[*end].is_empty()) {
            let Some((source, destination, contents)) = self.wires[end].pop_front() else { break };
            let contents = contents.as_slice().try_into()?;
            let receive = Receive { proto: Protocol::Udp, source, destination, contents };
            self.ends[end].handle_input(Input::Receive(self.now, receive))?;
            self.poll(end, made)?;
        }
        Ok(())
    }

    fn poll(&mut self, end: usize, made: &mut Made) -> Result<()> {
        loop {
            match self.ends[end].poll_output()? {
                Output::Timeout(_) => return Ok(()),
                Output::Transmit(transmit) => {
                    let datagram =
                        (transmit.source, transmit.destination, transmit.contents.to_vec());
                    self.wires[1 - end].push_back(datagram);
                }
                Output::Event(Event::MediaData(data)) => made.frames.push(frame(&data)),
                Output::Event(Event::RawPacket(packet)) => {
                    if let (RawPacket::RtpTx(_, packet), Some(packets)) =
                        (*packet, made.packets.last_mut())
                    {
                        packets.push(without_extensions(&packet)?);
                    }
                }
                Output::Event(_) => {}
            }
        }
    }
}

fn config() -> RtcConfig {
    str0m::crypto::from_feature_flags().install_process_default();
    Rtc::builder().enable_h265(true).enable_raw_packets(true)
}

/// The format that both have. H.264 with packetization mode 1: a sealed frame is one NAL unit.
fn params(end: &Rtc, codec: NamedCodec) -> Result<PayloadParams> {
    let wanted = match codec.name {
        "opus" => Codec::Opus,
        "vp8" => Codec::Vp8,
        "vp9" => Codec::Vp9,
        "h264" => Codec::H264,
        "h265" => Codec::H265,
        _ => Codec::Av1,
    };
    let is_wanted = |params: &PayloadParams| {
        let spec = params.spec();
        spec.codec == wanted && spec.format.packetization_mode.unwrap_or(1) == 1
    };
    end.codec_config().find(|params| is_wanted(params)).cloned().context("str0m lacks the codec")
}

fn frame(data: &MediaData) -> Frame {
    let kind = match (data.params.spec().codec.is_audio(), data.is_keyframe()) {
        (true, _) => FrameKind::Audio,
        (false, true) => FrameKind::Key,
        (false, false) => FrameKind::Delta,
    };
    Frame { kind: Some(kind), bytes: data.data.to_vec() }
}

/// Takes the header extensions off an RTP packet (RFC 3550 section 5.3.1), and gives it payload type
/// 96: peers know no others.
fn without_extensions(packet: &[u8]) -> Result<Vec<u8>> {
    let (header, rest) = packet.split_first_chunk::<RTP_HEADER_LEN>().context("a short packet")?;
    let mut fixed = *header;
    fixed[0] &= !HAS_EXTENSIONS;
    fixed[1] = fixed[1] & MARKER | 96;
    let payload = match rest {
        [_, _, high, low, rest @ ..] if header[0] & HAS_EXTENSIONS != 0 => {
            let words = usize::from(u16::from_be_bytes([*high, *low]));
            rest.get(4 * words..).context("a short packet")?
        }
        _ => rest,
    };
    Ok([&fixed, payload].concat())
}

const RTP_HEADER_LEN: usize = 12;
const HAS_EXTENSIONS: u8 = 1 << 4;
const MARKER: u8 = 1 << 7;

const ADDRESSES: [SocketAddr; 2] = [
    SocketAddr::new(core::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 1),
    SocketAddr::new(core::net::IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 2),
];

const FRAME_MS: u64 = 30;
const STEPS_A_FRAME: u32 = 3;
const STEP: Duration = Duration::from_millis(10);

/// Ten seconds of the pair's clock.
const MAX_STEPS: u32 = 1000;
