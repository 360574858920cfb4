/** The application's page itself: for those who see it, those who hear it, and those with no mouse. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'puppeteer-core';
import { BROWSERS } from './lib/browsers.ts';
import type { Participant } from './lib/participant.ts';
import { group } from './lib/suite.ts';
import { until } from './lib/until.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

for (const browser of BROWSERS) {
  group(`the page in ${browser}`, { browsers: [browser], app: {} }, (stage) => {
    test('axe-core finds no barriers, from the front page to the way out', async () => {
      await stage.meeting({}, async (call) => {
        const front = await call.open('Alice', browser, '/');
        await inspect(front, 'front page');
        await front.click('#create');
        await front.page.waitForSelector('#join');
        await inspect(front, 'lobby');

        const [alice, bob] = (await call.joinAll([browser, browser])) as [Participant, Participant];
        await call.flows();
        await bob.say('Hello');
        await alice.reads(bob, 'Hello');
        await alice.click('#open-panel');
        await inspect(alice, 'call');
        for (const dialog of ['safety', 'devices']) {
          await alice.click(`#open-${dialog}`);
          await inspect(alice, dialog);
          await alice.page.keyboard.press('Escape');
        }
        await alice.page.setViewport(PHONE);
        await inspect(alice, 'call on a phone');
        await alice.leave();
        await inspect(alice, 'after the call');
        assert.deepEqual([...front.complaints, ...alice.complaints], []);
      });
    });

    test('axe-core finds no barriers in a room that is not sealed', async () => {
      await stage.meeting({ isSealed: false }, async (call) => {
        const [alice] = (await call.joinAll([browser])) as [Participant];
        await inspect(alice, 'room that is not sealed');
      });
    });

    test('every control is reached with the keyboard, and seen to be', async () => {
      await stage.meeting({}, async (call) => {
        const [alice] = (await call.joinAll([browser])) as [Participant];
        await alice.click('#open-panel');
        const reached = await tab(alice.page, 'leave');
        const unseen = reached.filter(({ isSeen }) => !isSeen).map(({ id }) => id);
        assert.deepEqual(unseen, [], 'without a focus ring');
        const ids = reached.map(({ id }) => id);
        assert.deepEqual(CONTROLS.filter((control) => !ids.includes(control)), [], ids.join());
      });
    });

    test('Escape closes a dialog, and the focus is where it was', async () => {
      await stage.meeting({}, async (call) => {
        const [alice] = (await call.joinAll([browser])) as [Participant];
        for (const dialog of ['safety', 'devices']) {
          await alice.page.focus(`#open-${dialog}`);
          await alice.page.keyboard.press('Enter');
          await until('the dialog', () => isOpen(alice.page, dialog));
          await alice.page.keyboard.press('Escape');
          await until('no dialog', async () => !(await isOpen(alice.page, dialog)));
          assert.equal(await focused(alice.page), `open-${dialog}`);
        }
        await alice.page.setViewport(PHONE);
        if (!(await isShown(alice.page, '#chat'))) await alice.click('#open-chat');
        await alice.page.focus('#chat-text');
        await alice.page.keyboard.press('Escape');
        await until('no chat', async () => !(await isShown(alice.page, '#chat')));
        assert.equal(await focused(alice.page), 'open-chat');
      });
    });

    test('people and controls fit a phone and a desktop', async () => {
      await stage.meeting({}, async (call) => {
        const [alice] = (await call.joinAll([browser, browser, browser])) as [Participant];
        await call.flows();
        for (const size of [DESKTOP, PHONE]) {
          await alice.page.setViewport(size);
          if (size === PHONE) await alice.click('#chat .close');
          await until('the tiles to fit', async () => (await outside(alice.page)).length === 0);
        }
      });
    });

    test('what changes is said to those who do not see it', async () => {
      await stage.meeting({}, async (call) => {
        const alice = await call.join('Alice', browser);
        assert.equal(await alice.attribute('#shield', 'role'), 'status');
        const bob = await call.join('Bob', browser);
        await until('the news', async () => (await alice.text('#news')) === 'Bob came.');
        await bob.leave();
        call.forget(bob);
        await until('the news', async () => (await alice.text('#news')) === 'Bob left.');
      });
    });
  });
}

const CONTROLS = [
  ...['open-safety', 'rotate', 'copy-link', 'open-devices', 'open-panel'],
  ...['file', 'chat-text', 'chat-send'],
  ...['microphone', 'camera', 'screen', 'open-chat', 'leave'],
];

/** Twice as many as there are controls. */
const MOST_PRESSES = 34;

/** Asserts that axe-core has nothing to say, by day and by night. */
async function inspect({ page }: Participant, what: string): Promise<void> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  // Only Chromium can be told which colours to prefer.
  const isChromium = (await page.browser().version()).includes('Chrome');
  for (const colours of isChromium ? ['dark', 'light'] : ['light']) {
    if (isChromium) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: colours }]);
    }
    const { violations } = await page.evaluate(
      (): Promise<AxeResults> => Reflect.get(window, 'axe').run(),
    );
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
    assert.deepEqual(found, [], `${what}, ${colours}`);
  }
}

/** Presses Tab from the top of the page to the last control; tells what had the focus. */
async function tab(page: Page, last: string): Promise<{ id: string; isSeen: boolean }[]> {
  await page.focus('#call-heading');
  const reached: { id: string; isSeen: boolean }[] = [];
  while (reached.length < MOST_PRESSES && reached.at(-1)?.id !== last) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => {
        const { activeElement } = document;
        const shown = activeElement?.closest('label') ?? activeElement;
        const isSeen = shown !== null && getComputedStyle(shown).outlineStyle !== 'none';
        return { id: activeElement?.id ?? '', isSeen };
      }),
    );
  }
  return reached;
}

async function isOpen(page: Page, dialog: string): Promise<boolean> {
  return page.$eval(`#${dialog}`, (element) => (element as HTMLDialogElement).open);
}

async function isShown(page: Page, selector: string): Promise<boolean> {
  return page.$eval(selector, (element) => element.checkVisibility());
}

async function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.id);
}

/** Tiles and buttons that are not wholly in the window, and the page if it is too wide. */
async function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('.tile, .tools button, .controls button')];
    const found = all.filter((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    });
    const names = found.map((element) => element.id || element.className);
    return document.documentElement.scrollWidth > innerWidth ? [...names, 'page'] : names;
  });
}
