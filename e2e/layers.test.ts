/** Layers of pictures through a Janus: it looks at packets alone, and finds the key frames to switch at. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Janus } from './lib/janus.ts';
import { beside, inBrowsers } from './lib/suite.ts';

const janus = beside(
  () => Janus.start(),
  (running) => running.stop(),
);

/** What is asked for: up and down, by one and by two. Of VP9, Debian's Janus forwards every layer. */
const LAYERS = { VP8: [2, 0, 1, 2, 1, 0, 2], VP9: [2] };

inBrowsers(
  (bench) => {
    for (const codec of ['VP8', 'VP9'] as const) {
      const way = codec === 'VP8' ? 'simulcast, switched' : 'SVC';
      test(`${codec}, ${way}: every layer comes through, and no frame is refused`, async (context) => {
        const layers = LAYERS[codec];
        const { switches, passed, dropped } = await bench.run(
          'layers',
          'switchLayers',
          janus().url,
          codec,
          layers,
        );
        for (const { layer, width, ms, pictures } of switches) {
          context.diagnostic(`layer ${layer}: ${width} wide after ${ms.toFixed()} ms, ${pictures} pictures`);
        }
        context.diagnostic(`${passed} frames opened`);
        assert.deepEqual(
          switches.map(({ width }) => width),
          layers.map((layer) => 240 * 2 ** layer),
        );
        assert.ok(switches.every(({ pictures }) => pictures >= 10));
        assert.deepEqual(Object.entries(dropped).filter(([, count]) => count > 0), []);
      });
    }
  },
  { sets: [['chromium']] },
);
