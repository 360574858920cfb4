#!/usr/bin/env bash
# Chromium 153: a video receiver's RTCRtpScriptTransform is handed some frames twice, byte for byte, on a link that
# loses nothing, if retransmission (`rtx`, RFC 4588) was negotiated; without it, never.
# Expected: each encoded frame once (W3C "WebRTC Encoded Transform", "readEncodedData").
# What to do: a replay window must take repeats for normal, not for an attack, and nothing may assume that frames come
# once.
# Seen on 2026-11-28: of some 150 frames of VP8 in 5 s, 6 and 9 came twice in two runs; without `rtx`, none.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts puppeteer-core@24.43.1 @sparticuz/chromium@153.0.0

cat >probe.mjs <<'EOF2'
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import puppeteer from 'puppeteer-core';

const packed = 'node_modules/@sparticuz/chromium/bin/chromium.br';
writeFileSync('chromium', brotliDecompressSync(readFileSync(packed)), { mode: 0o755 });
const server = createServer((_, response) => response.end('<!doctype html>')).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const browser = await puppeteer.launch({
  executablePath: './chromium',
  args: ['--no-sandbox', '--disable-features=WebRtcHideLocalIpsWithMdns'],
  headless: 'shell',
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);

const call = (withRetransmission) =>
  page.evaluate(async (withRetransmission) => {
    const script = `
      let frames = 0, repeats = 0;
      const seen = new Set();
      onrtctransform = async ({ transformer: { readable, writable } }) => {
        const writer = writable.getWriter();
        for await (const frame of readable) {
          const bytes = new Uint8Array(frame.data);
          const { rtpTimestamp } = frame.getMetadata();
          const name = rtpTimestamp + ' ' + bytes.reduce((sum, byte) => (sum * 31 + byte) >>> 0, bytes.length);
          frames += 1;
          if (seen.has(name)) repeats += 1;
          seen.add(name);
          writer.write(frame);
        }
      };
      onmessage = () => postMessage({ frames, repeats });`;
    const worker = new Worker(URL.createObjectURL(new Blob([script])));
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const context = canvas.getContext('2d');
    let picture = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${picture} 80% 50%)`;
      context.fillRect((picture++ * 7) % 300, 0, 40, 240);
    }, 33);
    const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
    one.onicecandidate = ({ candidate }) => candidate && other.addIceCandidate(candidate);
    other.onicecandidate = ({ candidate }) => candidate && one.addIceCandidate(candidate);
    other.ontrack = ({ receiver, track }) => {
      receiver.transform = new RTCRtpScriptTransform(worker, {});
      const player = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
      player.srcObject = new MediaStream([track]);
      document.body.append(player);
    };
    const transceiver = one.addTransceiver(canvas.captureStream().getVideoTracks()[0]);
    const { codecs } = RTCRtpSender.getCapabilities('video');
    const wanted = withRetransmission ? /\/(VP8|rtx)$/i : /\/VP8$/i;
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => wanted.test(mimeType)));
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    await new Promise((later) => setTimeout(later, 5000));
    let lost = 0;
    (await other.getStats()).forEach((stats) => (lost += stats.type === 'inbound-rtp' ? stats.packetsLost : 0));
    worker.postMessage('count');
    const { data } = await new Promise((answered) => (worker.onmessage = answered));
    one.close();
    other.close();
    return { ...data, lost };
  }, withRetransmission);

const seen = { version: await browser.version(), with: await call(true), without: await call(false) };
console.log(JSON.stringify(seen));
await browser.close();
server.close();
const isAsSaid = seen.with.repeats > 0 && seen.with.lost === 0 && seen.without.frames > 50 && seen.without.repeats === 0;
process.exit(isAsSaid ? 0 : 1);
EOF2
node probe.mjs
