/** An application changes the parameters of its sender while others join. */

import { Frameseal } from 'frameseal';
import { send } from './connection.ts';
import { makeMedia, pause } from './media.ts';
import { introduce, secured } from './sessions.ts';

/** @param joins how many members come meanwhile; `null`: without Frameseal. Tells what was rejected. */
export async function change(count: number, joins: number | null): Promise<string[]> {
  const room = 'parameters';
  const alice = joins === null ? undefined : await new Frameseal({ room, member: 'alice' }).ready;
  const [, camera] = makeMedia();
  const [pc] = await send([camera], alice && [alice]);
  const [sender] = pc.getSenders() as [RTCRtpSender];

  const rejected: string[] = [];
  const joining = alice && joinAll(alice, room, joins ?? 0);
  for (let made = 0; made < count; made += 1) {
    const parameters = sender.getParameters();
    await pause(0);
    parameters.encodings[0]!.maxBitrate = 300_000 + made;
    await sender.setParameters(parameters).catch((error: unknown) => rejected.push(String(error)));
  }
  await joining;
  return rejected;
}

/** Members come one after the other, and each is secured. */
async function joinAll(alice: Frameseal, room: string, joins: number): Promise<void> {
  for (let number = 0; number < joins; number += 1) {
    const member = `member ${number}`;
    const guest = await new Frameseal({ room, member }).ready;
    const knowsAlice = secured(guest);
    introduce(alice, 'alice', guest, member);
    await knowsAlice;
    alice.memberLeft(member);
    guest.close();
  }
}
