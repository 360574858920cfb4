/** Browsers whose frames do not name their codec. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS } from './lib/browsers.ts';
import { AnyBrowser, WITHOUT_MIME_TYPE } from './lib/old-browsers.ts';
import { serve } from './lib/server.ts';
import { beside } from './lib/suite.ts';
import type { Trial } from './pages/trial.ts';

const MANY = { audio: 60, video: 20 };

const server = beside(() => serve(), (server) => server.close());

for (const { name, version } of WITHOUT_MIME_TYPE) {
  inBrowser(name, version, (run, browser) => {
    test('pictures and sound are sealed, opened and decoded', () =>
      run({ way: 'connection', case: 'in time', codec: 'VP8', ms: 3000 }));
    test('nothing leaves in the clear before a session claims the connection', () =>
      run({ way: 'install', case: '300 ms late', codec: 'VP8', ms: 3000 }));
    // Chromium takes a worker that is gone for one that is silent.
    const expected = name === 'firefox' ? 'worker-failed, stopped' : 'sealed';
    test('a worker that the application has terminated is an error, or silence', async () => {
      assert.equal(await browser().run('traps', 'terminate'), expected);
    });
  });
}

// What Safari before 26 is documented to tell: neither MIME type nor payload type.
for (const name of BROWSERS) {
  inBrowser(name, undefined, (run) => {
    test('the only codec that was negotiated is taken', () =>
      run({ way: 'connection', case: 'in time', codec: 'VP8', ms: 3000, worker: 'tapped.js?bare' }));
  });
}

function inBrowser(
  name: AnyBrowser['name'],
  version: string | undefined,
  body: (run: (trial: Trial) => Promise<void>, browser: () => AnyBrowser) => void,
): void {
  describe(`${name} ${version ?? 'that tells no codec'}`, () => {
    const browser = beside(
      () => AnyBrowser.start(server().origin, name, version),
      (browser) => browser.close(),
    );
    body(async (trial) => {
      const { outcomes, told } = await browser().run('trial', 'run', trial);
      for (const { kind, opened, decoded, clear_frames } of outcomes) {
        assert.equal(clear_frames, 0, kind);
        assert.ok(Math.min(opened, decoded) >= MANY[kind], `${decoded} of ${opened} frames of ${kind} decoded`);
      }
      assert.deepEqual(told, []);
    }, browser);
  });
}
