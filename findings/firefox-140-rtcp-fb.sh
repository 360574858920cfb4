#!/usr/bin/env bash
# Firefox ESR 140.12: after setCodecPreferences(), its offers keep the `a=rtcp-fb` lines of payload types that are
# not in the `m=` line any more, and Chromium 153 refuses such an offer ("Failed to parse codecs correctly").
# Expected: a line for each payload type of the `m=` line alone (RFC 4585, section 4.2, says `fmt` of that line).
# What to do instead: let the other end choose the codec, or take those lines out of the offer.
# Seen on 2026-11-27: lines of 4 payload types beyond the 2 that are offered; refused (OperationError); taken
# without those lines.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts puppeteer-core@24.43.1 @sparticuz/chromium@153.0.0
apt-get download firefox-esr=140.12.0esr-1~deb12u1 >/dev/null 2>&1
dpkg-deb --extract firefox-esr_*.deb firefox

cat >probe.mjs <<'EOF2'
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import puppeteer from 'puppeteer-core';

const packed = 'node_modules/@sparticuz/chromium/bin/chromium.br';
writeFileSync('chromium', brotliDecompressSync(readFileSync(packed)), { mode: 0o755 });
const server = createServer((_, response) => response.end('<!doctype html>')).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const open = async (options) => {
  const browser = await puppeteer.launch(options);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  return { browser, page };
};
const firefox = await open({
  browser: 'firefox',
  executablePath: 'firefox/usr/lib/firefox-esr/firefox-esr',
});
const chromium = await open({ executablePath: './chromium', args: ['--no-sandbox'], headless: 'shell' });

const sdp = await firefox.page.evaluate(async () => {
  const pc = new RTCPeerConnection();
  const transceiver = pc.addTransceiver('video');
  const { codecs } = RTCRtpReceiver.getCapabilities('video');
  transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => /\/(VP8|rtx)$/i.test(mimeType)));
  return (await pc.createOffer()).sdp;
});
const offered = /^m=video \S+ \S+ (.*)$/m.exec(sdp)[1].trim().split(' ');
const described = [...new Set([...sdp.matchAll(/^a=rtcp-fb:(\d+)/gm)].map(([, type]) => type))];
const stray = described.filter((type) => !offered.includes(type));
const take = (sdp) =>
  chromium.page.evaluate(
    (sdp) =>
      new RTCPeerConnection().setRemoteDescription({ type: 'offer', sdp }).then(
        () => 'taken',
        (error) => error.name,
      ),
    sdp,
  );
const without = sdp
  .split('\r\n')
  .filter((line) => !stray.includes(/^a=rtcp-fb:(\d+)/.exec(line)?.[1]))
  .join('\r\n');
const seen = {
  versions: [await firefox.browser.version(), await chromium.browser.version()],
  offered: offered.length,
  stray: stray.length,
  asItIs: await take(sdp),
  without: await take(without),
};
console.log(JSON.stringify(seen));
await Promise.all([firefox, chromium].map(({ browser }) => browser.close()));
server.close();
process.exit(seen.stray > 0 && seen.asItIs === 'OperationError' && seen.without === 'taken' ? 0 : 1);
EOF2
node probe.mjs
