import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { effect, signal } from '@preact/signals-core';
import { Files, MAX_FILE_BYTES, PIECE_BYTES, WINDOW_BYTES, type FileMessage } from '../files.ts';
import { decode, encode } from '../messages.ts';

/** Alice and Bob, with a connection that can be cut, and that may spoil pieces. */
class Pair {
  isConnected = true;
  /** What of pieces arrived, in bytes. */
  arrived = 0;
  /** Called before each piece. */
  onPiece: (offset: number, data: Uint8Array) => void = () => {};
  /** Tells which messages the connection loses while it stands. */
  loses: (message: FileMessage) => boolean = () => false;
  /** Messages that are on their way. */
  readonly underway = signal(0);

  readonly alice: Files = this.#end('alice', () => this.bob);
  readonly bob: Files = this.#end('bob', () => this.alice);

  reconnect(): void {
    this.isConnected = true;
    this.alice.connected('bob');
    this.bob.connected('alice');
  }

  /** Resolves as soon as it is so; asks whenever something has happened. */
  async until(isSo: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      effect(() => {
        void [this.alice.list.value, this.bob.list.value, this.underway.value];
        if (isSo()) resolve();
      });
    });
  }

  /** Resolves when all that was said has arrived or is lost. */
  async quiet(): Promise<void> {
    await this.until(() => this.underway.value === 0);
  }

  async offer(bytes: Uint8Array<ArrayBuffer>, name = 'a.bin'): Promise<string> {
    await this.alice.offer(new File([bytes], name), ['bob']);
    await this.until(() => this.bob.list.value.length > 0);
    return this.bob.list.value.at(-1)!.id;
  }

  #end(self: 'alice' | 'bob', other: () => Files): Files {
    return new Files({
      nameOf: (member) => member,
      send: async (_member, message) => {
        if (message.type === 'piece') this.onPiece(message.offset, message.data);
        const bytes = encode(message).slice();
        this.underway.value += 1;
        void later(LATENCY_MS).then(() => {
          if (this.isConnected && !this.loses(message as FileMessage)) {
            if (message.type === 'piece') this.arrived += message.data.length;
            other().receive(self, decode(bytes) as FileMessage);
          }
          this.underway.value -= 1;
        });
      },
    });
  }
}

/** Long enough for the window to fill. */
const LATENCY_MS = 20;

function random(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

const last = (files: Files) => files.list.value.at(-1)!;

test('a name that the other would not take is sent as one that it takes', async () => {
  const pair = new Pair();
  await pair.offer(random(1), 'two\nlines\u202etxt.exe');
  assert.equal(last(pair.bob).name, 'two_lines[U+202E]txt.exe');
});

test('a file arrives whole', async () => {
  for (const length of [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * WINDOW_BYTES + 5]) {
    const pair = new Pair();
    const bytes = random(length);
    pair.bob.accept(await pair.offer(bytes));
    await pair.until(() => last(pair.alice).state === 'done');
    const { state, url, moved } = last(pair.bob);
    assert.equal(state, 'done');
    assert.equal(moved, length);
    const arrived = await (await fetch(url!)).arrayBuffer();
    assert.deepEqual(new Uint8Array(arrived), bytes);
    pair.alice.close();
    pair.bob.close();
  }
});

test('no more is on its way than the window holds', async () => {
  const pair = new Pair();
  const id = await pair.offer(random(4 * WINDOW_BYTES));
  let most = 0;
  pair.onPiece = (offset, data) => {
    most = Math.max(most, offset + data.length - last(pair.alice).moved);
  };
  pair.bob.accept(id);
  await pair.until(() => last(pair.alice).state === 'done');
  assert.ok(most <= WINDOW_BYTES && most > WINDOW_BYTES / 2, `${most}`);
});

test('after a break it goes on from what had come', async () => {
  const pair = new Pair();
  const bytes = random(4 * WINDOW_BYTES);
  const id = await pair.offer(bytes);
  let isCut = false;
  pair.onPiece = (offset) => {
    if (!isCut && offset > 2 * WINDOW_BYTES) {
      isCut = true;
      pair.isConnected = false;
    }
  };
  pair.bob.accept(id);
  await pair.until(() => isCut);
  await pair.quiet();
  assert.equal(last(pair.alice).state, 'moving');
  pair.reconnect();
  await pair.until(() => last(pair.alice).state === 'done');
  assert.equal(pair.arrived, bytes.length);
});

test('an offer that was lost is made again', async () => {
  const pair = new Pair();
  pair.isConnected = false;
  await pair.alice.offer(new File(['a'], 'a.txt'), ['bob']);
  await pair.quiet();
  assert.deepEqual(pair.bob.list.value, []);
  pair.reconnect();
  await pair.until(() => pair.bob.list.value.length === 1);
  pair.reconnect();
  await pair.quiet();
  assert.equal(pair.bob.list.value.length, 1);
});

test('what is not what was offered is not given to anybody', async () => {
  const pair = new Pair();
  const id = await pair.offer(random(3 * PIECE_BYTES));
  pair.onPiece = (offset, data) => {
    if (offset === PIECE_BYTES) data[0]! ^= 1;
  };
  pair.bob.accept(id);
  await pair.until(() => last(pair.alice).state === 'failed');
  assert.equal(last(pair.bob).state, 'failed');
  assert.equal(last(pair.bob).url, undefined);
  assert.match(last(pair.bob).reason!, /not what was offered/);
});

test('an offer can be turned down, and a transfer be stopped by either end', async () => {
  const pair = new Pair();
  pair.bob.decline(await pair.offer(random(10)));
  await pair.until(() => last(pair.alice).state === 'declined');
  assert.equal(last(pair.bob).state, 'declined');

  for (const who of ['alice', 'bob'] as const) {
    const id = await pair.offer(random(8 * WINDOW_BYTES));
    await pair.until(() => last(pair.bob).id === last(pair.alice).id);
    pair.bob.accept(last(pair.alice).id);
    await pair.until(() => last(pair.alice).moved > 0);
    pair[who].decline(last(pair.alice).id);
    await pair.until(() => last(pair.alice).state === 'failed' && last(pair.bob).state === 'failed');
    assert.ok(id);
  }
});

test('what is too big is refused at both ends, with the reason', async () => {
  const pair = new Pair();
  const huge = { name: 'huge', size: MAX_FILE_BYTES + 1 } as File;
  await assert.rejects(pair.alice.offer(huge, ['bob']), /in parts/);
  const told: string[] = [];
  const bob = new Files({
    nameOf: String,
    send: async (_, message) => void told.push(JSON.stringify(message)),
  });
  const transfer = 'a'.repeat(22);
  const sha256 = '0'.repeat(64);
  bob.receive('alice', { type: 'offer', transfer, name: 'huge', size: huge.size, sha256 });
  assert.deepEqual(bob.list.value, []);
  assert.match(told[0]!, /At most 256 MiB/);
});

test('nobody else can speak for a transfer', async () => {
  const pair = new Pair();
  const id = await pair.offer(random(10));
  pair.alice.receive('mallory', { type: 'accept', transfer: id, from: 0 });
  pair.bob.receive('mallory', { type: 'fail', transfer: id, reason: 'no' });
  assert.equal(last(pair.alice).state, 'offered');
  assert.equal(last(pair.bob).state, 'offered');
});

test('who comes with another key gets nothing of what was going on', async () => {
  const pair = new Pair();
  const id = await pair.offer(random(10 * WINDOW_BYTES));
  pair.onPiece = () => {
    pair.isConnected = false;
  };
  pair.bob.accept(id);
  await pair.until(() => !pair.isConnected);
  pair.alice.left('bob');
  pair.alice.renew('bob');
  await pair.quiet(); // what was on its way is lost
  const arrived = pair.arrived;
  pair.onPiece = () => {};
  pair.reconnect();
  await pair.quiet();
  assert.equal(pair.arrived, arrived);
  assert.match(pair.alice.list.value[0]!.reason ?? '', /another key/);
});

test('a last word that was lost is said again', async () => {
  for (const word of ['done', 'decline'] as const) {
    const pair = new Pair();
    const id = await pair.offer(random(PIECE_BYTES));
    pair.loses = ({ type }) => type === word;
    if (word === 'done') pair.bob.accept(id);
    else pair.bob.decline(id);
    await pair.until(() => ['done', 'declined'].includes(last(pair.bob).state));
    await pair.quiet();
    assert.notEqual(last(pair.alice).state, last(pair.bob).state);
    pair.loses = () => false;
    pair.reconnect();
    await pair.until(() => last(pair.alice).state === last(pair.bob).state);
  }
});

test('pieces of another length than agreed are not kept', async () => {
  const pair = new Pair();
  const id = await pair.offer(random(2 * PIECE_BYTES));
  pair.loses = ({ type }) => type === 'accept';
  pair.bob.accept(id);
  await pair.quiet();
  pair.bob.receive('alice', { type: 'piece', transfer: id, offset: 0, data: new Uint8Array(1) });
  pair.loses = () => false;
  pair.reconnect();
  await pair.until(() => last(pair.alice).state === 'done');
  assert.equal(pair.arrived, 2 * PIECE_BYTES);
});
