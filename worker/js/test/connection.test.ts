import assert from 'node:assert/strict';
import { test } from 'node:test';

import { closedConfiguration, isClosed, keepClosed, ignoresLateTransforms } from '../src/client/connection.js';

test('a closed configuration has what the given one has, and what it inherits', () => {
  class Configuration {
    get bundlePolicy() {
      return 'max-bundle';
    }
  }
  const inherited = Object.freeze(Object.assign(new Configuration(), { iceTransportPolicy: 'relay' }));
  const given: RTCConfiguration = Object.freeze(
    Object.assign(Object.create(inherited), { iceServers: [], encodedInsertableStreams: false }),
  );
  const closed = closedConfiguration(given);
  const { iceTransportPolicy, iceServers, bundlePolicy } = closed;
  assert.deepEqual(
    { iceTransportPolicy, iceServers, bundlePolicy },
    { iceTransportPolicy: 'relay', iceServers: [], bundlePolicy: 'max-bundle' },
  );
  assert.equal(Reflect.get(closed, 'encodedInsertableStreams'), true);
  // A wrapper of the constructor that spreads loses no address policy.
  assert.deepEqual(
    { ...closed },
    { iceTransportPolicy: 'relay', iceServers: [], encodedInsertableStreams: true },
  );
});

test('no configuration becomes one with the option', () => {
  for (const nothing of [undefined, null]) {
    assert.deepEqual({ ...closedConfiguration(nothing) }, { encodedInsertableStreams: true });
  }
});

test('what is no configuration is refused, as by the browser', () => {
  assert.throws(() => closedConfiguration('relay' as never), TypeError);
});

/** A mock of Chromium's connection, which refuses a configuration that does not repeat the option. */
function connection(option: boolean | undefined) {
  const set: object[] = [];
  const pc = {
    set,
    getConfiguration: () => (option === undefined ? {} : { encodedInsertableStreams: option }),
    setConfiguration(configuration: object = {}) {
      if (option && !Reflect.get(configuration, 'encodedInsertableStreams')) throw new Error('InvalidModificationError');
      set.push(configuration);
    },
  };
  return pc as typeof pc & RTCPeerConnection;
}

test('the configuration of a closed connection can be changed', () => {
  const pc = connection(true);
  keepClosed(pc);
  pc.setConfiguration({ iceServers: [{ urls: 'turn:a' }] });
  pc.setConfiguration();
  assert.deepEqual(pc.set.map((configuration) => ({ ...configuration })), [
    { iceServers: [{ urls: 'turn:a' }], encodedInsertableStreams: true },
    { encodedInsertableStreams: true },
  ]);
});

test('that of another is not touched', () => {
  const pc = connection(false);
  keepClosed(pc);
  const configuration = { iceServers: [] };
  pc.setConfiguration(configuration);
  assert.equal(pc.set[0], configuration);
});

test('only where the option is known and missing is a late transform ignored', () => {
  assert.deepEqual([true, false, undefined].map((option) => ignoresLateTransforms(connection(option))), [false, true, false]);
  assert.deepEqual([true, false, undefined].map((option) => isClosed(connection(option))), [true, false, undefined]);
});
