import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outbox } from '../outbox.ts';

test('a newer key message takes the place of the one that waits for the same receiver', () => {
  const outbox = new Outbox();
  outbox.add('b', 'old', true);
  outbox.add('b', 'signal', false);
  outbox.add('c', 'other', true);
  outbox.add(null, 'old', true);
  outbox.add('b', 'new', true);
  outbox.add(null, 'new', true);
  outbox.add('b', 'signal', false);
  assert.deepEqual(sent(outbox), ['1 b new', '2 b signal', '3 c other', '4 all new', '5 b signal']);
});

test('what was sent is not replaced, and not sent under another’s number', () => {
  const outbox = new Outbox();
  outbox.add('b', 'old', true);
  outbox.next();
  outbox.add('b', 'new', true);
  outbox.resume(0);
  outbox.add('b', 'newest', true);
  assert.deepEqual(sent(outbox), ['1 b old', '2 b newest']);
});

test('key messages to who has gone are dropped, and nothing else is', () => {
  const outbox = new Outbox();
  outbox.add('b', 'key', true);
  outbox.add('c', 'key', true);
  outbox.add('b', 'signal', false);
  outbox.add(null, 'key', true);
  outbox.forget((member) => member === 'b');
  assert.deepEqual(sent(outbox), ['1 c key', '2 b signal', '3 all key']);
});

test('a seat goes on after what the server got', () => {
  const outbox = new Outbox();
  for (const data of ['one', 'two', 'three']) outbox.add('b', data, false);
  sent(outbox);
  outbox.confirm(1);
  outbox.add('b', 'four', false);
  outbox.resume(2);
  assert.deepEqual(sent(outbox), ['3 b three', '4 b four']);
});

test('a new seat counts from 1, and gets no key message that was sent before', () => {
  const outbox = new Outbox();
  outbox.add('b', 'sent key', true);
  outbox.add('b', 'signal', false);
  sent(outbox);
  outbox.add('b', 'key', true);
  outbox.restart();
  assert.deepEqual(sent(outbox), ['1 b signal', '2 b key']);
});

test('one who joins and leaves all the time holds nothing up', () => {
  const outbox = new Outbox();
  for (let turn = 0; turn < 2000; turn++) {
    outbox.add('outsider', 'key', true);
    outbox.add('honest', `key ${turn}`, true);
    outbox.forget((member) => member === 'outsider');
  }
  assert.deepEqual(sent(outbox), ['1 honest key 1999']);
});

/** Sends all that waits. */
function sent(outbox: Outbox): string[] {
  const all: string[] = [];
  while (!outbox.isEmpty) {
    const { seq, to, data } = outbox.next()!;
    all.push(`${seq} ${to ?? 'all'} ${data}`);
  }
  return all;
}
