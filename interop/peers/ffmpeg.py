"""Peer: the muxers, demuxers and parsers of FFmpeg's program, as Debian packs it.

Ways: `rtp` (its packetizers and depacketizers, through RTSP over TCP, which loses nothing), and the
containers `webm`, `mp4` and `mkv`.
"""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

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

# Containers have lengths in front of NAL units: this puts start codes there again.
START_CODES = {"h264": ["-bsf", "h264_mp4toannexb"], "h265": ["-bsf", "hevc_mp4toannexb"]}

# Frames in front of the first one with a key frame's flag count, too.
COPY = ["-map", "0", "-c", "copy", "-copyinkf"]

GOODBYE_SECONDS = 3


def version() -> str:
    greeting = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return f"FFmpeg {greeting.stdout.split()[2]}"


def run(codec: str, way: str, frames: list[Record]) -> Iterator[Record]:
    if codec not in (RTP if way == "rtp" else CONTAINERS.get(way, ())):
        raise ValueError(f"no way {way} for {codec}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / f"in.{bitstreams.FORMATS[codec]}"
        bitstreams.write(source, codec, [frame.data for frame in frames])
        try:
            (through_rtp if way == "rtp" else through_container)(codec, way, source)
        finally:
            for is_key, data in packets(folder):
                kind = records.kind_of(codec, is_key)
                yield Record(UNTOLD if (way, codec) in SILENT else kind, data)


def through_container(codec: str, way: str, source: Path) -> None:
    container = source.with_name(f"frames.{way}")
    finish([*reading(codec, source), *COPY, container])
    finish(["-i", container, *taking_apart(codec, source.parent)])


def through_rtp(codec: str, _: str, source: Path) -> None:
    url = f"rtsp://127.0.0.1:{free_port()}/frames"
    listening = ["-rtsp_flags", "listen", "-i", url]
    with Program([*listening, *taking_apart(codec, source.parent)]) as receiver:
        while not sent(codec, source, url):
            # A connection just to see whether it listens would be taken for the sender's.
            if receiver.process.poll() is not None:
                break
            time.sleep(0.05)
        receiver.finish()


def sent(codec: str, source: Path, url: str) -> bool:
    """Returns false where nobody listens yet."""
    # Debian's version calls its RTP for VP9 experimental.
    transport = ["-strict", "experimental", "-f", "rtsp", "-rtsp_transport", "tcp"]
    try:
        finish([*reading(codec, source), *COPY, *transport, url])
    except RuntimeError as error:
        if "Connection refused" not in str(error):
            raise
        return False
    return True


def reading(codec: str, source: Path) -> list[str | Path]:
    rate = ["-framerate", str(bitstreams.FRAMES_PER_SECOND)] if codec in START_CODES else []
    return ["-f", bitstreams.FORMATS[codec], *rate, "-i", source]


def taking_apart(codec: str, folder: Path) -> list[str | Path]:
    """Packets go into one file with nothing between them, their sizes and flags into another."""
    copy = [*COPY, *START_CODES.get(codec, [])]
    return [*copy, "-f", "data", folder / "bytes", *copy, "-f", "framecrc", folder / "sizes"]


def packets(folder: Path) -> Iterator[tuple[bool, bytes]]:
    if not (folder / "sizes").exists():
        return
    data = (folder / "bytes").read_bytes()
    at = 0
    for line in (folder / "sizes").read_text().splitlines():
        if line.startswith("#"):
            continue
        end = at + int(line.split(",")[4])
        # It says nothing of a packet that has the flag of key frames and no other.
        flags = re.search(r"F=0x(\w+)", line)
        yield flags is None or int(flags[1], 16) & 1 == 1, data[at:end]
        at = end


class Program:
    """FFmpeg's program, which may say more than a pipe holds that nobody reads yet."""

    def __init__(self, arguments: list[str | Path]) -> None:
        self.said = TemporaryFile("w+")
        quiet = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
        self.process = subprocess.Popen(["ffmpeg", *quiet, *arguments], stderr=self.said)

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
        self.said.close()

    def finish(self) -> None:
        if self.process.wait() != 0:
            self.said.seek(0)
            raise RuntimeError(self.said.read()[-500:])


def finish(arguments: list[str | Path]) -> None:
    with Program(arguments) as program:
        program.finish()


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


if __name__ == "__main__":
    records.main(version, run)
