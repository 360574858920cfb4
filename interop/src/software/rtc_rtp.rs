//! The payloaders and depacketizers of webrtc-rs.

use anyhow::Result;
use bytes::Bytes;
use rtc_rtp::codec::av1::{Av1Depacketizer, Av1Payloader};
use rtc_rtp::codec::h264::{H264Packet, H264Payloader};
use rtc_rtp::codec::opus::{OpusPacket, OpusPayloader};
use rtc_rtp::codec::vp8::{Vp8Packet, Vp8Payloader};
use rtc_rtp::codec::vp9::{Vp9Packet, Vp9Payloader};
use rtc_rtp::packetizer::{Depacketizer, Payloader};

use super::{Software, locked_version};
use crate::frame::Frame;
use crate::stream::{NamedCodec, Sent};

/// Each frame to payloads, and these to a frame.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to choose")]
pub struct RtcRtp;

impl Software for RtcRtp {
    fn name(&self) -> String {
        String::from("rtc-rtp (webrtc-rs)")
    }

    fn version(&self) -> Result<String> {
        locked_version("rtc-rtp")
    }

    /// It leaves it to its users to put the fragments of H.265 together.
    fn takes(&self, codec: NamedCodec) -> bool {
        codec.name != "h265"
    }

    fn hops(&self) -> u32 {
        1
    }

    fn carry(&self, codec: NamedCodec, sent: &Sent) -> Result<(Vec<Frame>, Option<String>)> {
        let (mut payloader, mut depacketizer) = both(codec);
        let mut came = Vec::new();
        for frame in &sent.frames {
            let mut bytes = Vec::new();
            for payload in
                payloader.payload(MAX_PAYLOAD_LEN, &Bytes::copy_from_slice(&frame.bytes))?
            {
                bytes.extend(depacketizer.depacketize(&payload)?);
            }
            came.push(Frame { kind: None, bytes }); // none of them tells
        }
        Ok((came, None))
    }
}

fn both(codec: NamedCodec) -> (Box<dyn Payloader>, Box<dyn Depacketizer>) {
    match codec.name {
        "opus" => (Box::new(OpusPayloader), Box::new(OpusPacket)),
        "vp8" => (Box::<Vp8Payloader>::default(), Box::<Vp8Packet>::default()),
        "vp9" => (Box::<Vp9Payloader>::default(), Box::<Vp9Packet>::default()),
        "h264" => (Box::<H264Payloader>::default(), Box::<H264Packet>::default()),
        _ => (Box::<Av1Payloader>::default(), Box::<Av1Depacketizer>::default()),
    }
}

/// In bytes: what WebRTC's senders take.
const MAX_PAYLOAD_LEN: usize = 1200;
