"""Peer: the muxers, demuxers and parsers of FFmpeg's program, as Debian packs it.

Ways: `rtp` (its packetizers and depacketizers, through RTSP over TCP, which loses nothing), and the
containers `webm`, `mp4` and `mkv`.
"""

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import bitstreams
import records
from records import UNTOLD, Record

CONTAINERS = {
    "webm": ("opus", "vp8", "vp9", "av1"),
    "mp4": ("opus", "vp9", "h264", "h265", "av1"),
    "mkv": ("opus", "vp8", "vp9", "h264", "h265", "av1"),
}
# FFmpeg 5.1 has no RTP for AV1.
RTP = ("opus", "vp8", "vp9", "h264", "h265")
# Its depacketizer for VP9 does not look for key frames, and no parser comes behind it.
SILENT = {("rtp", "vp9")}

NAL_UNITS = ("h264", "h265")
START_CODE = b"\0\0\0\1"

# Frames in front of the first one with a key frame's flag count, too.
COPY = ["-map", "0", "-c", "copy", "-copyinkf"]

# What `-dump` writes of each packet that comes out of a demuxer.
DUMPED = re.compile(r"^stream #0:\n  keyframe=(\d).*?^  size=(\d+)$", re.DOTALL | re.MULTILINE)

GOODBYE_SECONDS = 3


def version() -> str:
    greeting = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return f"FFmpeg {greeting.stdout.split()[2]}"


def run(codec: str, way: str, frames: list[Record]) -> Iterator[Record]:
    if codec not in (RTP if way == "rtp" else CONTAINERS.get(way, ())):
        raise ValueError(f"no way {way} for {codec}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        bitstreams.write(folder / "source", codec, [frame.data for frame in frames])
        try:
            (through_rtp if way == "rtp" else through_container)(codec, way, folder)
        finally:
            for is_key, packet in packets(folder):
                has_lengths = codec in NAL_UNITS and way != "rtp"
                kind = UNTOLD if (way, codec) in SILENT else records.kind_of(codec, is_key)
                yield Record(kind, start_codes(packet) if has_lengths else packet)


def through_container(codec: str, way: str, folder: Path) -> None:
    container = folder / f"frames.{way}"
    mux(codec, folder, [container])
    # Its parser drops what it does not take for Opus, and sealed Opus looks like nothing.
    parsing = ["-fflags", "noparse"] if codec == "opus" else []
    with demuxer([*parsing, "-i", container], "data", folder) as program:
        program.finish()


def through_rtp(codec: str, _: str, folder: Path) -> None:
    url = f"rtsp://127.0.0.1:{free_port()}/frames"
    # Of sealed VP8 in a stream, FFmpeg does not learn the size of the pictures, and most muxers want
    # it. This one does not, but it is for pictures alone.
    muxer = "data" if codec == "opus" else "image2pipe"
    with demuxer(["-rtsp_flags", "listen", "-i", url], muxer, folder) as receiver:
        while not sent(codec, url, folder):
            # A connection just to see whether it listens would be taken for the sender's.
            if receiver.process.poll() is not None:
                break
        receiver.finish()


def sent(codec: str, url: str, folder: Path) -> bool:
    """Returns false where nobody listens yet."""
    try:
        # Debian's version calls its RTP for VP9 experimental.
        rtsp = ["-strict", "experimental", "-f", "rtsp", "-rtsp_transport", "tcp"]
        mux(codec, folder, [*rtsp, url])
    except RuntimeError as error:
        if "Connection refused" not in str(error):
            raise
        return False
    return True


class Program:
    """FFmpeg's program. What it says goes to a file: a pipe that nobody reads would stop it."""

    def __init__(self, arguments: list[str | Path], log: Path) -> None:
        self.log = log
        with log.open("w") as said:
            command = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-y", *arguments]
            self.process = subprocess.Popen(command, stderr=said)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        # Asked, it still writes out what it has.
        self.process.terminate()
        try:
            self.process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def finish(self) -> None:
        if self.process.wait() != 0:
            raise RuntimeError(DUMPED.sub("", self.log.read_text())[-500:])


def mux(codec: str, folder: Path, target: list[str | Path]) -> None:
    rate = ["-framerate", str(bitstreams.FRAMES_PER_SECOND)] if codec in NAL_UNITS else []
    source = ["-f", bitstreams.FORMATS[codec], *rate, "-i", folder / "source"]
    arguments = ["-loglevel", "error", *source, *COPY, *target]
    with Program(arguments, folder / "muxer.log") as program:
        program.finish()


def demuxer(source: list[str | Path], muxer: str, folder: Path) -> Program:
    """Packets go into one file with nothing between them, their sizes and flags into another."""
    arguments = ["-dump", *source, *COPY, "-f", muxer, folder / "packets"]
    return Program(arguments, folder / "demuxer.log")


def packets(folder: Path) -> Iterator[tuple[bool, bytes]]:
    if not (folder / "packets").exists():
        return
    data = (folder / "packets").read_bytes()
    at = 0
    for is_key, size in DUMPED.findall((folder / "demuxer.log").read_text()):
        end = at + int(size)
        if end > len(data):
            return
        yield is_key == "1", data[at:end]
        at = end


def start_codes(packet: bytes) -> bytes:
    """In the files of its muxers, each NAL unit has its length in front, in four bytes."""
    units = []
    at = 0
    while at < len(packet):
        start = at + 4
        at = start + int.from_bytes(packet[at:start], "big")
        units.append(START_CODE + packet[start:at])
    return b"".join(units)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


if __name__ == "__main__":
    records.main(version, run)
