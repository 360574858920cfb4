#!/usr/bin/env bash
# janus-pp-rec 1.1.2: where the VP9 payload descriptor has a scalability structure that names no sizes and no pictures
# (V = 1, N_S = 0, Y = 0, G = 0: one byte, 00), that byte stays in front of the frame, which so looks hidden and is glued
# to the next one in the file that it writes.
# Expected: the structure is part of the descriptor, not of the frame (RFC 9628, section 4.2).
# What to do instead: let the sender put the size in (Y = 1), or take descriptors off without janus-pp-rec.
# Seen on 2026-11-28, of 10 frames, 2 of them key frames: without the structure 10 are in the file, with it 8.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download janus-tools=1.1.2-1 >/dev/null 2>&1
dpkg-deb --extract janus-tools_*.deb tools
ffmpeg -loglevel error -f lavfi -i gradients=size=64x64:rate=10 -frames:v 10 -g 5 -c:v libvpx-vp9 \
  -deadline realtime -cpu-used 8 -lag-in-frames 0 -b:v 20k -f ivf frames.ivf

cat >probe.py <<'EOF2'
import json, struct, subprocess

ivf = open("frames.ivf", "rb").read()
frames, at = [], 32
while at < len(ivf):
    (size,) = struct.unpack_from("<I", ivf, at)
    frames.append(ivf[at + 12 : at + 12 + size])
    at += 12 + size
is_key = [frame[0] & 0x04 == 0 for frame in frames]


def recording(structure):
    """A recording of Janus: each frame is one packet, with a picture ID of 15 bits."""
    about = json.dumps({"t": "v", "c": "vp9", "s": 1, "u": 1}).encode()
    made = b"MJR00002" + struct.pack(">H", len(about)) + about
    for number, frame in enumerate(frames):
        flags = 0x8C if is_key[number] else 0xCC  # I, B, E; P for the others
        extra = structure if is_key[number] else b""
        flags |= 0x02 if extra else 0
        descriptor = struct.pack(">BH", flags, 0x8000 | number) + extra
        header = struct.pack(">BBHII", 0x80, 0x80 | 96, number, number * 9000, 1)
        packet = header + descriptor + frame
        made += b"MEET" + struct.pack(">IH", number * 100, len(packet)) + packet
    return made


def converted(structure):
    """How many frames are in the file."""
    open("in.mjr", "wb").write(recording(structure))
    tool = ["tools/usr/bin/janus-pp-rec", "in.mjr", "out.webm"]
    subprocess.run(tool, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    command = "ffprobe -loglevel error -show_entries packet=size -of csv=p=0 out.webm".split()
    return len(subprocess.run(command, check=True, capture_output=True).stdout.split())


seen = {"no structure": converted(b""), "structure 00": converted(b"\0")}
print("janus-pp-rec 1.1.2:", json.dumps(seen))
expected = {"no structure": len(frames), "structure 00": len(frames) - sum(is_key)}
raise SystemExit(0 if seen == expected else 1)
EOF2
python3 probe.py
