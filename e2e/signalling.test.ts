/** What becomes of a call when the server, the way to it, or a member goes away. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppServer } from './lib/app-server.ts';
import { startNats } from './lib/nats.ts';
import { WebProxy } from './lib/proxies.ts';
import { beside, group } from './lib/suite.ts';
import { until } from './lib/until.ts';

const BOTH = ['chromium', 'firefox'] as const;
/** Shorter and about as long as a seat is kept for a member that is not heard of. */
const [SHORT_CUT_MS, LONG_CUT_MS] = [3000, 8000];
/** A member that vanishes is noticed in this time. */
const NOTICE_MS = 10_000;

group('a call whose server fails', { browsers: BOTH, app: {} }, (stage) => {
  test('media goes on without the server; signalling returns when it does', async () => {
    await stage.meeting({}, async (call) => {
      const [alice, bob] = await call.joinAll(BOTH);
      await call.flows();
      const generation = await alice.generation();

      await stage.app.kill();
      await until('both to notice', async () => {
        return (await alice.signalling()) !== 'online' && (await bob.signalling()) !== 'online';
      });
      await call.seeAndHear();

      await stage.app.startAgain();
      await until('both to be back', async () => {
        return (await alice.signalling()) === 'online' && (await bob.signalling()) === 'online';
      });
      await call.findEachOther();
      assert.equal(await alice.generation(), generation, 'nobody left');

      await call.join('Carol', 'chromium');
      await call.flows();
    });
  });

  test('who loses the server for a while goes on being seen, and comes back', async (t) => {
    const proxy = await WebProxy.start(stage.app.origin);
    try {
      await stage.meeting({}, async (call) => {
        const alice = await call.join('Alice', 'chromium');
        const bob = await call.join('Bob', 'firefox', { origin: proxy.origin });
        await call.flows();
        const generation = await alice.generation();
        for (const ms of [SHORT_CUT_MS, LONG_CUT_MS]) {
          const over = proxy.cut(ms);
          await until('Bob to notice', async () => (await bob.signalling()) === 'reconnecting');
          await call.seeAndHear();
          await over;
          const start = Date.now();
          await until('Bob to be back', async () => (await bob.signalling()) === 'online');
          t.diagnostic(`back ${Date.now() - start} ms after a cut of ${ms} ms`);
          if (ms === SHORT_CUT_MS) assert.equal(await alice.generation(), generation, 'nobody left');
          await call.flows();
        }
        await call.join('Carol', 'chromium');
        await call.flows();
      });
    } finally {
      await proxy.stop();
    }
  });

  test(`a tab that crashes is noticed in ${NOTICE_MS / 1000} s, and keys change`, async (t) => {
    await stage.meeting({}, async (call) => {
      const alice = await call.join('Alice', 'firefox');
      const bob = await call.join('Bob', 'chromium');
      await call.flows();
      const generation = await alice.generation();

      await bob.crash();
      const start = Date.now();
      await alice.finds([], NOTICE_MS + 1000);
      t.diagnostic(`noticed after ${Date.now() - start} ms`);
      await until('a key that Bob does not have', async () => {
        return (await alice.generation()) > generation;
      });
    });
  });
});

describe('two servers', () => {
  const nats = beside(startNats, (nats) => nats.stop());
  const other = beside(() => AppServer.start({ nats: nats().url }), (other) => other.stop());
  const app = async () => ({ nats: nats().url });
  group('joined by NATS', { browsers: BOTH, app }, (stage) => {
    test('members of both meet, and notice who goes', async () => {
      await stage.meeting({}, async (call) => {
        const alice = await call.join('Alice', 'chromium');
        const bob = await call.join('Bob', 'firefox', { origin: other().origin });
        await call.flows();
        await call.leave(bob);
        await alice.finds([]);
        await call.join('Carol', 'firefox', { origin: other().origin });
        await call.flows();
      });
    });
  });
});
