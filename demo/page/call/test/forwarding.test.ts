import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { signal } from '@preact/signals-core';
import type { Frameseal } from 'frameseal';
import { WebSocket, WebSocketServer } from 'ws';
import { Forwarding, roomNumber } from '../forwarding.ts';
import { TRACKS, type LocalTracks, type Track } from '../local-media.ts';
import { ReceivedMedia } from '../received-media.ts';

test('a room has one number, which JavaScript and Janus can both hold', async () => {
  const number = await roomNumber('standup', true);
  assert.equal(number, await roomNumber('standup', true));
  assert.ok(Number.isSafeInteger(number) && number > 0 && number < 2 ** 52);
  assert.notEqual(number, await roomNumber('retro', true));
  assert.notEqual(number, await roomNumber('standup', false));
});

test('a feed is nobody’s until a key has proven whose it is', async () => {
  const call = await Call.join({ isSealed: true });
  const feed = await call.publish('alice');
  assert.equal(call.shows('alice'), undefined);
  assert.equal(call.forwarding.isConnected('alice'), false);
  call.open(feed, 'alice');
  assert.equal(call.shows('alice'), feed);
  assert.equal(call.forwarding.isConnected('alice'), true);
});

test('a second feed that says it is Alice’s is shown as whose key sealed it', async () => {
  const call = await Call.join({ isSealed: true });
  const real = await call.publish('alice');
  call.open(real, 'alice');
  const second = await call.publish('alice');
  assert.equal(call.shows('alice'), real);
  call.open(second, 'mallory');
  assert.equal(call.shows('alice'), real);
  assert.equal(call.shows('mallory'), second);

  call.unpublish(second);
  assert.equal(await call.changed('mallory'), undefined);
  assert.equal(call.forwarding.isConnected('alice'), true);
});

test('a feed lets through nobody but whose it was first proven to be', async () => {
  const call = await Call.join({ isSealed: true });
  const feed = await call.publish('mallory');
  const letThrough = () => feed.transceivers.map((each) => call.letsThrough.get(each));
  assert.deepEqual(letThrough(), [undefined, undefined, undefined]);
  call.open(feed, 'alice', 'microphone');
  call.open(feed, 'mallory', 'camera');
  assert.deepEqual(letThrough(), ['alice', 'alice', 'alice']);
  assert.equal(call.forwarding.isConnected('mallory'), false);
});

test('a room that is not sealed has nothing but what the publisher says', async () => {
  const call = await Call.join({ isSealed: false });
  const feed = await call.publish('alice');
  assert.equal(call.shows('alice'), feed);
  assert.equal(call.forwarding.isConnected('alice'), true);
});

/** What each connection has that is made, in the order in which they are made. */
let connections: Connection[] = [];
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A member in a room at a Janus, which the test speaks for. */
class Call {
  readonly forwarding: Forwarding;
  /** Whose frames alone a transceiver lets through. */
  readonly letsThrough = new Map<RTCRtpTransceiver, string | undefined>();
  readonly #janus: FakeJanus;
  readonly #received = new ReceivedMedia(() => {});
  readonly #changes: string[] = [];

  static async join({ isSealed }: { isSealed: boolean }): Promise<Call> {
    connections = [];
    const janus = await FakeJanus.start();
    const call = new Call(janus, isSealed);
    await janus.reached(1);
    return call;
  }

  private constructor(janus: FakeJanus, isSealed: boolean) {
    this.#janus = janus;
    const frameseal = {
      connection: () => new RTCPeerConnection(),
      protect: (each: RTCRtpTransceiver, { from }: { from?: string } = {}) =>
        this.letsThrough.set(each, from),
    } as unknown as Frameseal;
    const silent = { microphone: undefined, camera: undefined, screen: undefined };
    const tracks = signal<LocalTracks>(silent);
    this.forwarding = new Forwarding(
      {
        url: janus.url,
        room: 'room',
        member: 'bob',
        frameseal: isSealed ? frameseal : undefined,
        iceServers: [],
        media: { tracks, received: this.#received, videoCodec: undefined },
        members: 8,
      },
      { changed: (member) => this.#changes.push(member), lost: () => {} },
    );
    endings.push(() => this.forwarding.close());
  }

  /** Has somebody publish who says to be called this; resolves when the feed is received. */
  async publish(display: string): Promise<Connection> {
    const count = connections.length;
    this.#janus.publish(display);
    await this.#janus.reached(count + 1);
    return connections[count]!;
  }

  unpublish(feed: Connection): void {
    this.#janus.unpublish(connections.indexOf(feed));
  }

  /** A frame that this member sealed was opened, as `Call` hears it. */
  open(feed: Connection, member: string, track: Track = 'camera'): void {
    const transceiver = feed.transceivers[TRACKS.indexOf(track)]!;
    this.#received.prove(transceiver.receiver.track, member, track);
    this.forwarding.prove(transceiver, member);
  }

  /** Returns the feed whose camera is shown as this member's. */
  shows(member: string): Connection | undefined {
    const found = this.#received.find(member, 'camera');
    return connections.find(({ transceivers }) =>
      transceivers.some(({ receiver }) => receiver.track === found),
    );
  }

  /** Resolves to what is shown of a member after something was told of it. */
  async changed(member: string): Promise<Connection | undefined> {
    this.#changes.length = 0;
    while (!this.#changes.includes(member)) await new Promise(setImmediate);
    return this.shows(member);
  }
}

/** Answers what the page asks; feeds are numbered as the connections that receive them. */
class FakeJanus {
  readonly url: string;
  #socket: WebSocket | undefined;
  #handles = 0;
  #feeds = 0;
  #connected = 0;
  #reached: { count: number; resolve: () => void } | undefined;

  static async start(): Promise<FakeJanus> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    endings.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return new FakeJanus(server);
  }

  private constructor(server: WebSocketServer) {
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('message', (text) => this.#answer(JSON.parse(String(text))));
    });
  }

  /** Resolves when so many connections send or receive. */
  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#reached = { count, resolve };
      this.#check();
    });
  }

  publish(display: string): void {
    this.#tell({ publishers: [{ id: ++this.#feeds, display }] });
  }

  unpublish(feed: number): void {
    this.#tell({ unpublished: feed });
  }

  #tell(data: object): void {
    this.#say({ janus: 'event', sender: PUBLICATION, plugindata: { data } });
  }

  #say(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #answer({ janus, transaction, body }: { janus: string; transaction: string; body?: Body }): void {
    const id = janus === 'attach' ? ++this.#handles : 9;
    const streams = TRACKS.map((_, index) => ({ mid: String(index), feed_mid: String(index) }));
    const plugindata = { data: { streams } };
    const jsep = body?.ptype === 'subscriber' ? { jsep: { type: 'offer', sdp: '' } } : {};
    this.#say({ janus: 'success', transaction, data: { id }, plugindata, ...jsep });
    if (body?.request !== 'publish' && body?.request !== 'start') return;
    this.#connected += 1;
    this.#check();
  }

  #check(): void {
    if (this.#reached && this.#connected >= this.#reached.count) this.#reached.resolve();
  }
}

interface Body {
  request: string;
  ptype?: string;
}

/** The handle that is attached first. */
const PUBLICATION = 1;

/** As much of a connection as is asked for. */
class Connection {
  readonly connectionState = 'connected';
  readonly localDescription = { toJSON: () => ({}) };
  readonly transceivers = TRACKS.map((_, index) => transceiver(String(index)));
  #added = 0;

  constructor() {
    connections.push(this);
  }

  addTransceiver(): RTCRtpTransceiver {
    return this.transceivers[this.#added++]!;
  }

  getTransceivers(): RTCRtpTransceiver[] {
    return this.transceivers;
  }

  async setLocalDescription(): Promise<void> {}
  async setRemoteDescription(): Promise<void> {}
  close(): void {}
}

function transceiver(mid: string): RTCRtpTransceiver {
  const track = Object.assign(new EventTarget(), { readyState: 'live', muted: false });
  return { mid, sender: { track: null }, receiver: { track } } as unknown as RTCRtpTransceiver;
}

// Node has no connections, and Node 20 no WebSockets.
Object.assign(globalThis, { RTCPeerConnection: Connection, WebSocket });
