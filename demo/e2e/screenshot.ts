//! Takes the README's picture of the demo page: docs/images/demo.png.
//!
//! After `cargo xtask build`, with Chromium and ffmpeg: `node --import tsx demo/e2e/screenshot.ts`.

import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from './lib/browsers.ts';
import { DemoPage, DemoServer } from './lib/demo.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images', import.meta.url));
const SIZE = { width: 1280, height: 1084 };

/** A palette makes a third of it: snow does not compress. */
const PALETTE = 'split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=dither=sierra2_4a';

await mkdir(IMAGES, { recursive: true });
const server = await DemoServer.start();
const browser = await launch('chromium');
try {
  const demo = await DemoPage.open(browser, server.origin);
  await demo.page.setViewport(SIZE);
  await demo.reaches('playing');
  await demo.click('#change-key');
  // Encoders begin with a small picture, and take a while to trust the network.
  await demo.moves(50, 60_000);
  await demo.page.mouse.move(0, 0);
  const input = await demo.page.screenshot();
  const args = ['-v', 'error', '-y', '-f', 'png_pipe', '-i', '-', '-vf', PALETTE, `${IMAGES}/demo.png`];
  execFileSync('ffmpeg', args, { input });
} finally {
  await browser.close();
  await server.stop();
}
