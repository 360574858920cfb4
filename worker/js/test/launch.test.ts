/** How the worker is started, from the places where it may be. Workers are mocks. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import { FramesealError } from '../src/client/errors.js';
import { launch } from '../src/client/launch.js';
import { FakeWorker } from './fake-worker.js';

/** A worker whose script is not there. */
class LostWorker extends FakeWorker {
  override postMessage(): void {
    setImmediate(() => this.dispatchEvent(new Event('error')));
  }
}

function workersAre(context: TestContext, Worker: typeof FakeWorker): void {
  const before = globalThis.Worker;
  Object.assign(globalThis, { Worker });
  context.after(() => Object.assign(globalThis, { Worker: before }));
}

function saying(...parts: RegExp[]) {
  return (error: unknown) =>
    error instanceof FramesealError &&
    error.code === 'worker-failed' &&
    parts.every((part) => part.test(error.message));
}

test('ours is told where its WebAssembly is, and the application’s is not', async (context) => {
  workersAre(context, FakeWorker);
  await launch(undefined);
  assert.match(FakeWorker.latest.loaded!, /^file:.*frameseal_bg\.wasm$/);
  const given = new FakeWorker() as unknown as Worker;
  assert.equal(await launch(given), given);
  assert.equal(FakeWorker.latest.loaded, undefined);
});

// The module with the script is made by the build: from the sources it cannot be loaded.
test('where none starts, the error names each place and what stood in the way', async (context) => {
  workersAre(context, LostWorker);
  await assert.rejects(
    launch(undefined),
    saying(/Beside the library: the script did not load/, /As a blob: Cannot find/),
  );
  assert.ok(FakeWorker.latest.terminated);
});

test('what the application names is tried alone', async (context) => {
  workersAre(context, LostWorker);
  await assert.rejects(launch('/none.js'), (error: Error) => !error.message.includes('blob'));
  assert.ok(FakeWorker.latest.terminated);
  const given = new LostWorker();
  await assert.rejects(launch(given as unknown as Worker), saying(/By the worker option/));
  assert.ok(!given.terminated);
});

test('what the policy forbids is named, with the directive', async (context) => {
  const violations: [object, RegExp][] = [
    [{ effectiveDirective: 'worker-src', blockedURI: 'blob' }, /the script did not load; the policy forbids: worker-src \(blob\)/],
    [{ effectiveDirective: 'connect-src', blockedURI: 'http://app.test/a.wasm' }, /connect-src \(http:\/\/app\.test\/a\.wasm\)/],
    [{ effectiveDirective: 'script-src', blockedURI: 'wasm-eval' }, /script-src \('wasm-unsafe-eval'\)/],
    [{ effectiveDirective: 'worker-src', blockedURI: 'https://cdn.test/a.js' }, /worker-src \(https:\/\/cdn\.test\/a\.js\)/],
    [{ effectiveDirective: 'trusted-types', blockedURI: 'trusted-types-policy', sample: 'frameseal' }, /trusted-types \(frameseal\)/],
    [{ effectiveDirective: 'require-trusted-types-for', blockedURI: 'trusted-types-sink' }, /require-trusted-types-for/],
  ];
  workersAre(context, LostWorker);
  const page = new EventTarget();
  context.mock.method(globalThis, 'addEventListener', page.addEventListener.bind(page));
  for (const [violation, told] of violations) {
    const launching = launch('/worker.js');
    const event = new Event('securitypolicyviolation');
    page.dispatchEvent(Object.assign(event, { disposition: 'enforce', ...violation }));
    await assert.rejects(launching, saying(told));
  }
});

test('what a policy would forbid, and only reports, is no cause', async (context) => {
  workersAre(context, LostWorker);
  const page = new EventTarget();
  context.mock.method(globalThis, 'addEventListener', page.addEventListener.bind(page));
  const launching = launch('/worker.js');
  const event = new Event('securitypolicyviolation');
  page.dispatchEvent(Object.assign(event, { disposition: 'report', effectiveDirective: 'worker-src' }));
  await assert.rejects(launching, saying(/the script did not load/));
});
