/** The compiled cipher in each browser's own engine: see aes-gcm-simd128/docs/verification.md. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS } from './lib/browsers.ts';
import { RemotePage, type AnyPage } from './lib/remote-page.ts';
import { serve } from './lib/server.ts';
import { beside, shared } from './lib/suite.ts';
import { WebKitPage } from './lib/webkit.ts';

type CipherPage = AnyPage<typeof import('./pages/cipher.ts')>;

const server = beside(() => serve(), (server) => server.close());

for (const name of [...BROWSERS, 'webkit'] as const) {
  describe(name, () => {
    const page = beside<CipherPage>(
      async () =>
        name === 'webkit'
          ? WebKitPage.open(server().origin, 'cipher')
          : RemotePage.open(await shared(name), server().origin, 'cipher'),
      (page) => page.close(),
    );

    test('every vector of NIST and of Wycheproof is sealed and opened, or refused', async () => {
      const expected = { nist128: 375, nist256: 240, refused: 54, sealed: 79 };
      assert.deepEqual(await page().run('vectors'), expected);
    });

    test('thousands of seeded cases are what another implementation makes', () =>
      page().run('compare', 9605n, 3000));
  });
}
