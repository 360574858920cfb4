/** Two members in one page, for what depends on one clock. */

import { Frameseal, type FramesealOptions } from 'frameseal';

/** Alice and Bob, who know each other's key. */
export async function withManualKeys(room: string): Promise<[Frameseal, Frameseal]> {
  const open = (member: string) =>
    Frameseal.create({ room, member, keys: 'manual', telephoneEvents: 'allow' });
  const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
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
export async function withKeyExchange(
  room: string,
  delayMs: number,
  options: Partial<FramesealOptions> = {},
): Promise<[Frameseal, Frameseal]> {
  const open = (member: string) => Frameseal.create({ room, member, ...options });
  const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
  for (const [from, name, to] of [
    [alice, 'alice', bob],
    [bob, 'bob', alice],
  ] as const) {
    from.addEventListener('message', ({ detail: { data } }) => {
      setTimeout(() => deliver(to, name, data), delayMs);
    });
    to.memberJoined(name);
  }
  return [alice, bob];
}

/** The same, once each is secured for the other: what nobody sealed waits for no key then. */
export async function withSecuredKeys(
  room: string,
  options?: Partial<FramesealOptions>,
): Promise<[Frameseal, Frameseal]> {
  const sessions = await withKeyExchange(room, 0, options);
  const secured = sessions.map(
    (session) =>
      new Promise<void>((resolve) => {
        session.addEventListener('member', ({ detail }) => {
          if (detail.state === 'secured') resolve();
        });
      }),
  );
  await Promise.all(secured);
  return sessions;
}

function deliver(to: Frameseal, from: string, data: Uint8Array): void {
  try {
    to.receive(from, data);
  } catch {
    // It is closed.
  }
}
