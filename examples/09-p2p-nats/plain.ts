import { wsconnect } from '@nats-io/nats-core';
import { Receiver, Sender } from 'p2p';
import { camera, member, room, server, show } from '../page.ts';
import { natsDriver } from './driver.ts';

const mine = await camera();
const nats = await wsconnect({ servers: server });

const driver = natsDriver(nats);
const receiver = new Receiver({ driver, iceServers: [] });
receiver.addEventListener('stream', ({ detail: { stream } }) => show(stream));
receiver.start({ room, credentials: member });

const verify = ({ credentials }: { credentials?: unknown }) => credentials !== member; // not oneself
const sender = new Sender({ driver, iceServers: [], verify });
sender.start({ room, stream: mine });
