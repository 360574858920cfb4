/** The application's page itself: for those who see it, those who hear it, and those with no mouse. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { BROWSERS } from './lib/browsers.ts';
import type { Participant } from './lib/participant.ts';
import { group } from './lib/suite.ts';
import { until } from './lib/until.ts';

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

        const [alice, bob] = await call.joinAll([browser, browser]);
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
        const [alice] = await call.joinAll([browser]);
        await inspect(alice, 'room that is not sealed');
      });
    });

    test('every control is reached with the keyboard, and seen to be', async () => {
      await stage.meeting({}, async (call) => {
        const [alice] = await call.joinAll([browser]);
        await alice.click('#open-panel');
        await alice.page.focus('#call-heading');
        const reached = await alice.tab(MOST_PRESSES, 'leave');
        const unseen = reached.filter(({ isSeen }) => !isSeen).map(({ name }) => name);
        assert.deepEqual(unseen, [], 'without a focus ring');
        const names = reached.map(({ name }) => name);
        assert.deepEqual(CONTROLS.filter((control) => !names.includes(control)), [], names.join());
      });
    });

    test('Escape closes a dialog, and the focus is where it was', async () => {
      await stage.meeting({}, async (call) => {
        const [alice] = await call.joinAll([browser]);
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
        const [alice] = await call.joinAll([browser, browser, browser]);
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
        await call.leave(bob);
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

/** Asserts that axe-core has nothing to say. */
async function inspect(participant: Participant, what: string): Promise<void> {
  assert.deepEqual(await participant.barriers(), [], what);
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
