"""Peer: payloaders, RTP packets, depayloaders and jitter buffer of aiortc.

Way: `pay`. Of the video codecs, aiortc has VP8 and H.264. It never says what is a key frame.
"""

from collections.abc import Iterator
from fractions import Fraction

import aiortc
import av
from aiortc.codecs import depayload, get_encoder
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtpPacket

import records
from records import UNTOLD, Record

MIME_TYPES = {"vp8": "video/VP8", "h264": "video/H264"}
CLOCK_RATE = 90_000
FRAME_TICKS = 3_000
PAYLOAD_TYPE = 96

# As its receiver has it for video.
JITTER_BUFFER_PACKETS = 512


def version() -> str:
    return f"aiortc {aiortc.__version__}"


def run(codec: str, way: str, frames: list[Record]) -> Iterator[Record]:
    if way != "pay" or codec not in MIME_TYPES:
        raise ValueError(f"no way {way} for {codec}")
    parameters = aiortc.RTCRtpCodecParameters(mimeType=MIME_TYPES[codec], clockRate=CLOCK_RATE)
    buffer = JitterBuffer(JITTER_BUFFER_PACKETS, is_video=True)
    for data in packets(parameters, frames):
        packet = RtpPacket.parse(data)
        # Where its receiver keeps what the jitter buffer puts together.
        packet._data = depayload(parameters, packet.payload) if packet.payload else b""
        _, frame = buffer.add(packet)
        if frame:
            yield Record(UNTOLD, frame.data)


def packets(parameters: aiortc.RTCRtpCodecParameters, frames: list[Record]) -> Iterator[bytes]:
    encoder = get_encoder(parameters)
    sequence = 0
    for number, frame in enumerate(frames):
        encoded = av.Packet(frame.data)
        encoded.pts = number * FRAME_TICKS
        encoded.time_base = Fraction(1, CLOCK_RATE)
        payloads, timestamp = encoder.pack(encoded)
        for payload in payloads:
            yield rtp(sequence, timestamp, payload, payload is payloads[-1])
            sequence += 1
    # The jitter buffer gives a frame out when it has seen a packet of the next one.
    yield rtp(sequence, len(frames) * FRAME_TICKS, b"", True)


def rtp(sequence: int, timestamp: int, payload: bytes, is_last: bool) -> bytes:
    packet = RtpPacket(
        payload_type=PAYLOAD_TYPE,
        marker=int(is_last),
        sequence_number=sequence % 2**16,
        timestamp=timestamp % 2**32,
    )
    packet.payload = payload
    return packet.serialize()


if __name__ == "__main__":
    records.main(version, run)
