#!/usr/bin/env bash
# Chromium 153: an answerer whose transceiver prefers VP9 (`setCodecPreferences`) answers with VP9 first, and yet sends
# VP8, which the offer names first.
# Expected: it sends the first codec of its own answer (W3C "WebRTC", set description: [[SendCodecs]] are the codecs
# that the description negotiates for sending, here the answer).
# What to do: who must have one codec of an answerer leaves the others out of the offer, or lets that side offer.
# Seen on 2026-11-28: the answer lists VP9 before VP8; the answerer's outbound stream is VP8.
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

const seen = await page.evaluate(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const context = canvas.getContext('2d');
  let picture = 0;
  setInterval(() => context.fillRect((picture++ * 7) % 300, 0, 40, 240), 33);
  const [offerer, answerer] = [new RTCPeerConnection(), new RTCPeerConnection()];
  offerer.onicecandidate = ({ candidate }) => candidate && answerer.addIceCandidate(candidate);
  answerer.onicecandidate = ({ candidate }) => candidate && offerer.addIceCandidate(candidate);
  const { codecs } = RTCRtpReceiver.getCapabilities('video');
  const named = (name) => codecs.filter(({ mimeType }) => mimeType === `video/${name}`);
  offerer.addTransceiver('video').setCodecPreferences([...named('VP8'), ...named('VP9')]);
  await offerer.setLocalDescription();
  await answerer.setRemoteDescription(offerer.localDescription);
  const [transceiver] = answerer.getTransceivers();
  transceiver.direction = 'sendrecv';
  transceiver.setCodecPreferences([...named('VP9'), ...named('VP8')]);
  await transceiver.sender.replaceTrack(canvas.captureStream().getVideoTracks()[0]);
  await answerer.setLocalDescription();
  await offerer.setRemoteDescription(answerer.localDescription);
  await new Promise((later) => setTimeout(later, 3000));
  const answered = [...answerer.localDescription.sdp.matchAll(/a=rtpmap:\d+ (VP[89])/g)];
  const stats = await answerer.getStats();
  const outbound = [...stats.values()].find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
  return {
    answer: answered.map(([, name]) => name),
    sent: stats.get(outbound.codecId).mimeType,
    frames: outbound.framesEncoded,
  };
});
console.log(await browser.version(), JSON.stringify(seen));
await browser.close();
server.close();
const isAsSeen = seen.answer[0] === 'VP9' && seen.sent === 'video/VP8' && seen.frames > 10;
process.exit(isAsSeen ? 0 : 1);
EOF2
node probe.mjs
