/** Members in one page, for what depends on one clock. */

import { Frameseal, type FramesealOptions } from 'frameseal';

type Pair = [alice: Frameseal, bob: Frameseal];
type Options = Partial<FramesealOptions>;

/** Alice and Bob, who know each other's key. */
export async function withManualKeys(room: string, ofBob: Options = {}): Promise<Pair> {
  const [alice, bob] = await open(room, { keys: 'manual', telephoneEvents: 'allow' }, ofBob);
  for (const [keyId, member, sender, receiver] of [
    [1, 'alice', alice, bob],
    [2, 'bob', bob, alice],
  ] as const) {
    const baseKey = crypto.getRandomValues(new Uint8Array(32));
    await receiver.addReceiveKey({ keyId, baseKey: baseKey.slice(), member });
    await sender.setSendKey({ keyId, baseKey });
  }
  return [alice, bob];
}

/** Alice and Bob, who have just met, and whose messages take so long. */
export async function withKeyExchange(room: string, delayMs = 0, options?: Options): Promise<Pair> {
  const [alice, bob] = await open(room, options);
  introduce(alice, 'alice', bob, 'bob', delayMs);
  return [alice, bob];
}

/** The same, once each is secured for the other: what nobody sealed waits for no key then. */
export async function withSecuredKeys(room: string, options?: Options): Promise<Pair> {
  const [alice, bob] = await open(room, options);
  const both = [secured(alice), secured(bob)];
  introduce(alice, 'alice', bob, 'bob');
  await Promise.all(both);
  return [alice, bob];
}

/** Has two meet and exchange keys. */
export function introduce(
  one: Frameseal,
  name: string,
  other: Frameseal,
  otherName: string,
  delayMs = 0,
): void {
  for (const [from, sender, to, receiver] of [
    [one, name, other, otherName],
    [other, otherName, one, name],
  ] as const) {
    from.addEventListener('message', ({ detail }) => {
      if (detail.to !== null && detail.to !== receiver) return;
      setTimeout(() => deliver(to, sender, detail.data), delayMs);
    });
    to.memberJoined(sender);
  }
}

/** Resolves when a member has secured another. */
export function secured(session: Frameseal): Promise<void> {
  return new Promise((resolve) => {
    session.addEventListener('member', ({ detail }) => {
      if (detail.state === 'secured') resolve();
    });
  });
}

function open(room: string, options?: Options, ofBob?: Options): Promise<Pair> {
  return Promise.all([
    new Frameseal({ room, member: 'alice', ...options }).ready,
    new Frameseal({ room, member: 'bob', ...options, ...ofBob }).ready,
  ]);
}

function deliver(to: Frameseal, from: string, data: Uint8Array): void {
  try {
    to.receive(from, data);
  } catch {
    // It is closed.
  }
}
