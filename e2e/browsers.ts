/**
 * Sealed calls in old and new browsers, and everything that an application may do late; written to
 * `target/e2e/browsers.json`, a row for each medium and direction.
 *
 *     cargo xtask e2e browsers
 */

import type { FramesealStats, ReceiveKey, SendKey } from 'frameseal';
import { BROWSERS } from './lib/browsers.ts';
import { ALICES_KEY, BOBS_KEY } from './lib/call.ts';
import { AnyBrowser, OLD_BROWSERS, type AnyName } from './lib/old-browsers.ts';
import type { Pages } from './lib/opener.ts';
import type { AnyPage } from './lib/remote-page.ts';
import { writeReport } from './lib/report.ts';
import { serve } from './lib/server.ts';
import type { Case, Outcome, Trial, Way } from './pages/trial.ts';

/** What came of one medium in one direction. */
interface Row extends Omit<Outcome, 'kind'> {
  browser: AnyName;
  version: string;
  transport: string;
  case: Case | `from ${string}`;
  /** How the connection was made; `none` is without Chromium's option. */
  option: Way;
  /** What the application was told, and when: in ms since the first packet. */
  told: string[];
}

const CODECS = ['VP8', 'VP9', 'H264', 'AV1'];

/** What is tried with one codec. */
const CASES: Partial<Record<Way, Case[]>> = {
  connection: ['through the prototype', 'after close()', 'replaced', 'set to null'],
  install: ['a microtask late', 'a turn late', '300 ms late', 'when connected', 'never', 'after close()'],
  option: ['300 ms late', 'when connected', 'never'],
  none: ['300 ms late', 'when connected', 'replaced behind our back'],
};

type Which = [name: AnyName, version?: string];

/** By name and version of the package; without one, the installed browser. */
const ACROSS: [Which, Which][] = [
  [['chromium', '107.0.0'], ['chromium']],
  [['chromium', '119.0.2'], ['firefox']],
  // Chromium refuses what Firefox 140 offers when its codecs were chosen.
  [['chromium'], ['firefox', '140']],
  [['chromium', '127.0.0'], ['firefox', '140']],
];

const CALL_MS = 6000;
const CASE_MS = 1800;

const server = await serve();
const only = process.argv[2];
const rows: Row[] = [];
for (const { name, version } of [...OLD_BROWSERS, ...BROWSERS.map((name) => ({ name, version: '' }))]) {
  if (only && !`${name} ${version || 'installed'}`.startsWith(only)) continue;
  const browser = await AnyBrowser.start(server.origin, name, version);
  try {
    rows.push(...(await tryAll(browser)));
  } finally {
    await browser.close();
  }
  writeReport('browsers', rows);
}
if (!only || only === 'cross') rows.push(...(await callAcross()));
writeReport('browsers', rows);
await server.close();
const complaints = judge(rows);
console.log(`${rows.length} rows, ${new Set(rows.map(({ browser, version }) => browser + version)).size} browsers`);
for (const complaint of complaints) console.log(complaint);
process.exit(complaints.length > 0 ? 1 : 0);

/** Calls between browsers of different versions; the row's browser is the one that receives. */
async function callAcross(): Promise<Row[]> {
  const all: Row[] = [];
  for (const pair of ACROSS) {
    const browsers = await Promise.all(pair.map((which) => AnyBrowser.start(server.origin, ...which)));
    const [alice, bob] = await Promise.all([
      enter(browsers[0]!, 'alice', ALICES_KEY, { ...BOBS_KEY, member: 'bob' }),
      enter(browsers[1]!, 'bob', BOBS_KEY, { ...ALICES_KEY, member: 'alice' }),
    ]);
    await alice.run('preferCodec', 'VP8');
    await bob.run('setRemote', await alice.run('setLocal'));
    await alice.run('setRemote', await bob.run('setLocal'));
    await new Promise((later) => setTimeout(later, CALL_MS));
    const [alices, bobs] = await Promise.all([count(alice), count(bob)]);
    for (const [index, sent, came] of [[1, alices, bobs], [0, bobs, alices]] as const) {
      const { name, version } = browsers[index]!;
      const other = browsers[1 - index]!;
      all.push({
        browser: name,
        version,
        transport: '',
        case: `from ${other.name} ${other.version}`,
        option: 'connection',
        codec: 'VP8',
        direction: 'receive',
        ...{ sealed: sent.sealed, opened: came.opened, decoded: came.decoded },
        ...{ clear_frames: 0, clear_ms: 0, told: [] },
      });
    }
    console.log(browsers.map(({ name, version }) => `${name} ${version}`).join(' and '));
    await Promise.all(browsers.map((browser) => browser.close()));
  }
  return all;
}

type MemberPage = AnyPage<Pages['member']>;

/** Makes one end of a call, which sends what the page makes itself. */
async function enter(
  browser: AnyBrowser,
  member: string,
  send: SendKey,
  receive: ReceiveKey,
): Promise<MemberPage> {
  const page = await browser.open('member');
  await page.run('open', { member, worker: null, video: null, send, receive: [receive] });
  await page.run('openConnection', receive.member!);
  for (const kind of ['audio', 'video'] as const) await page.run('addTrack', kind);
  return page;
}

/** Of pictures, so far. */
async function count(page: MemberPage): Promise<Record<'sealed' | 'opened' | 'decoded', number>> {
  const { tracks } = (await page.run('session', 'stats', [])) as FramesealStats;
  const passed = (direction: 'send' | 'receive') =>
    tracks.find((track) => track.kind === 'video' && track.direction === direction)?.passed ?? 0;
  const counters = await page.run('counters');
  const came = counters.find(({ kind, direction }) => kind === 'video' && direction === 'receive');
  return { sealed: passed('send'), opened: passed('receive'), decoded: came?.frames ?? 0 };
}

async function tryAll(browser: AnyBrowser): Promise<Row[]> {
  const { name, version } = browser;
  const all: Row[] = [];
  const attempt = async (trial: Trial): Promise<void> => {
    const running = browser.run('trial', 'run', trial);
    const { transport, outcomes, told } = await running.catch((cause: unknown) => {
      throw new Error(`${name} ${version}: ${JSON.stringify(trial)}`, { cause });
    });
    for (const { kind: _, ...outcome } of outcomes) {
      const { way: option, case: which } = trial;
      const heard = told.map(({ at, what }) => `${at} ${what}`);
      all.push({ browser: name, version, transport, case: which, option, ...outcome, told: heard });
    }
  };
  const { transport, codecs } = await browser.run('trial', 'abilities', CODECS);
  for (const codec of codecs) {
    // Firefox 140 lists it, and waits for a plugin that is not there.
    if (name === 'firefox' && codec === 'H264') continue;
    await attempt({ way: 'connection', case: 'in time', codec, ms: CALL_MS });
  }
  for (const [way, cases] of Object.entries(CASES) as [Way, Case[]][]) {
    // Without the option, createEncodedStreams() throws or works, and a transform cannot be replaced.
    if (way === 'none' && transport !== 'script-transform') continue;
    for (const which of cases) {
      const needsTransforms = which === 'replaced' || which === 'set to null';
      if (needsTransforms && transport !== 'script-transform') continue;
      // The alarm stops the transceiver, and then that browser's statistics may never answer.
      if (which === 'replaced behind our back' && `${name} ${version}`.startsWith('firefox 140')) continue;
      await attempt({ way, case: which, codec: 'VP8', ms: CASE_MS });
    }
  }
  console.log(name, version, transport, `${all.length} rows`);
  return all;
}

/** What a row should not say. */
function judge(all: Row[]): string[] {
  return all.flatMap((row) => {
    const name = `${row.browser} ${row.version} ${row.codec} ${row.option} ${row.case} ${row.direction}`;
    const wrong: string[] = [];
    const isClosed = row.option === 'connection' || row.option === 'install';
    const isOption = row.option === 'option' && row.browser !== 'firefox';
    if ((isClosed || isOption) && row.clear_frames > 0) wrong.push(`${row.clear_frames} clear frames`);
    const isWhole = row.case === 'in time' || row.case.startsWith('from ');
    if (isWhole && row.sealed < 100) wrong.push(`${row.sealed} frames sealed`);
    if (isWhole && row.decoded < 0.95 * row.sealed) {
      wrong.push(`${row.decoded} of ${row.sealed} frames decoded`);
    }
    return wrong.map((what) => `${name}: ${what}`);
  });
}
