"""Files that FFmpeg reads frames from: IVF, Annex B, Ogg.

None of them says what is a key frame. IVF and Ogg keep the frames apart; Annex B does not, so its
reader has to find the access units again.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

FORMATS = {"vp8": "ivf", "vp9": "ivf", "av1": "ivf", "h264": "h264", "h265": "hevc", "opus": "ogg"}
FOURCC = {"vp8": b"VP80", "vp9": b"VP90", "av1": b"AV01"}
FRAMES_PER_SECOND = 50


def write(path: Path, codec: str, frames: Sequence[bytes]) -> None:
    """Writes frames in the format that `FORMATS` names."""
    if codec in FOURCC:
        path.write_bytes(ivf(FOURCC[codec], frames))
    elif codec == "opus":
        path.write_bytes(ogg(frames))
    else:
        path.write_bytes(b"".join(frames))


def ivf(fourcc: bytes, frames: Sequence[bytes]) -> bytes:
    # The size is a guess: it has to be there, and readers take the real one from the key frame.
    header = struct.pack(
        "<4sHH4sHHIIII", b"DKIF", 0, 32, fourcc, 320, 180, FRAMES_PER_SECOND, 1, len(frames), 0
    )
    rows = [struct.pack("<IQ", len(frame), number) + frame for number, frame in enumerate(frames)]
    return header + b"".join(rows)


def ogg(packets: Sequence[bytes]) -> bytes:
    """Opus in Ogg: RFC 7845. Each packet is a page, and 20 ms long."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 2, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    pages = [page(0, 0, FIRST, head), page(1, 0, 0, tags)]
    for number, packet in enumerate(packets, start=1):
        pages.append(page(number + 1, number * 960, LAST if number == len(packets) else 0, packet))
    return b"".join(pages)


def page(number: int, granule: int, flags: int, packet: bytes) -> bytes:
    """RFC 3533, section 6."""
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    start = struct.pack("<4sBBqII", b"OggS", 0, flags, granule, SERIAL, number)
    rest = bytes([len(lacing)]) + lacing + packet
    return start + struct.pack("<I", checksum(start + bytes(4) + rest)) + rest


def checksum(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFF_FFFF) ^ CRC_TABLE[crc >> 24 ^ byte]
    return crc


def crc_row(byte: int) -> int:
    row = byte << 24
    for _ in range(8):
        row = row << 1 ^ (0x04C1_1DB7 if row & 0x8000_0000 else 0)
    return row & 0xFFFF_FFFF


CRC_TABLE = [crc_row(byte) for byte in range(256)]
FIRST, LAST = 2, 4
SERIAL = 1
