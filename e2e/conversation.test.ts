/** Chat and files, over sealed data channels. */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { group } from './lib/suite.ts';
import { until } from './lib/until.ts';

const BOTH = ['chromium', 'firefox'] as const;
const FILE = 'noise.bin';
const FILE_BYTES = 20 * 1024 * 1024;
const TRANSFER_MS = 90_000;

group('a conversation', { browsers: BOTH, app: {} }, (stage) => {
  let folder: string;
  let hash: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'frameseal-files-'));
    const content = randomBytes(FILE_BYTES);
    hash = createHash('sha256').update(content).digest('hex');
    await writeFile(join(folder, FILE), content);
  });
  after(() => rm(folder, { recursive: true }));

  test('what is said is read by everybody, as it was said', async () => {
    await stage.meeting({}, async (call) => {
      const people = await call.joinAll(['chromium', 'firefox', 'firefox']);
      await call.flows();
      for (const speaker of people) {
        const text = `I am <b>${speaker.name}</b> & “happy” 🎉`;
        await speaker.say(text);
        await Promise.all(people.map((one) => one.reads(speaker, text)));
      }
    });
  });

  for (const [from, to] of [BOTH, BOTH.toReversed()] as const) {
    test(`a file of 20 MiB goes from ${from} to ${to} whole`, async (t) => {
      await stage.meeting({}, async (call) => {
        const [alice, bob] = await call.joinAll([from!, to!]);
        await call.flows();
        await alice.offer(join(folder, FILE));
        await bob.answer(FILE, 'accept');
        const start = Date.now();
        assert.equal(await bob.receivedFile(FILE, TRANSFER_MS), hash);
        const seconds = (Date.now() - start) / 1000;
        t.diagnostic(`${((FILE_BYTES * 8) / seconds / 1e6).toFixed(1)} Mbit/s`);
        await until('the sender to know', async () => (await alice.transfer(FILE))?.state === 'done');
        // The call went on meanwhile.
        await call.seeAndHear();
      });
    });
  }

  test('a file that is declined is not sent', async () => {
    await stage.meeting({}, async (call) => {
      const [alice, bob] = await call.joinAll(BOTH);
      await call.flows();
      await alice.offer(join(folder, FILE));
      await bob.answer(FILE, 'decline');
      await until('Alice to know', async () => (await alice.transfer(FILE))?.state === 'declined');
      assert.equal((await alice.transfer(FILE))?.share, 0);
    });
  });

  test('a transfer goes on where it was when the connection comes back', async (t) => {
    await stage.meeting({}, async (call) => {
      const [alice, bob] = await call.joinAll(['chromium', 'chromium']);
      await call.flows();
      await alice.offer(join(folder, FILE));
      await bob.answer(FILE, 'accept');
      const shareOf = async () => (await bob.transfer(FILE))?.share ?? 0;
      await until('some of the file', async () => (await shareOf()) > 0.1, TRANSFER_MS);
      await alice.breakConnections();
      const share = await shareOf();
      t.diagnostic(`broken at ${Math.round(share * 100)} %`);
      assert.ok(share < 1);
      assert.equal(await bob.receivedFile(FILE, TRANSFER_MS), hash);
      await call.flows();
    });
  });
});
