/** Every mistake that leaves the picture black, or plays what is not sealed: what is told, and when. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { writeReport } from './lib/report.ts';
import { inBrowsers } from './lib/suite.ts';
import type { End, Name, Told } from './pages/blackout.ts';

/** What a member must hear: its code, or its state if that is `no-media`, and words of the hint. */
type Expected = [what: string, severity: Told['severity'], ...words: string[]];

/** By the mistake: what Alice and Bob hear. One for both, where they hear the same. */
const EXPECTED: Record<string, Expected | Record<Name, Expected>> = {
  'nobody is announced': ['nobody-announced', 'error', 'memberJoined()'],
  'one side is announced': {
    alice: ['nothing-received', 'error', 'bob', 'memberJoined() for this member on the other side'],
    bob: ['not-announced', 'error', 'alice', 'memberJoined()'],
  },
  'two pages have one name': ['only-ourselves', 'error', 'ID of its own'],
  'messages are not delivered': ['nothing-received', 'error', 'receive()'],
  'messages are delivered one way': {
    alice: ['nothing-received', 'error', 'bob'],
    bob: ['not-answered', 'error', 'alice', 'delivers our message events'],
  },
  'secrets differ': ['other-secret', 'error', 'same secret'],
  'one has no secret': ['other-secret', 'error', 'same secret'],
  'rooms differ': ['other-room', 'error', 'exactly the same room'],
  'suites differ': {
    alice: ['other-suite', 'error', 'AES_256_GCM_SHA512_128', 'cipherSuite'],
    bob: ['other-suite', 'error', 'AES_128_GCM_SHA256_128', 'cipherSuite'],
  },
  'JSON of the bytes': ['damaged-messages', 'error', '[...data]'],
  'bytes decoded as text': ['damaged-messages', 'error', 'text decoder'],
  'a string for a message': ['TypeError', undefined, 'must be bytes', 'a String'],
  'an object for a message': ['TypeError', undefined, 'JSON', '[...data]'],
  'another sender is named': ['wrong-sender', 'error', 'somebody', 'exactly as the sender gave it'],
  'the sender in another case': ['wrong-sender', 'error', 'exactly as the sender gave it'],
  'the receiver as the sender': ['wrong-sender', 'error', 'exactly as the sender gave it'],
  'one side is not attached': {
    alice: ['not-sealed', 'error', 'frameseal.connection()'],
    bob: ['not-attached', 'error', 'frameseal.connection()'],
  },
  'nothing is attached': ['not-attached', 'error', 'frameseal.connection()'],
};

/** With these, all is well. */
const FINE = ['none', 'an array for a message', 'a buffer for a message'];

/** Of one call, from the first packet on; what is told comes after 3 s. */
const SECONDS = 5;

/** Calls at a time: two cores encode and decode both ways of each. */
const TOGETHER = 4;

inBrowsers((bench) => {
  const ends: Record<string, Record<Name, End>> = {};

  before(async () => {
    const mistakes = [...FINE, ...Object.keys(EXPECTED)];
    while (mistakes.length > 0) {
      const some = mistakes.splice(0, TOGETHER);
      // In one page: browsers slow down those that nobody looks at.
      const came = await bench.run('blackout', 'calls', some, SECONDS);
      some.forEach((mistake, at) => (ends[mistake] = came[at]!));
    }
  });

  for (const mistake of FINE) {
    test(`${mistake}: nothing is told`, () => {
      for (const { told, decoded } of Object.values(ends[mistake]!)) {
        assert.deepEqual(errors(told), []);
        assert.ok(decoded > 3, String(decoded)); // pages that nobody looks at draw few
      }
    });
  }

  for (const [mistake, expected] of Object.entries(EXPECTED)) {
    test(mistake, () => {
      for (const name of ['alice', 'bob'] as const) {
        const [what, severity, ...words] = Array.isArray(expected) ? expected : expected[name];
        const { told, explained } = ends[mistake]![name];
        const found = told.find(({ state }) => state === what) ?? told.find(({ code }) => code === what);
        assert.ok(found, `${name}: ${JSON.stringify(told)}`);
        assert.equal(found.severity, severity);
        for (const word of words) assert.ok(found.hint.includes(word), found.hint);
        if (found.code !== 'no-media') continue;
        // That it is not told before 3 s have passed, the session's own tests hold, by a clock: a page that
        // nobody looks at may be slow to notice the first packet.
        assert.ok(found.after < SECONDS, `${name}: after ${found.after} s`);
        assert.deepEqual(new Set(told.flatMap(({ state }) => state ?? [])), new Set([what]), 'one cause');
        if (what !== 'not-attached') assert.ok(explained.includes(found.hint), explained);
        if (what !== 'other-secret') assert.ok(!found.hint.includes('secret'), found.hint);
      }
    });
  }

  test('the seconds until it is told, for the report', async () => {
    const rows = Object.entries(ends).flatMap(([mistake, both]) =>
      Object.entries(both).map(([member, { told, decoded }]) => ({
        browser: bench.name,
        mistake,
        member,
        decoded,
        told: errors(told).map(({ code, state, after }) => [state ?? code, Number(after.toFixed(1))]),
      })),
    );
    await writeReport(`blackout-${bench.name}`, rows);
    assert.equal(rows.length, 2 * (FINE.length + Object.keys(EXPECTED).length));
  });
});

function errors(told: Told[]): Told[] {
  return told.filter(({ severity = 'error' }) => severity === 'error');
}
