"""Peer: muxers, demuxers and parsers of the libavformat inside PyAV, newer than Debian's.

Ways: the containers `webm`, `mp4` and `mkv`.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from av.bitstream import BitStreamFilterContext

import bitstreams
import records
from records import Record

CONTAINERS = {
    "webm": ("opus", "vp8", "vp9", "av1"),
    "mp4": ("opus", "vp9", "h264", "h265", "av1"),
    "mkv": ("opus", "vp8", "vp9", "h264", "h265", "av1"),
}

# Containers have lengths in front of NAL units: this puts start codes there again.
START_CODES = {"h264": "h264_mp4toannexb", "h265": "hevc_mp4toannexb"}


def version() -> str:
    library = ".".join(map(str, av.library_versions["libavformat"]))
    return f"libavformat {library} in PyAV {av.__version__}"


def run(codec: str, way: str, frames: list[Record]) -> Iterator[Record]:
    if codec not in CONTAINERS.get(way, ()):
        raise ValueError(f"no way {way} for {codec}")
    with TemporaryDirectory() as folder:
        source = Path(folder, "source")
        container = Path(folder, f"frames.{way}")
        bitstreams.write(source, codec, [frame.data for frame in frames])
        mux(codec, source, container)
        yield from demux(codec, container)


def mux(codec: str, source: Path, target: Path) -> None:
    rate = {"framerate": str(bitstreams.FRAMES_PER_SECOND)} if codec in START_CODES else {}
    name = bitstreams.FORMATS[codec]
    with av.open(source, format=name, options=rate) as frames, av.open(target, "w") as out:
        # Opaque, or it would look for an encoder by the decoder's name, and AV1 has none of it.
        stream = out.add_stream_from_template(frames.streams[0], opaque=True)
        for number, packet in enumerate(data_packets(frames)):
            if packet.dts is None:
                # The reader of Annex B knows no time.
                packet.pts = packet.dts = number * ticks_per_frame(packet)
            packet.stream = stream
            out.mux(packet)


def demux(codec: str, path: Path) -> Iterator[Record]:
    # Its parser drops what it does not take for Opus, and sealed Opus looks like nothing.
    parsing = {"fflags": "noparse"} if codec == "opus" else {}
    with av.open(path, options=parsing) as container:
        stream = container.streams[0]
        name = START_CODES.get(codec)
        framed = BitStreamFilterContext(name, in_stream=stream) if name else None
        for packet in data_packets(container):
            for part in framed.filter(packet) if framed else [packet]:
                yield Record(records.kind_of(codec, part.is_keyframe), bytes(part))


def data_packets(container: av.container.InputContainer) -> Iterator[av.Packet]:
    """Without the empty ones, by which PyAV says that a stream has ended."""
    return (packet for packet in container.demux() if packet.size)


def ticks_per_frame(packet: av.Packet) -> int:
    return round(1 / (packet.time_base * bitstreams.FRAMES_PER_SECOND))


if __name__ == "__main__":
    records.main(version, run)
