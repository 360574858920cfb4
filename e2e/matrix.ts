/**
 * Calls in every combination of browsers and codecs: prints a table, writes it as JSON to
 * `target/e2e/matrix.json`, and fails if a frame is readable, lost or not decoded.
 */

import { Bench } from './lib/bench.ts';
import { BROWSERS, type BrowserName } from './lib/browsers.ts';
import type { Call, CallOptions } from './lib/call.ts';
import { gather, type Direction, type Finished } from './lib/evidence.ts';
import { writeReport } from './lib/report.ts';
import { joinLayers, splitLayers } from './lib/simulcast.ts';
import { until } from './lib/until.ts';
import type { Encoding } from './pages/connection.ts';

const CODECS = ['VP8', 'VP9', 'H264', 'AV1'];
const DURATION_MS = 5000;
/** Chromium drops some of the first pictures in layers, sealed or not: they must not weigh much. */
const LAYERS_DURATION_MS = 10_000;
/** Three layers need a picture of this size. */
const [WIDTH, HEIGHT] = [1280, 720];

/**
 * One direction of a call.
 *
 * Counts are of video frames; with SVC, which makes several frames of a picture, of pictures.
 */
interface Row {
  sender: BrowserName;
  receiver: BrowserName;
  /** Both ends on this machine, nothing between them. */
  path: 'direct';
  /** With the SVC mode or the simulcast layer, if any. */
  codec: string;
  transport: 'script-transform' | 'encoded-streams';
  sealed: number;
  opened: number;
  decoded: number;
  key_frame_requests: number;
  readable_leaks: number;
  audio_sealed: number;
  audio_opened: number;
  /** What is wrong; a good row has none. */
  faults: string[];
}

type Ends = readonly [alice: BrowserName, bob: BrowserName];

async function main(): Promise<void> {
  const rows: Row[] = [];
  print(Object.keys(COLUMNS));
  await Bench.with({ browsers: BROWSERS }, async (bench) => {
    for await (const row of calls(bench)) {
      print(Object.values(COLUMNS).map((column) => column(row)));
      rows.push(row);
    }
  });
  writeReport('matrix', rows);
  if (rows.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}

async function* calls(bench: Bench): AsyncGenerator<Row> {
  const known = { chromium: await codecsOf(bench, 'chromium'), firefox: await codecsOf(bench, 'firefox') };
  for (const ends of [
    ['chromium', 'chromium'],
    ['chromium', 'firefox'],
    ['firefox', 'firefox'],
  ] as const) {
    for (const codec of known[ends[0]].filter((codec) => known[ends[1]].includes(codec))) {
      yield* callBothWays(bench, ends, codec, 'script-transform');
    }
  }
  // What Chromium has had for longer, in one codec that is parsed on the way and one that is not.
  for (const codec of ['H264', 'VP9']) {
    yield* callBothWays(bench, ['chromium', 'chromium'], codec, 'encoded-streams');
  }
  for (const codec of ['VP9', 'AV1']) yield callScalable(bench, codec);
  yield* callSimulcast(bench);
}

async function codecsOf(bench: Bench, name: BrowserName): Promise<string[]> {
  return bench.call({}, async ({ alice }) => {
    const known = await Promise.all(CODECS.map((codec) => alice.run('hasCodec', codec)));
    return CODECS.filter((_, codec) => known[codec]);
  }, [name, name]);
}

/** Camera and microphone both ways. */
async function* callBothWays(
  bench: Bench,
  ends: Ends,
  codec: string,
  transport: Row['transport'],
): AsyncGenerator<Row> {
  const options: CallOptions = { encodedStreams: transport === 'encoded-streams' };
  const { toBob, toAlice } = await bench.call(options, async (call) => {
    await call.connect(codec);
    await call.flows(); // starts the clock
    await call.lasts(DURATION_MS);
    return call.finish();
  }, ends);
  const [alice, bob] = ends;
  yield judge({ sender: alice, receiver: bob, codec, transport }, toBob);
  yield judge({ sender: bob, receiver: alice, codec, transport }, toAlice);
}

/** Three spatial and three temporal layers. */
async function callScalable(bench: Bench, codec: string): Promise<Row> {
  // Half the pictures, so that a busy machine keeps up with coding them in software.
  const encodings: Encoding[] = [{ scalabilityMode: 'L3T3', maxFramerate: 10 }];
  const { toBob } = await callOneWay(bench, codec, encodings, (call) => call.negotiate());
  return judge({ ...CHROMIUM, codec: `${codec} L3T3` }, toBob, { svc: true });
}

/** Three layers of different size, each a stream of its own. */
async function* callSimulcast(bench: Bench): AsyncGenerator<Row> {
  const encodings: Encoding[] = [
    { rid: 'low', scaleResolutionDownBy: 4 },
    { rid: 'middle', scaleResolutionDownBy: 2 },
    { rid: 'high' },
  ];
  const { toBob } = await callOneWay(bench, 'VP8', encodings, async ({ alice, bob }) => {
    const offer = await alice.run('setLocal');
    await bob.run('setRemote', splitLayers(offer));
    await alice.run('setRemote', joinLayers(await bob.run('setLocal'), offer));
  });
  for (const stream of toBob.rtp) {
    const subject = { ...CHROMIUM, codec: `VP8 ${stream.mid}` };
    yield judge(subject, { ...toBob, rtp: [stream] }, { source: stream.source });
  }
}

const CHROMIUM = {
  sender: 'chromium',
  receiver: 'chromium',
  transport: 'script-transform',
} as const;

/** Alice sends a large picture in layers. */
async function callOneWay(
  bench: Bench,
  codec: string,
  sendEncodings: Encoding[],
  negotiate: (call: Call) => Promise<void>,
): Promise<Finished> {
  const options = { video: { width: WIDTH, height: HEIGHT } };
  return bench.call(options, async (call) => {
    await call.alice.run('addTransceiver', 'video', { direction: 'sendonly', sendEncodings });
    await call.alice.run('preferCodec', codec);
    await call.alice.run('keepResolution');
    await negotiate(call);
    const streams = { bob: { video: sendEncodings.length } };
    await call.flows(streams);
    await until('the picture in full size', async () =>
      (await call.bob.run('counters')).some(({ width }) => width === WIDTH),
    );
    await call.lasts(LAYERS_DURATION_MS, streams);
    return call.finish();
  }, ['chromium', 'chromium']);
}

/** Counts what happened, and names what should not have. */
function judge(
  subject: Pick<Row, 'sender' | 'receiver' | 'codec' | 'transport'>,
  direction: Direction,
  { svc = false, source }: { svc?: boolean; source?: number | undefined } = {},
): Row {
  const audio = gather(direction, 'audio');
  const video = gather(direction, 'video', source);
  const received = direction.rtp.filter(({ kind }) => kind === 'video');
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const { sealed, opened } = svc ? video.pictures : video;
  const row: Row = {
    ...subject,
    path: 'direct',
    sealed,
    opened,
    decoded: sum(received.map(({ frames }) => frames)),
    key_frame_requests: sum(received.map(({ keyFrameRequests }) => keyFrameRequests)),
    readable_leaks: audio.leaks + video.leaks,
    audio_sealed: audio.sealed,
    audio_opened: audio.opened,
    faults: [],
  };
  const fault = (wrong: boolean, what: string) => wrong && row.faults.push(what);
  // While it makes the stream of a simulcast layer, Chromium may miss the layer's first frame,
  // sealed or not.
  const lost = video.lost - (source === undefined ? 0 : Math.min(video.unheard, 1));
  fault(lost > 0 || audio.lost > 0, `${lost} video and ${audio.lost} audio frames not opened`);
  const refused = audio.refused + video.refused;
  fault(refused > 0, `${refused} frames arrived that were not sealed`);
  fault(
    video.forged > 0 || audio.forged > 0,
    `${video.forged + audio.forged} frames opened to other bytes`,
  );
  fault(row.decoded < opened * 0.95, `${opened - row.decoded} frames not decoded`);
  fault(row.key_frame_requests > 2, `${row.key_frame_requests} key-frame requests`);
  fault(row.readable_leaks > 0, `${row.readable_leaks} readable frames`);
  const transported = sum(received.map(({ transported }) => transported));
  fault(video.received < transported, `${transported - video.received} frames went past the tap`);
  fault(sealed === 0, 'nothing was sent');
  return row;
}

const COLUMNS: Record<string, (row: Row) => string> = {
  sender: ({ sender }) => sender,
  receiver: ({ receiver }) => receiver,
  codec: ({ codec }) => codec,
  transport: ({ transport }) => transport,
  sealed: ({ sealed }) => String(sealed),
  opened: ({ opened }) => String(opened),
  decoded: ({ decoded }) => String(decoded),
  'key req.': ({ key_frame_requests }) => String(key_frame_requests),
  leaks: ({ readable_leaks }) => String(readable_leaks),
  'audio sealed': ({ audio_sealed }) => String(audio_sealed),
  'audio opened': ({ audio_opened }) => String(audio_opened),
  result: ({ faults }) => (faults.length === 0 ? 'ok' : faults.join(', ')),
};

/** Wide enough for every value of its column. */
const WIDTHS = [8, 8, 13, 16, 6, 6, 7, 8, 5, 12, 12, 0];

function print(cells: string[]): void {
  console.log(
    cells
      .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

await main();
