/** The demo page: each button does what it says, and the page tells the truth about it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DemoPage } from './lib/demo.ts';
import { inBrowsers } from './lib/suite.ts';
import { until } from './lib/until.ts';

inBrowsers(
  (bench) => {
    const { name } = bench;
    let demo: DemoPage;
    before(async () => {
      demo = await DemoPage.open(bench.browser, bench.app.origin);
      await demo.page.setViewport({ width: 1280, height: 900 });
    });
    after(() => demo.page.close());

    test('a sealed call plays at once', async () => {
      await demo.reaches('playing');
      await demo.moves();
      assert.ok((await difference(demo)) < SIMILAR, 'Bob sees what Alice shows');
      assert.match(await demo.text('#server-fact'), /^Fed to a decoder: 0 of [\d,]+ decoded$/);
    });

    test('another key is used without a stop', async () => {
      await watchPictures(demo);
      await demo.click('#change-key');
      await until('a frame under key 2', async () => (await kid(demo)) === (2 << 4) + CAMERA);
      await demo.moves();
      const { states, longestStop } = await watched(demo);
      assert.deepEqual(states, []);
      assert.ok(longestStop < 1000, `no picture for ${longestStop} ms`);
    });

    test('a broken key stops the picture; mended, it returns', async () => {
      const places = await placesOf(demo);
      await demo.click('#break-key');
      await demo.reaches('problem', 2000);
      assert.equal(await demo.text('#status-title'), 'Authentication failed');
      assert.equal(await demo.text('#curtain'), 'Authentication failed');
      assert.match(await demo.text('#status-detail'), /Compare .*base keys.*Bob’s key is broken on purpose/);
      await demo.standsStill();
      assert.deepEqual(await placesOf(demo), places, 'nothing on the page moved');
      assert.equal(await demo.attribute('#break-key', 'aria-pressed'), 'true');

      await demo.click('#break-key');
      await demo.moves(1, 2000);
      await demo.reaches('playing');
      assert.equal(await demo.attribute('#break-key', 'aria-pressed'), 'false');
    });

    test('a flipped bit is noticed in every frame', async () => {
      await demo.click('#flip-bit');
      await demo.reaches('problem', 2000);
      await demo.standsStill();
      const opened = await demo.count('bob', 'video', 'Sealed, opened');
      const failed = await demo.count('bob', 'video', 'Failed authentication');
      await until('frames to fail', async () =>
        (await demo.count('bob', 'video', 'Failed authentication')) > failed + 10,
      );
      assert.equal(await demo.count('bob', 'video', 'Sealed, opened'), opened);
      assert.match(await demo.text('#log li'), /Bob: authentication-failed/);

      await demo.click('#flip-bit');
      await demo.moves();
      await demo.reaches('playing');
    });

    test('a change of key mends what was broken', async () => {
      await demo.click('#break-key');
      await demo.reaches('problem');
      await demo.click('#change-key');
      await demo.reaches('playing');
      assert.equal(await demo.attribute('#break-key', 'aria-pressed'), 'false');
    });

    test('every codec of the browser is sealed, and its sealed frames are understood', async () => {
      const codecs = await demo.page.$$eval('#codecs input', (inputs) =>
        inputs.map((input) => (input as HTMLInputElement).value),
      );
      assert.ok(codecs.length >= 3, codecs.join());
      await demo.choose('key');
      for (const codec of codecs.toReversed()) {
        await demo.choose(codec);
        await until(`${codec} to arrive`, async () => (await demo.counter('bob', 'video', 'Codec')) === codec);
        await demo.moves();
        await demo.reaches('playing');
        const envelope = (): Promise<string> => demo.text('#parts dd');
        const decoy = new RegExp(`^\\d+ bytes: decoy of a key frame, ${codec}$`);
        await until(`a key frame of ${codec}`, async () => decoy.test(await envelope()));
        assert.equal((await kid(demo)) & 15, CAMERA);
      }
      await demo.choose('newest');
    });

    test('the camera takes the place of the pattern, and gives it back', async () => {
      for (const pressed of ['true', 'false']) {
        await demo.click('#camera');
        await until('the button', async () => (await demo.attribute('#camera', 'aria-pressed')) === pressed);
        await demo.moves();
        assert.ok((await difference(demo)) < SIMILAR, 'Bob sees what Alice shows');
      }
      await demo.reaches('playing');
    });

    test('sound is sealed from the first click on, and heard when asked for', async () => {
      const opened = await demo.count('bob', 'audio', 'Sealed, opened');
      await until('sound', async () => (await demo.count('bob', 'audio', 'Sealed, opened')) > opened + 20);
      const muted = () =>
        demo.page.$eval('#received-audio', (audio) => (audio as HTMLAudioElement).muted);
      assert.equal(await muted(), true);
      await demo.click('#listen');
      assert.equal(await muted(), false);
      const time = () =>
        demo.page.$eval('#received-audio', (audio) => (audio as HTMLAudioElement).currentTime);
      const start = await time();
      await until('the sound to play', async () => (await time()) > start);
      await demo.click('#listen');
      assert.equal(await muted(), true);
    });

    test('axe-core finds no barriers', async () => {
      assert.deepEqual(await demo.barriers(), []);
    });

    test('every control is reached with the keyboard, and seen to be', async () => {
      await demo.page.$eval('h1', (heading) => {
        heading.tabIndex = -1;
        heading.focus();
      });
      const reached = await demo.tab(9);
      const seen = reached.filter(({ isSeen }) => isSeen).map(({ name }) => name);
      const controls = ['change-key', 'break-key', 'flip-bit', 'codec', 'camera', 'listen', 'which', 'log'];
      assert.deepEqual(controls.filter((control) => !seen.includes(control)), [], seen.join());
    });

    test('the page fits a phone', async () => {
      await demo.page.setViewport({ width: 390, height: 844 });
      const { width, controls } = await demo.page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        controls: document.querySelector('#change-key')!.getBoundingClientRect().bottom,
      }));
      assert.ok(width <= 390, `${width} pixels wide`);
      assert.ok(controls <= 844, `the buttons end at ${controls}`);
      const places = await placesOf(demo);
      await demo.click('#break-key');
      await demo.reaches('problem');
      assert.deepEqual(await placesOf(demo), places, 'nothing on the page moved');
      await demo.click('#break-key');
      await demo.reaches('playing');
    });

    if (name === 'chromium') {
      test('frames reach the workers in browsers without RTCRtpScriptTransform too', async () => {
        const older = await DemoPage.open(bench.browser, bench.app.origin, () => {
          Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
        });
        await older.reaches('playing');
        assert.match(await older.text('#session'), /encoded-streams/);
        await older.click('#flip-bit');
        await older.reaches('problem');
        assert.deepEqual(older.complaints, []);
        await older.page.close();
      });
    }

    test('a browser that cannot seal is told so, and makes no call', async () => {
      const unable = await DemoPage.open(bench.browser, bench.app.origin, () => {
        Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
        Reflect.deleteProperty(RTCRtpSender.prototype, 'createEncodedStreams');
      });
      await unable.reaches('problem');
      assert.match(await unable.text('#status-detail'), /^This browser lacks/);
      assert.equal(await unable.attribute('#change-key', 'disabled'), '');
      await unable.page.close();
    });

    test('the browser has nothing to complain about', () => {
      assert.deepEqual(demo.complaints, []);
    });
  },
  { app: {} },
);

inBrowsers((bench) => {
  test('the decoder that fails at sealed frames shows those that are not', async () => {
    const codecs = await bench.run('eavesdropper', 'codecs');
    assert.ok(codecs.length >= 3, codecs.join());
    for (const codec of codecs) {
      assert.equal(await bench.run('eavesdropper', 'watch', codec, 12), 12, codec);
    }
  });
});

/** The number of the track that the picture is. */
const CAMERA = 1;

/** Of 255; pictures that have nothing in common are 60 or more apart. */
const SIMILAR = 30;

/** SFrame's KID in the frame that is shown. */
async function kid(demo: DemoPage): Promise<number> {
  return Number(await demo.attribute('#dump', 'data-kid'));
}

/** How far the two pictures are apart, on average over coarse pixels. */
async function difference({ page }: DemoPage): Promise<number> {
  return page.evaluate(() => {
    const pixels = ['sent', 'received'].map((id) => {
      const context = new OffscreenCanvas(16, 9).getContext('2d')!;
      context.drawImage(document.getElementById(id) as HTMLVideoElement, 0, 0, 16, 9);
      return context.getImageData(0, 0, 16, 9).data;
    });
    const apart = [...pixels[0]!].map((value, index) => Math.abs(value - pixels[1]![index]!));
    return apart.reduce((sum, value) => sum + value, 0) / (apart.length * 0.75);
  });
}

/** Where things are, from the top of the page. */
async function placesOf({ page }: DemoPage): Promise<number[]> {
  return page.$$eval('#status, .screen, button, .panel', (elements) =>
    elements.map((element) => Math.round(element.getBoundingClientRect().top + scrollY)),
  );
}

/** Begins to note what the page says and when Bob's picture changes. */
async function watchPictures({ page }: DemoPage): Promise<void> {
  await page.evaluate(() => {
    const status = document.getElementById('status')!;
    const seen = { states: [] as string[], longestStop: 0 };
    Reflect.set(window, 'seen', seen);
    new MutationObserver(() => {
      const { state = '' } = status.dataset;
      if (state !== 'playing') seen.states.push(state);
    }).observe(status, { attributeFilter: ['data-state'] });
    const video = document.getElementById('received') as HTMLVideoElement;
    const context = new OffscreenCanvas(32, 18).getContext('2d', { willReadFrequently: true })!;
    let last = { pixels: '', at: performance.now() };
    setInterval(() => {
      context.drawImage(video, 0, 0, 32, 18);
      const pixels = context.getImageData(0, 0, 32, 18).data.join();
      const at = performance.now();
      seen.longestStop = Math.max(seen.longestStop, Math.round(at - last.at));
      if (pixels !== last.pixels) last = { pixels, at };
    }, 50);
  });
}

/** States other than `playing`, and the longest time without a change in milliseconds. */
async function watched({ page }: DemoPage): Promise<{ states: string[]; longestStop: number }> {
  return page.evaluate(() => Reflect.get(window, 'seen'));
}
