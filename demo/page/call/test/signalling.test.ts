import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { Allowance, backoff, Signalling, type SignallingHandlers } from '../signalling.ts';

// Browsers have it; Node 20 has not.
Object.assign(globalThis, { WebSocket });

const seat = { room: 'r', member: 'm', token: 't', name: 'Alice' };
const welcome = {
  type: 'welcome',
  server: 'one',
  members: [],
  iceServers: [],
  sfu: null,
  limits: { messageBytes: 1000, messagesPerSecond: 100, members: 8 },
  resumed: false,
  received: 0,
};

test('attempts to come back are 0.3 to 1.5 s apart', () => {
  for (const chance of [0, 0.5, 1]) {
    for (let failures = 0; failures < 20; failures++) {
      const wait = backoff(failures, chance);
      assert.ok(wait >= 300 && wait <= 1500, `${wait}`);
    }
  }
  assert.ok(backoff(9, 1) > backoff(0, 1));
});

test('an allowance gives a second’s worth at once, and then as time goes by', () => {
  const allowance = new Allowance(10);
  for (let index = 0; index < 10; index++) assert.equal(allowance.take(0), 0);
  assert.equal(allowance.take(0), 100);
  assert.equal(allowance.take(100), 0);
  assert.equal(allowance.take(100), 100);
});

test('what the server may have lost is said again to the same seat, with its number', async () => {
  const server = await serve();
  const signalling = connect(server.url);
  signalling.relay(null, new Uint8Array([1]), false);
  signalling.relay(null, new Uint8Array([2]), true);
  const first = await server.next();
  assert.deepEqual(await first.hear(), { type: 'join', ...seat, received: 0 });
  first.say(welcome);
  assert.deepEqual(await first.hear(), { type: 'relay', to: null, data: 'AQ==', seq: 1 });
  assert.deepEqual(await first.hear(), { type: 'relay', to: null, data: 'Ag==', seq: 2 });

  first.break();
  const second = await server.next();
  signalling.relay('b', new Uint8Array([3]), false);
  await second.hear();
  second.say({ ...welcome, resumed: true, received: 1 });
  assert.deepEqual(await second.hear(), { type: 'relay', to: null, data: 'Ag==', seq: 2 });
  assert.deepEqual(await second.hear(), { type: 'relay', to: 'b', data: 'Aw==', seq: 3 });
  signalling.leave();
});

test('a server that was started again counts from 1, and gets what is worth it', async () => {
  const server = await serve();
  const signalling = connect(server.url);
  signalling.relay(null, new Uint8Array([1]), true);
  signalling.relay(null, new Uint8Array([2]), false);
  const first = await server.next();
  await first.hear();
  first.say(welcome);
  await first.hear();
  await first.hear();

  first.break();
  const second = await server.next();
  await second.hear();
  second.say({ ...welcome, server: 'two' });
  assert.deepEqual(await second.hear(), { type: 'relay', to: null, data: 'Ag==', seq: 1 });
  signalling.leave();
});

test('the newest key message goes to who is there, and none to who has gone', async () => {
  const server = await serve();
  const signalling = connect(server.url);
  signalling.relay('b', new Uint8Array([1]), true);
  signalling.relay('c', new Uint8Array([2]), true);
  signalling.relay('b', new Uint8Array([3]), true);
  const first = await server.next();
  await first.hear();
  first.say({ ...welcome, members: [{ id: 'b', name: 'Bob' }] });
  assert.deepEqual(await first.hear(), { type: 'relay', to: 'b', data: 'Aw==', seq: 1 });
  signalling.relay('b', new Uint8Array([4]), false);
  assert.deepEqual(await first.hear(), { type: 'relay', to: 'b', data: 'BA==', seq: 2 });
  signalling.leave();
});

test('what waits for the allowance is not said to who has left meanwhile', async () => {
  const server = await serve();
  const left = new Queue<string>();
  const signalling = connect(server.url, { left: (member) => left.push(member) });
  const first = await server.next();
  await first.hear();
  const members = ['b', 'c'].map((id) => ({ id, name: id }));
  first.say({ ...welcome, members, limits: { ...welcome.limits, messagesPerSecond: 1 } });
  first.say({ type: 'joined', member: { id: 'd', name: 'd' } });
  signalling.relay('d', new Uint8Array([0]), false);
  await first.hear();
  for (const member of ['b', 'c']) signalling.relay(member, new Uint8Array([1]), true);
  first.say({ type: 'left', member: 'b' });
  assert.equal(await left.shift(), 'b');
  assert.deepEqual(await first.hear(), { type: 'relay', to: 'c', data: 'AQ==', seq: 2 });
  signalling.leave();
});

test('what a pong confirms is not said again', async () => {
  const server = await serve();
  const signalling = connect(server.url);
  signalling.relay(null, new Uint8Array([1]), false);
  const first = await server.next();
  await first.hear();
  first.say(welcome);
  await first.hear();
  assert.deepEqual(await first.hear(), { type: 'ping', received: 0 });
  first.say({ type: 'pong', received: 1 });
  signalling.relay(null, new Uint8Array([2]), false);
  await first.hear();

  first.break();
  const second = await server.next();
  await second.hear();
  second.say({ ...welcome, server: 'two' });
  assert.deepEqual(await second.hear(), { type: 'relay', to: null, data: 'Ag==', seq: 1 });
  signalling.leave();
});

test('what comes twice is taken once, and coming back tells what came', async () => {
  const server = await serve();
  const relayed = new Queue<number[]>();
  const signalling = connect(server.url, { relayed: (_from, data) => relayed.push([...data]) });
  const first = await server.next();
  await first.hear();
  first.say(welcome);
  first.say({ type: 'relay', from: 'b', data: 'AQ==', seq: 1 });
  assert.deepEqual(await relayed.shift(), [1]);

  first.break();
  const second = await server.next();
  assert.deepEqual(await second.hear(), { type: 'join', ...seat, received: 1 });
  second.say({ ...welcome, resumed: true });
  second.say({ type: 'relay', from: 'b', data: 'AQ==', seq: 1 });
  second.say({ type: 'relay', from: 'b', data: 'Ag==', seq: 2 });
  assert.deepEqual(await relayed.shift(), [2]);
  signalling.leave();
});

test('a server that lets nobody in is not asked again', async () => {
  const server = await serve();
  const failures = new Queue<[string, boolean]>();
  const signalling = connect(server.url, {
    failed: ({ code }, isFatal) => failures.push([code, isFatal]),
  });
  const first = await server.next();
  first.say({ type: 'error', code: 'room-full', message: 'the room is full' });
  assert.deepEqual(await failures.shift(), ['room-full', true]);
  assert.equal(signalling.state.value, 'refused');
});

const servers: WebSocketServer[] = [];
after(() => {
  for (const server of servers) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

function connect(url: string, handlers: Partial<SignallingHandlers> = {}): Signalling {
  return new Signalling(url, seat, {
    welcomed: () => {},
    joined: () => {},
    left: () => {},
    relayed: () => {},
    failed: () => {},
    ...handlers,
  });
}

/** A server whose connections the test speaks for. */
async function serve() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients = new Queue<Client>();
  server.on('connection', (socket) => clients.push(new Client(socket)));
  return { url: `ws://127.0.0.1:${port}`, next: () => clients.shift() };
}

class Client {
  readonly #socket: WebSocket;
  readonly #heard = new Queue<Record<string, unknown>>();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text) => this.#heard.push(JSON.parse(String(text))));
  }

  hear(): Promise<Record<string, unknown>> {
    return this.#heard.shift();
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  break(): void {
    this.#socket.terminate();
  }
}

class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  push(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(item);
    else this.#items.push(item);
  }

  shift(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
