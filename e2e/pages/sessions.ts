/** Two members in one page, for what depends on one clock. */

import { Frameseal } from 'frameseal';

/** Alice and Bob, who know each other's key. */
export async function withManualKeys(room: string): Promise<[Frameseal, Frameseal]> {
  const open = (member: string) => Frameseal.create({ room, member, keys: 'manual' });
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
): Promise<[Frameseal, Frameseal]> {
  const open = (member: string) => Frameseal.create({ room, member });
  const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
  for (const [from, name, to] of [
    [alice, 'alice', bob],
    [bob, 'bob', alice],
  ] as const) {
    from.addEventListener('message', ({ detail: { data } }) => {
      setTimeout(() => to.receive(name, data), delayMs);
    });
    to.memberJoined(name);
  }
  return [alice, bob];
}
