/** Connections that are protected late, or past the package: what leaves in the clear, and who is told. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inBrowsers } from './lib/suite.ts';
import type { Case, Outcome, Told, Way } from './pages/trial.ts';

/** What may happen to connections that are closed until they are protected. */
const CLOSED: Record<Exclude<Way, 'none'>, Case[]> = {
  // Protected as they are made.
  connection: ['in time', 'through the prototype', 'after close()', 'replaced', 'set to null'],
  install: [
    'in time',
    'a microtask late',
    'a turn late',
    '300 ms late',
    'when connected',
    'never',
    'through the prototype',
    'after close()',
    'set to null',
  ],
  option: ['a turn late', '300 ms late', 'when connected', 'never', 'through the prototype'],
};

/** What the application hears in these cases, for sound and picture each. */
const EXPECTED: Partial<Record<Case, string[]>> = {
  'after close()': ['throws closed', 'throws closed'],
  replaced: ['throws already-protected', 'throws already-protected'],
  'set to null': ['throws already-protected', 'throws already-protected'],
};

/** Of a call that lasts as long. */
const CALL_MS = 2500;
const MANY = { audio: 60, video: 20 };

/** When the session comes, in a call that has begun without. */
const WATCHED_MS = 1000;
/** From a sender's first packet; and of a transform that ran, from when it was taken away. */
const ALARM_MS = 300;
const REPLACED_MS = 1300;

inBrowsers((bench) => {
  const isChromium = bench.name === 'chromium';
  const run = (way: Way, which: Case) =>
    bench.run('trial', 'run', { way, case: which, codec: 'VP8', ms: CALL_MS });
  for (const [way, cases] of Object.entries(CLOSED) as [Way, Case[]][]) {
    // Firefox does not know the option.
    if (way === 'option' && !isChromium) continue;
    // They wait more than they work.
    describe(`made by ${way}`, { concurrency: 3 }, () => {
      for (const which of cases) {
        test(`${which}: nothing leaves in the clear`, async () => {
          const { outcomes, told } = await run(way, which);
          for (const { kind, clear_frames } of outcomes) assert.equal(clear_frames, 0, kind);
          // Without a session, or with one that is closed, nothing flows.
          const isSilent = which === 'after close()' || which === 'never';
          for (const { kind, opened } of sent(outcomes)) {
            if (isSilent) assert.equal(opened, 0);
            else assert.ok(opened >= MANY[kind], `${opened} frames of ${kind} opened`);
          }
          // After 3 s it is told that a connection is missing; the call may be over by then.
          const isMissing = (what: string): boolean => which === 'never' && what === 'no-media';
          assert.deepEqual(errors(told).filter((what) => !isMissing(what)), EXPECTED[which] ?? []);
        });
      }
    });
  }

  // The transform that is heeded in the turn after is not promised by anybody: it may be, or not.
  if (isChromium) {
    for (const which of ['300 ms late', 'when connected'] as const) {
      test(`made by the application, ${which}: the alarm stops it within 300 ms`, async () => {
        const { outcomes, told } = await run('none', which);
        const attached = which === 'when connected' ? WATCHED_MS : 0;
        const alarm = told.find(({ what }) => what === 'transform-not-running');
        assert.ok(alarm, 'it was told');
        assert.ok(told.some(({ what }) => what === 'bob is bypassed'), JSON.stringify(told));
        assert.ok(alarm.at - attached <= ALARM_MS, `told after ${alarm.at - attached} ms`);
        for (const { kind, clear_ms, clear_frames, opened } of sent(outcomes)) {
          assert.ok(clear_frames > 0, `this case leaks ${kind}: else it shows nothing`);
          assert.ok(clear_ms - attached <= ALARM_MS, `${kind} leaked for ${clear_ms - attached} ms`);
          assert.equal(opened, 0);
        }
      });
    }
  }

  test('made by the application: a running transform that others replace is noticed', async () => {
    const { outcomes, told } = await run('none', 'replaced behind our back');
    const alarm = told.find(({ what }) => what === 'transform-not-running');
    assert.ok(alarm && alarm.at <= REPLACED_MS, `told after ${alarm?.at} ms`);
    for (const { kind, clear_ms, clear_frames } of sent(outcomes)) {
      assert.ok(clear_frames > 0, `this case leaks ${kind}: else it shows nothing`);
      assert.ok(clear_ms <= REPLACED_MS, `${kind} leaked for ${clear_ms} ms`);
    }
  });
});

function sent(outcomes: Outcome[]): Outcome[] {
  return outcomes.filter(({ direction }) => direction === 'send');
}

function errors(told: Told[]): string[] {
  return told.map(({ what }) => what).filter((what) => !what.startsWith('bob is'));
}
