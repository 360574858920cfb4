"""Frames in files, and the command line, as all peers in Python have them: see README.md."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

AUDIO, DELTA, KEY, UNTOLD = 0, 1, 2, 255

# Far longer than any step takes, even on a busy machine: what is silent for so long hangs.
PATIENCE_SECONDS = 20


class Record(NamedTuple):
    """A frame, or an RTP packet. Its kind is one of the constants above."""

    kind: int
    data: bytes


# What a way makes of a codec's frames. It may raise in the middle: what it gave before counts.
Run = Callable[[str, str, list[Record]], Iterable[Record]]


def kind_of(codec: str, is_key: bool) -> int:
    """Audio has no key frames, whatever a flag says."""
    if codec == "opus":
        return AUDIO
    return KEY if is_key else DELTA


def read(path: Path) -> list[Record]:
    rows = path.read_bytes()
    records = []
    at = 0
    while at < len(rows):
        start = at + 5
        end = start + int.from_bytes(rows[at + 1 : start], "big")
        if end > len(rows):
            raise ValueError(f"{path} ends inside a record")
        if end == start:
            raise ValueError("an empty frame has no RTP packet, and no place in most containers")
        records.append(Record(rows[at], rows[start:end]))
        at = end
    return records


def main(version: Callable[[], str], run: Run) -> None:
    """Is the program `PEER CODEC WAY IN OUT`, or `PEER --version`."""
    if sys.argv[1:] == ["--version"]:
        print(version())
        return
    if len(sys.argv) != 5:
        sys.exit(f"usage: {sys.argv[0]} CODEC WAY IN OUT, or --version")
    codec, way, source, target = sys.argv[1:]
    with open(target, "wb") as out:
        try:
            for record in _watched(run(codec, way, read(Path(source)))):
                _write(out, record)
        except Exception as error:  # whatever the software throws at us is its answer
            reason = " ".join(str(error).split()) or type(error).__name__
            out.flush()
            sys.exit(reason)


def _write(out: BinaryIO, record: Record) -> None:
    out.write(bytes([record.kind]) + len(record.data).to_bytes(4, "big") + record.data)


def _watched(records: Iterable[Record]) -> Iterator[Record]:
    """Raises where the next record takes too long."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"no progress for {PATIENCE_SECONDS} s")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    for record in records:
        signal.alarm(PATIENCE_SECONDS)
        yield record
    signal.alarm(0)
