/**
 * Records the real frames that the envelope tests use: `sframe/fixtures/*.frames`.
 *
 * The browsers' encoders are asked through the recorder page, ffmpeg's on the command line. The
 * bytes differ from run to run; what the tests need of them does not.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Bench } from './lib/bench.ts';
import type { BrowserName } from './lib/browsers.ts';
import type { Recipe, Recording } from './pages/recorder.ts';

const FIXTURES = fileURLToPath(new URL('../sframe/fixtures/', import.meta.url));

type Kind = 'audio' | 'delta' | 'key';
interface Frame {
  kind: Kind;
  data: Buffer;
}
/** One fixture file, and a row of the table in its README. */
interface Fixture {
  name: string;
  mimeType: string;
  source: string;
  frames: Frame[];
}

const VIDEO: Recipe = {
  mimeType: '',
  width: 320,
  height: 180,
  frames: 24,
  changed: 3,
  encodings: [{ maxBitrate: 250_000 }],
};
const AUDIO: Recipe = {
  mimeType: 'audio/opus',
  width: 0,
  height: 0,
  frames: 20,
  changed: 20,
  encodings: [{}],
};
// Three spatial layers need a picture of this size; every layer is a frame of its own.
const SVC: Omit<Recipe, 'mimeType'> = {
  width: 1280,
  height: 720,
  frames: 36,
  changed: 0,
  encodings: [{ scalabilityMode: 'L3T3', maxBitrate: 1_500_000 }],
};

const CHROMIUM: Record<string, Recipe> = {
  vp8: { ...VIDEO, mimeType: 'video/VP8' },
  vp9: { ...VIDEO, mimeType: 'video/VP9' },
  h264: { ...VIDEO, mimeType: 'video/H264' },
  av1: { ...VIDEO, mimeType: 'video/AV1' },
  opus: AUDIO,
  'vp9-l3t3': { ...SVC, mimeType: 'video/VP9' },
  'av1-l3t3': { ...SVC, mimeType: 'video/AV1' },
  'vp8-simulcast': {
    mimeType: 'video/VP8',
    width: 1280,
    height: 720,
    frames: 36,
    changed: 0,
    encodings: [
      { rid: 'low', scaleResolutionDownBy: 4, maxBitrate: 50_000 },
      { rid: 'middle', scaleResolutionDownBy: 2, maxBitrate: 100_000 },
      { rid: 'high', maxBitrate: 400_000 },
    ],
  },
};

const FIREFOX: Record<string, Recipe> = {
  vp8: { ...VIDEO, mimeType: 'video/VP8' },
  vp9: { ...VIDEO, mimeType: 'video/VP9' },
  av1: { ...VIDEO, mimeType: 'video/AV1' },
  opus: AUDIO,
};

const VPX = 'libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0';

/** ffmpeg's encoders and options for what browsers' encoders do not do, but other senders may. */
const FFMPEG: Record<string, { mimeType: string; encoder: string }> = {
  // Access unit delimiters, SEI, several slices; x264 mixes 3- and 4-byte start codes by itself.
  'x264-slices': {
    mimeType: 'video/H264',
    encoder: 'libx264 -tune zerolatency -x264-params slices=4:sliced-threads=0:aud=1',
  },
  // Filler data after the slices keeps the bit rate constant.
  'x264-filler': {
    mimeType: 'video/H264',
    encoder: 'libx264 -tune zerolatency -maxrate 300k -bufsize 40k -x264-params nal-hrd=cbr',
  },
  x265: {
    mimeType: 'video/H265',
    encoder: 'libx265 -tune zerolatency -x265-params log-level=error',
  },
  'x265-slices': {
    mimeType: 'video/H265',
    encoder: 'libx265 -tune zerolatency -x265-params log-level=error:aud=1:slices=3',
  },
  // Profiles 1 to 3: other headers of key frames. Browsers make profiles 0 and 2.
  'vp9-444': { mimeType: 'video/VP9', encoder: `${VPX} -pix_fmt yuv444p` },
  'vp9-rgb': { mimeType: 'video/VP9', encoder: `${VPX} -pix_fmt gbrp` },
  'vp9-10-bits': { mimeType: 'video/VP9', encoder: `${VPX} -pix_fmt yuv420p10le` },
  'vp9-444-12-bits': { mimeType: 'video/VP9', encoder: `${VPX} -pix_fmt yuv444p12le` },
  // Hidden frames, glued to the next ones: superframes.
  'vp9-hidden': {
    mimeType: 'video/VP9',
    encoder: 'libvpx-vp9 -deadline good -cpu-used 5 -auto-alt-ref 1 -lag-in-frames 6',
  },
  'svtav1-tiles': {
    mimeType: 'video/AV1',
    encoder: 'libsvtav1 -svtav1-params pred-struct=1:rc=2:tile-columns=1:tile-rows=1',
  },
  'libaom-tile-groups': {
    mimeType: 'video/AV1',
    encoder: 'libaom-av1 -usage realtime -tiles 4x2 -aom-params num-tile-groups=4',
  },
};

async function main(): Promise<void> {
  const recorded = [
    ...(await recordBrowser('chromium', CHROMIUM)),
    ...(await recordBrowser('firefox', FIREFOX)),
  ];
  const fixtures = [
    ...recorded,
    ...Object.entries(FFMPEG).map(([name, recipe]) => encode(name, recipe)),
  ];

  for (const stale of readdirSync(FIXTURES).filter((name) => name.endsWith('.frames'))) {
    rmSync(join(FIXTURES, stale));
  }
  for (const { name, frames } of fixtures) writeFileSync(join(FIXTURES, name), toFile(frames));
  describe(fixtures);
}

/** Every recipe, in one page after the other. */
async function recordBrowser(
  name: BrowserName,
  recipes: Record<string, Recipe>,
): Promise<Fixture[]> {
  const fixtures: Fixture[] = [];
  await Bench.with({ browsers: [name] }, async (bench) => {
    const source = (await bench.browser.version()).replace('/', ' ');
    for (const [codec, recipe] of Object.entries(recipes)) {
      for (const { suffix, ...fixture } of await record(bench, recipe)) {
        fixtures.push({ name: `${name}-${codec}${suffix}.frames`, source, ...fixture });
      }
    }
  });
  return fixtures;
}

/** What was sent, and what arrived if a packetizer rewrote it on the way. */
async function record(
  bench: Bench,
  recipe: Recipe,
): Promise<{ suffix: string; mimeType: string; frames: Frame[] }[]> {
  const recording = await bench.run('recorder', 'record', recipe);
  const decode = (frames: Recording['sent']): Frame[] =>
    frames.map(({ type, data }) => ({
      kind: type === 'key' || type === 'delta' ? type : 'audio',
      data: Buffer.from(data),
    }));
  const [sent, received] = [decode(recording.sent), decode(recording.received)];
  const mimeType = recording.sent[0]?.mimeType ?? recipe.mimeType;
  const unchanged = received.every(({ data }) => sent.some((frame) => frame.data.equals(data)));
  const files = [{ suffix: '', mimeType, frames: sent }];
  if (!unchanged) files.push({ suffix: '-received', mimeType, frames: received });
  return files;
}

/** Packets of an ffmpeg encoder: one access unit or temporal unit each. */
function encode(
  name: string,
  { mimeType, encoder }: { mimeType: string; encoder: string },
): Fixture {
  const folder = mkdtempSync(join(tmpdir(), 'frameseal-'));
  try {
    const file = join(folder, 'encoded.nut');
    const input = '-f lavfi -i testsrc2=size=320x180:rate=15 -frames:v 16 -g 8 -pix_fmt yuv420p';
    // A container that asks for global headers would take the parameter sets out of the frames.
    const output = '-flags:v -global_header -f nut';
    const args = `${input} -b:v 300k -c:v ${encoder} ${output}`;
    execFileSync('ffmpeg', ['-loglevel', 'error', ...args.split(' '), file], {
      stdio: ['ignore', 'inherit', 'ignore'],
    });
    const packets = execFileSync('ffprobe', [
      '-loglevel',
      'error',
      '-show_packets',
      '-show_data',
      '-of',
      'json',
      file,
    ]);
    const { packets: parsed } = JSON.parse(packets.toString()) as {
      packets: { flags: string; data: string }[];
    };
    return {
      name: `ffmpeg-${name}.frames`,
      mimeType,
      source: `ffmpeg ${ffmpegVersion()}: \`${encoder}\``,
      frames: parsed.map(({ flags, data }) => ({
        kind: flags.startsWith('K') ? 'key' : 'delta',
        data: fromHexDump(data),
      })),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ffmpegVersion(): string {
  return execFileSync('ffmpeg', ['-version']).toString().split(' ')[2] ?? '';
}

/** ffprobe's dump: `00000010: 0000 0001 6764 ...  ....gd`, 16 bytes a line. */
function fromHexDump(dump: string): Buffer {
  const lines = dump
    .split('\n')
    .flatMap((line) => /^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+)/.exec(line)?.[1] ?? []);
  return Buffer.from(lines.join('').replaceAll(' ', ''), 'hex');
}

/** `kind || length || bytes` for each frame: see the README beside the fixtures. */
function toFile(frames: Frame[]): Buffer {
  const KINDS: Record<Kind, number> = { audio: 0, delta: 1, key: 2 };
  return Buffer.concat(
    frames.flatMap(({ kind, data }) => {
      const head = Buffer.alloc(5);
      head.writeUInt8(KINDS[kind]);
      head.writeUInt32BE(data.length, 1);
      return [head, data];
    }),
  );
}

/** Rewrites the table that ends the README of the fixtures. */
function describe(fixtures: Fixture[]): void {
  const rows = fixtures.map(({ name, mimeType, source, frames }) => {
    const keys = frames.filter(({ kind }) => kind === 'key').length;
    const bytes = frames.reduce((sum, { data }) => sum + data.length, 0);
    const largest = Math.max(...frames.map(({ data }) => data.length));
    const cells = [`\`${name}\``, mimeType, frames.length, keys, bytes, largest, source];
    return `| ${cells.join(' | ')} |`;
  });
  const table = [
    '| file | MIME type | frames | key frames | bytes | largest | source |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  const readme = join(FIXTURES, 'README.md');
  const [text] = readFileSync(readme, 'utf8').split('## Provenance\n');
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(readme, `${text}## Provenance\n\nRecorded on ${date}.\n\n${table}\n`);
  console.log(table);
}

await main();
