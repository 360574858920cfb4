/**
 * Takes the pictures of the documentation: docs/images/call.png, a call of four, and
 * docs/images/inspect.png, a call taken apart.
 *
 * After `cargo xtask build`, with Chromium and ffmpeg: `node --import tsx e2e/screenshot.ts`.
 */

import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { AppServer } from './lib/app-server.ts';
import { launch } from './lib/browsers.ts';
import { DemoPage } from './lib/demo.ts';
import { roomLink } from './lib/meeting.ts';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));

/** Each sends a picture of its own colour, in degrees of the colour circle. */
const PEOPLE = { Amira: 265, Ben: 20, Chiara: 200, Devi: 145 };

await mkdir(IMAGES, { recursive: true });
const server = await AppServer.start();
const browser = await launch('chromium');
try {
  await write('call.png', await takeCall(browser, server.origin));
  await write('inspect.png', await takeInspection(browser, server.origin));
} finally {
  await browser.close();
  await server.stop();
}

async function takeCall(browser: Browser, origin: string): Promise<Uint8Array> {
  const url = `${origin}${roomLink()}`;
  const pages: Page[] = [];
  try {
    for (const [name, hue] of Object.entries(PEOPLE)) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width: 1280, height: 800 });
      await page.evaluateOnNewDocument(paintCamera, hue);
      await page.goto(url);
      await page.locator('#name').fill(name);
      await page.locator('#join').click();
      pages.push(page);
    }
    const [shown, other] = pages as [Page, Page];
    await shown.bringToFront();
    await shown.waitForSelector('#shield[data-state="secured"]', { timeout: 60_000 });
    for (const [page, text] of [
      [other, 'Can you all read this?'],
      [shown, 'Yes. The server can’t.'],
    ] as const) {
      await page.locator('#chat-text').fill(text);
      await page.locator('#chat-send').click();
      await shown.waitForFunction((text) => document.body.textContent!.includes(text), {}, text);
    }
    // Encoders begin with a small picture, and take a while to trust the network.
    await new Promise((sharp) => setTimeout(sharp, 20_000));
    await shown.mouse.move(0, 0);
    return await shown.screenshot();
  } finally {
    for (const page of pages) await page.browserContext().close();
  }
}

async function takeInspection(browser: Browser, origin: string): Promise<Uint8Array> {
  const demo = await DemoPage.open(browser, origin);
  await demo.page.setViewport({ width: 1280, height: 1084 });
  await demo.reaches('playing');
  await demo.click('#change-key');
  await demo.moves(50, 60_000);
  await demo.page.mouse.move(0, 0);
  return demo.page.screenshot();
}

/** Runs in the page, before its scripts: puts a painted camera in place of the real one. */
function paintCamera(hue: number): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const context = canvas.getContext('2d')!;
  setInterval(() => {
    const { width, height } = canvas;
    const sky = context.createLinearGradient(0, 0, width, height);
    sky.addColorStop(0, `hsl(${hue} 55% 62%)`);
    sky.addColorStop(1, `hsl(${hue + 50} 60% 34%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    // Somebody before the camera, who breathes.
    const breath = 4 * Math.sin(performance.now() / 900);
    context.fillStyle = `hsl(${hue + 25} 45% 22%)`;
    context.beginPath();
    context.ellipse(width / 2, height + 40, 190, 190 + breath, 0, 0, 2 * Math.PI);
    context.ellipse(width / 2, 165 - breath, 68, 82, 0, 0, 2 * Math.PI);
    context.fill();
  }, 66);
  const [painted] = canvas.captureStream().getVideoTracks();
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      stream.addTrack(painted!.clone());
    }
    return stream;
  };
}

async function write(name: string, png: Uint8Array): Promise<void> {
  // A palette makes a third of it: snow does not compress.
  const palette = 'split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=sierra2_4a';
  const args = ['-v', 'error', '-y', '-f', 'png_pipe', '-i', '-', '-vf', palette, `${IMAGES}${name}`];
  execFileSync('ffmpeg', args, { input: png });
}
