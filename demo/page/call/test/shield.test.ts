import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shieldOf, type Facts, type OtherFacts, type ProblemFacts } from '../shield.ts';

const bob: OtherFacts = {
  name: 'Bob',
  keys: 'secured',
  pendingMs: 0,
  isLockedOut: false,
  link: 'connected',
  missing: [],
};
const carol: OtherFacts = { ...bob, name: 'Carol' };
const well: Facts = { isSealed: true, others: [bob, carol], problems: [] };
const problem: ProblemFacts = {
  code: 'authentication-failed',
  severity: 'warning',
  text: 'It is so. Do this.',
  name: 'Bob',
};

const state = (facts: Partial<Facts>) => shieldOf({ ...well, ...facts }).state;

test('it is secured if everybody is, and all that is sent is opened', () => {
  assert.equal(state({}), 'secured');
  assert.equal(state({ others: [] }), 'secured');
  const exceptions: Partial<OtherFacts>[] = [
    { keys: 'pending' },
    { keys: 'rejected' },
    { link: 'connecting' },
    { link: 'reconnecting' },
    { link: 'failed' },
    { missing: ['camera'] },
  ];
  for (const exception of exceptions) {
    const shield = shieldOf({ ...well, others: [bob, { ...carol, ...exception }] });
    assert.equal(shield.state, 'waiting', JSON.stringify(exception));
    assert.match(shield.title, /Carol/);
    assert.doesNotMatch(shield.title, /Bob/);
  }
});

test('a room that is not sealed says so, whatever else', () => {
  assert.equal(state({ isSealed: false, problems: [problem] }), 'off');
});

test('a problem comes before waiting, an error before a warning', () => {
  const others = [{ ...bob, keys: 'pending' as const }];
  const shield = shieldOf({ ...well, others, problems: [problem] });
  assert.equal(shield.state, 'problem');
  assert.match(shield.title, /Bob/);
  assert.equal(shield.reason, 'It is so.');
  assert.equal(shield.cure, 'Do this.');

  const error: ProblemFacts = { code: 'worker-failed', severity: 'error', text: 'Dead.' };
  assert.equal(shieldOf({ ...well, problems: [problem, error] }).reason, 'Dead.');
});

test('what went past the encryption is a problem as long as it is known', () => {
  const shield = shieldOf({ ...well, others: [{ ...bob, keys: 'bypassed' }, carol] });
  assert.deepEqual([shield.state, shield.title], ['problem', 'Not protected']);
  assert.ok(shield.cure);
});

test('after 5 s, who has another secret is locked out', () => {
  const stranger = { ...bob, keys: 'pending' as const, isLockedOut: true };
  const soon = shieldOf({ ...well, others: [{ ...stranger, pendingMs: 4000 }] });
  assert.equal(soon.title, 'Waiting for keys of Bob');

  const late = { ...stranger, pendingMs: 5000 };
  const alone = shieldOf({ ...well, others: [late] });
  assert.equal(alone.title, 'Locked out');
  assert.equal(alone.state, 'problem');
  assert.match(alone.cure, /Compare your links/);

  const among = shieldOf({ ...well, others: [late, carol] });
  assert.equal(among.title, 'Locked out: Bob');
  assert.equal(among.state, 'waiting');
});

test('who does not answer at all is waited for, with a cure after 5 s', () => {
  const silent = { ...bob, keys: 'pending' as const };
  assert.equal(shieldOf({ ...well, others: [silent] }).cure, '');
  const cure = shieldOf({ ...well, others: [{ ...silent, pendingMs: 5000 }] }).cure;
  assert.match(cure, /compare your links/);
});
