import { install } from 'frameseal/install.js'; // before everything else
import { Frameseal } from 'frameseal';
import { wsconnect } from '@nats-io/nats-core';
import { Receiver, Sender } from 'p2p';
import { camera, member, room, secret, server, show } from '../page.ts';
import { natsDriver } from './driver.ts';

const installation = install();
const mine = await camera();
const nats = await wsconnect({ servers: server });

const frameseal = new Frameseal({ room, member, secret });
frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
frameseal.addEventListener('message', ({ detail: { to, data } }) => {
  say({ type: 'key', to, data: [...data] });
});
nats.subscribe(`keys.${room}.*`, { callback: (_, message) => hear(message.subject, message.json()) });
say({ type: 'joined' });
addEventListener('pagehide', () => say({ type: 'left' }));

await frameseal.ready;
installation.claim(frameseal);

const driver = natsDriver(nats);
const receiver = new Receiver({ driver, iceServers: [] });
receiver.addEventListener('stream', ({ detail: { stream } }) => show(stream));
receiver.start({ room, credentials: member });

const verify = ({ credentials }: { credentials?: unknown }) => credentials !== member; // not oneself
const sender = new Sender({ driver, iceServers: [], verify });
sender.start({ room, stream: mine });

/** To a subject that nobody else may publish to, so that it tells who speaks. */
function say(message: Told): void {
  nats.publish(`keys.${room}.${member}`, JSON.stringify(message));
}

function hear(subject: string, { type, to, data }: Told): void {
  const from = subject.split('.')[2]!;
  if (from === member || (to ?? member) !== member) return;
  if (type === 'joined') frameseal.memberJoined(from);
  if (type === 'joined' && !to) say({ type: 'joined', to: from });
  if (type === 'left') frameseal.memberLeft(from);
  if (type === 'key') frameseal.receive(from, data!);
}

interface Told {
  type: 'key' | 'joined' | 'left';
  /** By default all others. */
  to?: string | null;
  data?: number[];
}
