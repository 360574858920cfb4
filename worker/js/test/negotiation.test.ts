/** Two ends over a link as slow as a test says. The connection is a mock that refuses crossing offers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Negotiation, type NegotiationSignal } from '../src/negotiation/negotiation.js';

/** As much of `RTCPeerConnection` as negotiation needs: what was changed, and what was agreed on. */
class FakeConnection extends EventTarget {
  signalingState: RTCSignalingState = 'stable';
  localDescription: { toJSON(): RTCSessionDescriptionInit } | null = null;
  /** Changes of this end: those that no description told yet, those on their way, those agreed on. */
  waiting = 0;
  offered = 0;
  agreed = 0;
  candidates = 0;

  change(): void {
    this.waiting += 1;
    this.#tell();
  }

  async setLocalDescription(): Promise<void> {
    await undefined;
    const type = this.signalingState === 'stable' ? 'offer' : 'answer';
    this.localDescription = { toJSON: () => ({ type, sdp: '' }) };
    if (type === 'offer') {
      this.offered = this.waiting;
      this.waiting = 0;
      this.signalingState = 'have-local-offer';
    } else {
      this.#settle();
    }
  }

  async setRemoteDescription({ type }: RTCSessionDescriptionInit): Promise<void> {
    await undefined;
    const isDue = this.signalingState === (type === 'offer' ? 'stable' : 'have-local-offer');
    assert.ok(isDue, `${type} while ${this.signalingState}`);
    if (type === 'offer') {
      this.signalingState = 'have-remote-offer';
    } else {
      this.agreed += this.offered;
      this.offered = 0;
      this.#settle();
    }
  }

  async addIceCandidate(): Promise<void> {
    this.candidates += 1;
  }

  #settle(): void {
    this.signalingState = 'stable';
    if (this.waiting > 0) this.#tell();
  }

  #tell(): void {
    setImmediate(() => {
      if (this.waiting > 0 && this.signalingState === 'stable') {
        this.dispatchEvent(new Event('negotiationneeded'));
      }
    });
  }
}

/** Two ends; each signal arrives so many turns after it was sent. */
class Pair {
  readonly errors: unknown[] = [];
  readonly sent: NegotiationSignal[] = [];
  readonly #late: { turns: number; deliver: () => void }[] = [];
  readonly ends: { pc: FakeConnection; negotiation: Negotiation }[];

  constructor(turns: number) {
    this.ends = [false, true].map((yields, index) => {
      const pc = new FakeConnection();
      const negotiation = new Negotiation(pc as unknown as RTCPeerConnection, {
        yields,
        send: (signal) => {
          this.sent.push(signal);
          const deliver = () => {
            const { negotiation: other } = this.ends[1 - index]!;
            other.handle(signal).catch((error: unknown) => this.errors.push(error));
          };
          this.#late.push({ turns, deliver });
        },
      });
      return { pc, negotiation };
    });
  }

  async run(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) {
      for (const one of this.#late) one.turns -= 1;
      while (this.#late[0] && this.#late[0].turns <= 0) this.#late.shift()!.deliver();
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
  }
}

for (const turns of [0, 1, 5, 20]) {
  test(`changes of both ends at once are agreed on, signals ${turns} turns late`, async () => {
    const pair = new Pair(turns);
    for (let round = 1; round <= 20; round += 1) {
      for (const { pc } of pair.ends) pc.change();
      await pair.run(8 * (turns + 3));
      for (const { pc } of pair.ends) {
        assert.deepEqual([pc.agreed, pc.waiting, pc.signalingState], [round, 0, 'stable']);
      }
    }
    assert.deepEqual(pair.errors, []);
    assert.ok(pair.ends[1]!.negotiation.queued >= 20);
  });
}

test('changes at any moment are agreed on in the end', async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    let state = seed;
    const random = (below: number) => {
      state = (state * 48271) % 0x7fffffff;
      return state % below;
    };
    const pair = new Pair(random(12));
    const made = [0, 0];
    for (let step = 0; step < 60; step += 1) {
      const index = random(2);
      pair.ends[index]!.pc.change();
      made[index]! += 1;
      await pair.run(random(6));
    }
    await pair.run(300);
    assert.deepEqual(pair.ends.map(({ pc }) => pc.agreed), made, `seed ${seed}`);
    assert.deepEqual(pair.errors, []);
  }
});

test('a turn that is not needed any more is given back', async () => {
  const pair = new Pair(3);
  const [first, second] = pair.ends;
  for (const { pc } of pair.ends) pc.change();
  await pair.run(1);
  second!.pc.waiting = 0; // the answer to the first end's offer tells it
  await pair.run(60);
  assert.ok(pair.sent.some((signal) => 'turn' in signal && signal.turn === 'unneeded'));
  first!.pc.change();
  await pair.run(60);
  assert.equal(first!.pc.agreed, 2);
});

test('candidates go through, and the last one, which is none', async () => {
  const pair = new Pair(1);
  for (const candidate of [{ toJSON: () => ({ candidate: 'a' }) }, null]) {
    const event = Object.assign(new Event('icecandidate'), { candidate });
    pair.ends[0]!.pc.dispatchEvent(event);
  }
  await pair.run(5);
  assert.equal(pair.ends[1]!.pc.candidates, 2);
});
