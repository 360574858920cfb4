/**
 * How long a picture takes from the camera to the screen, and back to whoever sent it: sealed and not,
 * straight, through Janus, and as messages through a WebSocket.
 *
 * Prints a table and writes it to `target/e2e/latency.json`. Both ends are on this machine, so
 * this is what encoders, browsers and servers take; a network's own time comes on top.
 */

import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { Bench } from './lib/bench.ts';
import { BROWSERS, type BrowserName } from './lib/browsers.ts';
import { Janus } from './lib/janus.ts';
import { writeReport } from './lib/report.ts';
import { FINE_CLOCKS } from './lib/server.ts';
import type { Path } from './pages/latency.ts';

const PATHS: Path[] = ['mesh', 'janus', 'relay'];
const WARM_UP_MS = 3000;
const MEASURE_MS = 5000;
/** Of some 150 pictures in this time. */
const LEAST_PICTURES = 50;

/** Times in ms: half of the pictures were younger, and 95 of 100. */
interface Row {
  browser: BrowserName;
  path: Path;
  sealed: boolean;
  pictures: number;
  median: number;
  p95: number;
  round_trip_median: number;
  round_trip_p95: number;
}

async function main(): Promise<void> {
  const janus = await Janus.start();
  const relay = await startRelay();
  const urls: Partial<Record<Path, string>> = { janus: janus.url, relay: relay.url };
  const rows: Row[] = [];
  try {
    for (const browser of BROWSERS) {
      await Bench.with({ browsers: [browser], headers: FINE_CLOCKS }, async (bench) => {
        for (const path of PATHS) {
          for (const sealed of [false, true]) rows.push(await measure(bench, path, sealed, urls[path]));
        }
      });
    }
  } finally {
    await Promise.all([janus.stop(), relay.close()]);
  }
  console.table(rows);
  writeReport('latency', rows);
  for (const { browser, path, sealed, pictures } of rows) {
    if (pictures >= LEAST_PICTURES) continue;
    console.error(`${browser}, ${path}, ${sealed ? 'sealed' : 'plain'}: only ${pictures} pictures`);
    process.exitCode = 1;
  }
}

async function measure(bench: Bench, path: Path, sealed: boolean, url?: string): Promise<Row> {
  const plan = { path, isSealed: sealed, url, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS };
  const { atBob, backAtAlice } = await bench.run('latency', 'measure', plan);
  return {
    browser: bench.name,
    path,
    sealed,
    pictures: Math.min(atBob.length, backAtAlice.length),
    median: quantile(atBob, 0.5),
    p95: quantile(atBob, 0.95),
    round_trip_median: quantile(backAtAlice, 0.5),
    round_trip_p95: quantile(backAtAlice, 0.95),
  };
}

/** A server that hands each message to everybody else. */
async function startRelay(): Promise<{ url: string; close(): void }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      for (const other of server.clients) {
        if (other !== socket) other.send(data, { binary: isBinary });
      }
    });
  });
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, close: () => server.close() };
}

function quantile(ages: number[], share: number): number {
  const sorted = ages.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? NaN) * 10) / 10;
}

await main();
