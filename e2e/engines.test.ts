/** The two that seal and open: WebAssembly for small frames, WebCrypto for large ones. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherAll } from './lib/evidence.ts';
import type { Member } from './lib/member.ts';
import { inBrowsers } from './lib/suite.ts';
import { until } from './lib/until.ts';

inBrowsers((bench) => {
  test('large frames go through WebCrypto, small ones do not, and all keep their order', async () => {
    await bench.call({ extra: 'pad' }, async (call) => {
      await call.connect('VP8');
      await call.flows();
      for (const peer of call.ends) await usesBoth(peer);

      const finished = await call.finish();
      for (const { lost, forged, leaks } of gatherAll(finished)) {
        assert.deepEqual({ lost, forged, leaks }, { lost: 0, forged: 0, leaks: 0 });
      }
      for (const direction of [finished.toAlice, finished.toBob]) {
        // Of what they send and of what they receive.
        for (const { before, after } of direction.sender) {
          // Chromium gets some frames again, which are dropped.
          const came = [...new Set(before.map(({ timestamp }) => timestamp))];
          const left = after.map(({ timestamp }) => timestamp);
          assert.deepEqual(left, came.slice(0, left.length));
        }
      }
    });
  });

  test('a suite that WebCrypto does not have stays in WebAssembly', async () => {
    await bench.call({ cipherSuite: 'AES_128_CTR_HMAC_SHA256_80' }, async (call) => {
      await call.connect();
      await call.lasts(4000); // longer than until a measurement would be over
      for (const peer of call.ends) {
        const { crossoverBytes, tracks } = await peer.session('stats');
        assert.equal(crossoverBytes, undefined);
        assert.ok(tracks.every(({ passed, webCrypto }) => passed > 0 && webCrypto === 0));
      }
    });
  });
});

async function usesBoth(peer: Member): Promise<void> {
  const tracks = await until('WebCrypto to have sealed and opened frames', async () => {
    const { crossoverBytes, tracks } = await peer.session('stats');
    const video = tracks.filter(({ kind }) => kind === 'video');
    return crossoverBytes !== undefined && video.every(({ webCrypto }) => webCrypto > 0) && tracks;
  });
  const audio = tracks.filter(({ kind }) => kind === 'audio');
  assert.ok(audio.every(({ passed, webCrypto }) => passed > 0 && webCrypto === 0), 'sound is small');
}
