/** Every order in which an application may make its transceivers: media opens, and none leaks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bench } from './lib/bench.ts';
import type { Call, CallOptions } from './lib/call.ts';
import { gather, gatherAll } from './lib/evidence.ts';
import { negotiate, type Member } from './lib/member.ts';
import { inBrowsers } from './lib/suite.ts';
import { until } from './lib/until.ts';

inBrowsers((bench) => testOrders(bench, {}));
inBrowsers((bench) => testOrders(bench, { encodedStreams: true }), {
  title: 'with createEncodedStreams()',
  sets: [['chromium']],
});

function testOrders(bench: Bench, options: CallOptions): void {
  const scenario = (name: string, body: (call: Call, alice: Member, bob: Member) => Promise<void>) =>
    test(name, () =>
      bench.call(options, async (call) => {
        await body(call, call.alice, call.bob);
        await assertSealed(call);
      }),
    );

  scenario('addTrack() before the offer and before the answer', async (call) => {
    await call.connect();
    await call.flows();
  });

  scenario('addTrack() after setRemoteDescription()', async (call, alice, bob) => {
    await alice.addTracks();
    await bob.run('setRemote', await alice.run('setLocal'));
    await bob.addTracks();
    await alice.run('setRemote', await bob.run('setLocal'));
    await call.flows();
  });

  scenario('addTransceiver() at the offerer, both ways', async (call, alice, bob) => {
    await alice.run('addTransceiver', 'audio');
    await alice.run('addTransceiver', 'video');
    await bob.addTracks();
    await call.negotiate();
    await call.flows();
  });

  scenario('addTransceiver() at both ends, one way each', async (call, alice, bob) => {
    for (const peer of [alice, bob]) {
      await peer.run('addTransceiver', 'audio', { direction: 'sendonly' });
      await peer.run('addTransceiver', 'video', { direction: 'sendonly' });
    }
    await negotiate(alice, bob);
    await negotiate(bob, alice);
    await call.flows();
  });

  scenario('an offer to receive', async (call, alice, bob) => {
    await alice.run('addTransceiver', 'audio', { direction: 'recvonly', withTrack: false });
    await alice.run('addTransceiver', 'video', { direction: 'recvonly', withTrack: false });
    await bob.addTracks();
    await call.negotiate();
    await call.flows({ alice: { audio: 1, video: 1 } });
  });

  scenario('an answer that turns sendrecv later', async (call, alice, bob) => {
    await alice.addTracks();
    await call.negotiate();
    await call.flows({ bob: { audio: 1, video: 1 } });
    await bob.addTracks();
    await negotiate(bob, alice);
    await call.flows();
  });

  scenario('replaceTrack() in place of another track', async (call, alice, bob) => {
    await call.connect();
    await call.flows();
    for (const peer of [alice, bob])
      await peer.run('replaceTrack', await peer.mid('video'), 'video');
    await call.flows();
  });

  scenario('replaceTrack() where there was none', async (call, alice, bob) => {
    await alice.run('addTransceiver', 'audio', { withTrack: false });
    await alice.run('addTransceiver', 'video', { withTrack: false });
    await bob.addTracks();
    await call.negotiate();
    await call.flows({ alice: { audio: 1, video: 1 } });
    for (const kind of ['audio', 'video'] as const) {
      await alice.run('replaceTrack', await alice.mid(kind), kind);
    }
    await call.flows();
  });

  scenario('a track added in mid-call', async (call, alice, bob) => {
    await alice.run('addTrack', 'audio');
    await bob.run('addTrack', 'audio');
    await call.negotiate();
    await call.flows({ alice: { audio: 1 }, bob: { audio: 1 } });
    await alice.run('addTrack', 'video');
    await negotiate(alice, bob);
    await call.flows({ alice: { audio: 1 }, bob: { audio: 1, video: 1 } });
    await bob.run('addTrack', 'video');
    await negotiate(bob, alice);
    await call.flows();
  });

  scenario('renegotiation, by either end, with media held in between', async (call, alice, bob) => {
    await call.connect();
    await call.flows();
    const mid = await alice.mid('video');
    await alice.run('setDirection', mid, 'inactive');
    await negotiate(alice, bob);
    await call.flows({ alice: { audio: 1 }, bob: { audio: 1 } });
    await alice.run('setDirection', mid, 'sendrecv');
    await bob.run('setDirection', mid, 'sendrecv');
    await negotiate(bob, alice);
    await call.flows();
  });

  scenario('a transceiver in the place of a stopped one', async (call, alice, bob) => {
    await call.connect();
    await call.flows();
    const stopped = await alice.mid('video');
    await alice.run('stopTransceiver', stopped);
    await negotiate(alice, bob);
    await until('the transceiver to go', async () =>
      (await alice.run('counters')).every(({ mid }) => mid !== stopped),
    );

    await alice.run('addTrack', 'video');
    await bob.run('addTrack', 'video');
    await negotiate(alice, bob);
    await call.flows();
  });
}

async function assertSealed(call: Call): Promise<void> {
  const finished = await call.finish();
  const dropped = await Promise.all(call.ends.map(droppedFrames));
  for (const { to, kind, lost, refused, forged, leaks } of gatherAll(finished)) {
    const found = { to, kind, lost, refused, forged, leaks };
    assert.deepEqual(
      found,
      { to, kind, lost: 0, refused: 0, forged: 0, leaks: 0 },
      `${JSON.stringify(found)}; dropped: ${dropped.join()}`,
    );
  }
  const { toAlice, toBob } = finished;
  for (const [name, direction] of Object.entries({ toAlice, toBob })) {
    const { received } = gather(direction, 'video');
    const transported = direction.rtp.reduce((sum, { transported }) => sum + transported, 0);
    assert.ok(received >= transported, `${transported - received} frames ${name} past the tap`);
  }
  for (const end of call.ends) assert.deepEqual(await end.problems(), []);
}

/** What a session dropped, and why. */
async function droppedFrames(end: Member): Promise<string> {
  const { tracks } = await end.session('stats');
  const told = tracks.flatMap(({ direction, kind, dropped }) =>
    Object.entries(dropped)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${direction} ${kind} ${reason} ${count}`),
  );
  return told.join(', ') || 'nothing';
}
