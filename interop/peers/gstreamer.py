"""Peer: payloaders, depayloaders and parsers of GStreamer, as Debian packs it.

Ways: `pay` (payloader, depayloader), `parse` (a parser in front of the payloader and another one
behind the depayloader; AV1, which has no payloader here, through the parser alone), `depay` (RTP
packets through the depayloader).
"""

from collections.abc import Iterator

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import records
from records import Record

# In way `pay`, no parser is in front of the payloader: the caps say what one would find out.
CAPS = {
    "opus": "audio/x-opus,channel-mapping-family=0,channels=2,rate=48000",
    "vp8": "video/x-vp8,width=320,height=180,framerate=30/1",
    "vp9": "video/x-vp9,width=320,height=180,framerate=30/1",
    "h264": "video/x-h264,stream-format=byte-stream,alignment=au",
    "h265": "video/x-h265,stream-format=byte-stream,alignment=au",
    "av1": "video/x-av1,stream-format=obu-stream,alignment=tu",
}

# Whole access units with start codes, as they went in.
FRAMED = {codec: CAPS[codec] for codec in ("h264", "h265", "av1")}

# Key frames get their parameter sets again, and small NAL units share packets, as in WebRTC.
PARSER = {
    "vp9": "vp9parse",
    "h264": "h264parse config-interval=-1",
    "h265": "h265parse config-interval=-1",
    "av1": "av1parse",
}
AGGREGATING = {codec: "aggregate-mode=zero-latency" for codec in ("h264", "h265")}

# Pictures and audio packets are this far apart. Depayloaders end a frame where the time changes.
FRAME_NS = 20 * Gst.MSECOND
# Long enough to sleep until something comes, short enough to notice an error on the bus.
WAIT_NS = 100 * Gst.MSECOND


def version() -> str:
    return str(Gst.version_string())


def run(codec: str, way: str, frames: list[Record]) -> Iterator[Record]:
    pipeline = Gst.parse_launch(" ! ".join(elements(codec, way)))
    source, sink = pipeline.get_by_name("source"), pipeline.get_by_name("sink")
    source.set_property("caps", Gst.Caps.from_string(source_caps(codec, way, frames)))
    pipeline.set_state(Gst.State.PLAYING)
    try:
        for number, frame in enumerate(frames):
            buffer = Gst.Buffer.new_wrapped(frame.data)
            # Packets of RTP have their own time. No flag names key frames: the elements must.
            if way != "depay":
                buffer.pts = buffer.dts = number * FRAME_NS
            source.emit("push-buffer", buffer)
            yield from available(pipeline, sink, codec, 0)
        source.emit("end-of-stream")
        while not sink.get_property("eos"):
            yield from available(pipeline, sink, codec, WAIT_NS)
        yield from available(pipeline, sink, codec, 0)
    finally:
        pipeline.set_state(Gst.State.NULL)


def elements(codec: str, way: str) -> list[str]:
    source = "appsrc name=source format=time max-bytes=0"
    sink = "appsink name=sink sync=false"
    pay = f"rtp{codec}pay mtu=1200"
    depay = f"rtp{codec}depay"
    framed = [FRAMED[codec]] if codec in FRAMED else []
    if way == "pay":
        return [source, pay, depay, *framed, sink]
    if way == "depay":
        return [source, depay, *framed, sink]
    if way == "parse" and codec in PARSER:
        parser = PARSER[codec]
        if codec == "av1":
            return [source, parser, *framed, sink]
        return [source, parser, f"{pay} {AGGREGATING.get(codec, '')}", depay, parser, *framed, sink]
    raise ValueError(f"no way {way} for {codec}")


def source_caps(codec: str, way: str, frames: list[Record]) -> str:
    if way != "depay":
        return CAPS[codec]
    media, clock = ("audio", 48000) if codec == "opus" else ("video", 90000)
    payload_type = frames[0].data[1] & 0x7F if frames else 96
    return (
        f"application/x-rtp,media={media},clock-rate={clock},"
        f"encoding-name={codec.upper()},payload={payload_type}"
    )


def available(
    pipeline: Gst.Pipeline, sink: Gst.Element, codec: str, wait_ns: int
) -> Iterator[Record]:
    """Takes what has come out so far, after waiting for the first frame only."""
    # Whatever came out before an error is in the sink by the time that the error is on the bus.
    failure = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    while sample := sink.emit("try-pull-sample", wait_ns):
        buffer = sample.get_buffer()
        is_key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        yield Record(records.kind_of(codec, is_key), buffer.extract_dup(0, buffer.get_size()))
        wait_ns = 0
    if failure:
        error, details = failure.parse_error()
        raise RuntimeError(f"{failure.src.get_name()}: {error.message} ({details})")


Gst.init(None)
if __name__ == "__main__":
    records.main(version, run)
