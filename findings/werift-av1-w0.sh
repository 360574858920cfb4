#!/usr/bin/env bash
# werift 0.24.4: its AV1 depacketizer cannot read packets whose aggregation header has W = 0, which every packet of
# more than three OBU elements has to have.
# Expected: each element has its length before it, the last one too (AV1 RTP payload specification, section 4.4), so
# that four OBUs come out; as three do that are counted (W = 3).
# What to do instead: let the sender's packets have at most three elements, or read such packets without werift.
# Seen on 2026-11-28: W = 3 gives 3 OBUs; W = 0 gives a RangeError.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts werift@0.24.4

cat >probe.mjs <<'EOF2'
import { AV1RtpPayload } from 'werift';

// A sequence header, a metadata OBU and frames, without sizes: packets say them.
const obus = [
  [0x08, 0x00, 0x00, 0x00],
  [0x28, 0x01, 0xff, 0x80],
  [0x30, 0x10, 0x00, 0x01],
  [0x30, 0x30, 0x00, 0x02],
].map((bytes) => Buffer.from(bytes));

/** A packet that begins a coded video sequence; with a count, the last element has no length. */
function packet(elements, count) {
  const parts = elements.map((element, index) =>
    index + 1 === count ? element : Buffer.concat([Buffer.from([element.length]), element]),
  );
  return Buffer.concat([Buffer.from([(count << 4) | 0x08]), ...parts]);
}

/** What of the elements is in the frame that comes out. */
function read(elements, count) {
  try {
    const frame = AV1RtpPayload.getFrame([AV1RtpPayload.deSerialize(packet(elements, count))]);
    return elements.filter((element) => frame.includes(element.subarray(1))).length;
  } catch (error) {
    return error.constructor.name;
  }
}

const seen = { 'W = 3': read(obus.slice(0, 3), 3), 'W = 0': read(obus, 0) };
console.log('werift 0.24.4:', JSON.stringify(seen));
process.exit(seen['W = 3'] === 3 && seen['W = 0'] === 'RangeError' ? 0 : 1);
EOF2
node probe.mjs
