"""Peer: Janus' program that makes files for players of its recordings.

IN is RTP packets. Way: `convert`, to the container that it has for the codec, out of which PyAV
takes the frames. The recording is one as `janus.ts` reads them from Janus.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyav
import records
from records import Record

CONTAINERS = {
    "opus": "opus",
    "vp8": "webm",
    "vp9": "webm",
    "h264": "mp4",
    "h265": "mp4",
    "av1": "mp4",
}


def version() -> str:
    # It has no such option, but says its version before it complains.
    said = subprocess.run(["janus-pp-rec", "--version"], capture_output=True, text=True)
    match = re.search(r"\((.+?)\)", said.stdout + said.stderr)
    return f"janus-pp-rec {match[1] if match else 'unknown'}"


def run(codec: str, way: str, packets: list[Record]) -> Iterator[Record]:
    if way != "convert" or codec not in CONTAINERS:
        raise ValueError(f"no way {way} for {codec}")
    with TemporaryDirectory() as folder:
        source = Path(folder, "recording.mjr")
        target = Path(folder, f"frames.{CONTAINERS[codec]}")
        source.write_bytes(recording(codec, [packet.data for packet in packets]))
        convert(source, target)
        yield from pyav.demux(codec, target)


def recording(codec: str, packets: list[bytes]) -> bytes:
    """Janus 1.1, `record.c`: a signature, a description in JSON, packets with their times."""
    description = json.dumps({"t": "a" if codec == "opus" else "v", "c": codec, "s": 1, "u": 1})
    rows = [b"MJR00002" + len(description).to_bytes(2, "big") + description.encode()]
    for number, packet in enumerate(packets):
        rows.append(b"MEET" + number.to_bytes(4, "big") + len(packet).to_bytes(2, "big") + packet)
    return b"".join(rows)


def convert(source: Path, target: Path) -> None:
    command = ["janus-pp-rec", "--disable-colors", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=records.PATIENCE_SECONDS)
    # It ends well even where it has written nothing.
    if done.returncode != 0 or not target.exists():
        raise RuntimeError((done.stdout + done.stderr)[-500:])


if __name__ == "__main__":
    records.main(version, run)
