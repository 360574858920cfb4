/** Two people who open an example, each in a browser, and what everybody in between got to see. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { AppPage } from '../../e2e/lib/app-page.ts';
import type { BrowserName } from '../../e2e/lib/browsers.ts';
import { WebProxy } from '../../e2e/lib/proxies.ts';
import { keyPair, ratcheted, Secrets } from '../../e2e/lib/secrets.ts';
import { shared } from '../../e2e/lib/suite.ts';
import { until } from '../../e2e/lib/until.ts';
import type { Testimony as Drawn } from '../../e2e/workers/messages.ts';
import { PACKAGE, serve, WORKER, type ExampleServer, type Served } from '../lib/serve.ts';
import type { Testimony } from './watched.ts';

/** One of each, both ways round. */
export const MIXED: readonly Pair[] = [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
];
export type Pair = readonly [BrowserName, BrowserName];

/** Declares the tests that every example passes: it seals, and before that it did not. */
export function example(name: string, pairs = MIXED): void {
  for (const pair of pairs) {
    test(`${name}: a sealed call, ${pair.join(' and ')}`, () =>
      withExample(name, pair, {}, async (call) => {
        await call.flows();
        await call.isSealed();
        await call.hidesKeys();
      }));
  }
  test(`${name}: the plain call that it was`, () => plain(name));
}

/** That the example calls without Frameseal, too. */
export async function plain(name: string): Promise<void> {
  await withExample(name, ['chromium', 'chromium'], { path: '/plain' }, (call) => call.flows());
}

export interface ExampleOptions {
  /** By default the sealed version's. */
  path?: string;
  /** Is done before anybody comes. */
  prepare?: (server: ExampleServer) => void;
}

/** Opens an example for two, does something with it, and closes it. */
export async function withExample<Server extends ExampleServer>(
  name: string,
  browsers: Pair,
  { path = '/', prepare }: ExampleOptions,
  body: (call: Call<Server>) => Promise<void>,
): Promise<void> {
  const call = await Call.start<Server>(name, browsers, path);
  try {
    prepare?.(call.server);
    await call.open();
    await body(call);
  } catch (error) {
    const complaints = call.people.flatMap((person) => person.complaints);
    throw new Error(`${String(error)}\n${complaints.join('\n')}`, { cause: error });
  } finally {
    await call.close();
  }
}

export class Call<Server extends ExampleServer = ExampleServer> {
  readonly people: Person[] = [];
  readonly #secret = randomBytes(32);
  readonly #path: string;
  readonly #browsers: Pair;
  readonly #served: Served<Server>;
  readonly #between: WebProxy | undefined;

  private constructor(browsers: Pair, path: string, served: Served<Server>, between?: WebProxy) {
    this.#browsers = browsers;
    this.#path = path;
    this.#served = served;
    this.#between = between;
  }

  static async start<Server extends ExampleServer>(
    name: string,
    browsers: Pair,
    path: string,
  ): Promise<Call<Server>> {
    let between: WebProxy | undefined;
    const served = await serve<Server>(name, {
      frameseal: fileURLToPath(new URL('watched.ts', import.meta.url)),
      worker: await witness(),
      async between(url) {
        between = await WebProxy.start(url);
        const { protocol, pathname } = new URL(url);
        return (protocol === 'http:' ? between.origin : between.url) + pathname;
      },
    });
    return new Call(browsers, path, served, between);
  }

  /** The second person comes when the first has all on the page that there is alone. */
  async open(): Promise<void> {
    for (const [index, member] of MEMBERS.entries()) {
      const query = new URLSearchParams({ member, ...(index > 0 && { call: MEMBERS[0] }) });
      const url = `${this.#served.origin}${this.#path}?${query}#${this.#secret.toString('base64url')}`;
      const person = await Person.open(await shared(this.#browsers[index]!), url);
      this.people.push(person);
      await until('a camera', async () => (await person.picture('#me')) !== undefined);
      const { example } = this.#served;
      await until('the server to know', async () => example?.knows?.(member) ?? true);
    }
  }

  /** The server of the example's own. */
  get server(): Server {
    return this.#served.example!;
  }

  /** Resolves when both see each other move. */
  async flows(): Promise<void> {
    const moved = this.people.map((person) => person.hasMoved('video:not(#me)', 5));
    for (const hasMoved of moved) await until('moving pictures of the other', hasMoved, 25_000);
  }

  /**
   * Holds what both see of their own call against each other.
   *
   * @param states of the other, for each; with manual keys there are none.
   */
  async isSealed(states = ['secured']): Promise<void> {
    for (const person of this.people) {
      await until('sound both ways', async () => (await person.testify()).isHeard);
      // Frames are on their way between one counter and the other: one that goes past never agrees.
      await until('frames to agree', async () => {
        const { encoded, seen, sealed, decoded, opened } = await person.testify();
        return encoded > 5 && seen >= encoded && sealed >= seen - 1 && decoded > 5 && opened >= decoded;
      });
      const rest = await person.testify();
      assert.deepEqual(Object.values(rest.members), states);
      assert.deepEqual(rest.errors, []);
      assert.equal(rest.isBypassed, false);
    }
  }

  /** What the relay, and the example's server, got to see. */
  overheard(): string[] {
    const between = this.#between?.messages.map(({ text }) => text) ?? [];
    return [...this.#served.relay.messages, ...between].flatMap(decoded);
  }

  /** Searches all that was overheard for any key, and for the secret. */
  async hidesKeys(): Promise<void> {
    const drawn = (await Promise.all(this.people.map((person) => person.drawn()))).flat();
    const pairs = drawn.flatMap((key) => keyPair(key) ?? []);
    const publicKeys = pairs.map(({ publicKey }) => publicKey);
    const agreements = pairs.flatMap(({ agree }) => publicKeys.map((key) => agree(key)));
    const open = new Secrets(publicKeys);
    assert.ok(this.overheard().some((text) => open.isIn(text)), 'the search finds public keys');
    this.hides([...drawn, ...drawn.flatMap(ratcheted), ...agreements]);
  }

  /** Searches all that was overheard for these, and for the secret. */
  hides(keys: Uint8Array[]): void {
    const secrets = new Secrets([this.#secret, ...keys]);
    const overheard = this.overheard();
    assert.deepEqual(overheard.filter((text) => secrets.isIn(text)), [], 'somebody heard a secret');
  }

  async close(): Promise<void> {
    await Promise.all(this.people.map((person) => person.close()));
    await this.#between?.stop();
    await this.#served.close();
  }
}

const MEMBERS = ['alice', 'bob'] as const;

/** A page of an example. */
export class Person extends AppPage {
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext) {
    super(page);
    this.#context = context;
  }

  static async open(browser: Browser, url: string): Promise<Person> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.evaluateOnNewDocument(watch);
    const person = new Person(page, context);
    await page.goto(url);
    return person;
  }

  testify(): Promise<Testimony> {
    return this.page.evaluate(() => window.testify());
  }

  /** What this member's worker drew that may be a key. */
  async drawn(): Promise<Buffer[]> {
    const random = await this.page.evaluate(
      (length) =>
        new Promise<number[][]>((resolve) => {
          const channel = new BroadcastChannel('/witness');
          channel.onmessage = ({ data }: MessageEvent<Drawn>) =>
            resolve(data.random.filter((piece) => piece.length === length).map((piece) => [...piece]));
          channel.postMessage('testimony');
        }),
      KEY_LENGTH,
    );
    const keys = random.map((piece) => Buffer.from(piece));
    // Numbers, such as private keys, are drawn with the lowest byte first, and then turned round.
    return [...keys, ...keys.map((key) => Buffer.from(key).reverse())];
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

/** Runs in the page, before anything else. */
function watch(): void {
  window.connections = [];
  window.drawn = [];
  const { getRandomValues } = Crypto.prototype;
  Crypto.prototype.getRandomValues = function <T extends ArrayBufferView>(array: T): T {
    const filled: T = Reflect.apply(getRandomValues, this, [array]);
    window.drawn.push([...new Uint8Array(filled.buffer, filled.byteOffset, filled.byteLength)]);
    return filled;
  };
  window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, args, newTarget) {
      const pc = Reflect.construct(target, args, newTarget) as RTCPeerConnection;
      window.connections.push(pc);
      return pc;
    },
  });
}

/** The worker, and before it what learns what it draws. */
async function witness(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../e2e/workers/witness.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
  });
  return `${outputFiles[0]!.text}\n${await readFile(join(PACKAGE, WORKER), 'utf8')}`;
}

/** A text, and what there is in it in base64. */
function decoded(text: string): string[] {
  const runs = text.match(/[\w+/-]{24,}={0,2}/g) ?? [];
  return [text, ...runs.map((run) => Buffer.from(run, 'base64').toString('latin1'))];
}

/** Private keys and fresh base keys have it; nothing else that is drawn does. */
const KEY_LENGTH = 32;
