/** What the package relies on, or works around, in browsers: a test that fails here is news. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather } from './lib/evidence.ts';
import { inBrowsers } from './lib/suite.ts';

inBrowsers((bench) => {
  test('frames tell their codec, at both ends', async () => {
    await bench.call({ protection: 'plain' }, async (call) => {
      await call.connect('VP8');
      await call.flows();
      const { toBob } = await call.finish();
      for (const tap of [...toBob.sender, ...toBob.receiver]) {
        const mimeTypes = new Set(
          tap.before.filter(({ data }) => data.length > 0).map((frame) => frame.mimeType),
        );
        assert.deepEqual([...mimeTypes], [tap.kind === 'video' ? 'video/VP8' : 'audio/opus']);
      }
    });
  });

  // Resent to probe the network, so not in every call.
  test('the same frame arrives more than once', async () => {
    let repeats = 0;
    for (let calls = 0; repeats === 0 && calls < 10; calls++) {
      await bench.call({ protection: 'plain' }, async (call) => {
        await call.connect('VP8');
        await call.flows();
        const { toAlice, toBob } = await call.finish();
        for (const direction of [toAlice, toBob]) {
          const arrived = direction.receiver.filter(
            (tap) => tap.direction === 'receive' && tap.kind === 'video',
          );
          repeats +=
            arrived.flatMap(({ before }) => before).length - gather(direction, 'video').received;
        }
      });
    }
    assert.ok(repeats > 0);
  });
});

for (const { name, heeded, told } of [
  { name: 'chromium', heeded: false, told: true },
  { name: 'firefox', heeded: true, told: false },
] as const) {
  inBrowsers(
    (bench) => {
      test(`a receiver's late transform is ${heeded ? 'heeded' : 'ignored'}`, async () => {
        await bench.call({ protection: 'plain', alice: { detached: true } }, async (call) => {
          await call.connect('VP8');
          await call.alice.run('attach');
          await call.flows();
          const { toAlice } = await call.finish();
          const { received } = gather(toAlice, 'video');
          assert.equal(received > 0, heeded, `${received} frames were seen`);
        });
      });

      // Whoever waits for them waits for good.
      test(`counters asked for before a connection closes ${told ? 'come' : 'never come'}`, async () => {
        const { page } = await bench.open('member');
        const came = await page.evaluate(async () => {
          const [closing, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
          closing.addTransceiver('audio');
          await closing.setLocalDescription();
          let came = false;
          void closing.getStats().then(() => (came = true));
          closing.close();
          // Never: later than many that were asked for after them.
          for (let asked = 0; asked < 100; asked++) await other.getStats();
          return came;
        });
        assert.equal(came, told);
        await page.close();
      });
    },
    { sets: [[name]] },
  );
}
