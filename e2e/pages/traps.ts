/** What applications and libraries do to connections, as they may. */

import { Frameseal, type FramesealOptions } from 'frameseal';
import { install } from 'frameseal/install.js';
import { pause } from './media.ts';

/** The browser's own, as a library keeps it that was imported first. */
const Kept = RTCPeerConnection;

/** `closed`, `open`, `unknown` to the browser, or the code of the error. */
export type Verdict = string;

/** TURN credentials are refreshed. */
export async function refresh(): Promise<{ verdict: Verdict; username: string | undefined }> {
  const frameseal = await open();
  const pc = frameseal.connection({ iceServers: [turn('yesterday')] });
  pc.setConfiguration({ iceServers: [turn('today')] });
  const { iceServers } = pc.getConfiguration();
  return { verdict: verdictOf(pc), username: iceServers?.[0]?.username };
}

/** The configuration inherits what keeps addresses secret. */
export async function inherit(): Promise<{ verdict: Verdict; policy: string | undefined }> {
  const frameseal = await open();
  const defaults: RTCConfiguration = { iceTransportPolicy: 'relay' };
  const pc = frameseal.connection(Object.create(defaults, { iceServers: { value: [] } }));
  return { verdict: verdictOf(pc), policy: pc.getConfiguration().iceTransportPolicy };
}

/** Connections of every constructor that there is, while `install()` is there. */
export async function construct(): Promise<Record<string, Verdict>> {
  const installation = install();
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const realm = frame.contentWindow as Window & typeof globalThis;
  installation.cover(realm);
  class Subclass extends RTCPeerConnection {
    readonly name = 'mine';
  }
  const frameseal = await open();
  installation.claim(frameseal);

  const verdicts: Record<string, Verdict> = {};
  const constructors: Record<string, typeof RTCPeerConnection | undefined> = {
    plain: RTCPeerConnection,
    subclass: Subclass,
    prefixed: Reflect.get(window, 'webkitRTCPeerConnection'),
    'by the prototype': RTCPeerConnection.prototype.constructor as typeof RTCPeerConnection,
    'of a frame': realm.RTCPeerConnection,
    kept: Kept,
  };
  for (const [name, Constructor] of Object.entries(constructors)) {
    if (Constructor) verdicts[name] = sends(new Constructor({ iceServers: [] }));
  }
  const mine = new Subclass();
  verdicts['is still what it is'] = String(mine.name === 'mine' && mine instanceof RTCPeerConnection);
  installation.undo();
  verdicts['after undo()'] = verdictOf(new RTCPeerConnection());
  return verdicts;
}

/** The application has ended the worker that it gave. */
export async function terminate(): Promise<Verdict> {
  const worker = new Worker('/frameseal/frameseal.worker.js', { type: 'module' });
  const frameseal = await open({ worker });
  worker.terminate();
  return sends(frameseal.connection());
}

/** Two sessions in a page that has `install()`, where the first wants everything. */
export async function share(): Promise<Record<string, Verdict>> {
  const names: RTCPeerConnection[] = [];
  const installation = install({
    unclaimed: (pc) => names.push(pc),
    exempt: (given) => given?.iceCandidatePoolSize === 1,
  });
  const exempt = new RTCPeerConnection({ iceCandidatePoolSize: 1 });
  const waiting = new RTCPeerConnection();
  const closing = new RTCPeerConnection();
  closing.close();
  const second = await open();
  const attached = new RTCPeerConnection();
  second.attach(attached);
  const made = second.connection();
  await pause(2200);
  const unclaimed = names.length === 1 && names[0] === waiting;
  const first = begin();
  installation.claim(first); // before it is ready
  await first.ready;
  return {
    exempt: sends(exempt),
    'waits, and is told': String(unclaimed),
    'claimed later': sends(waiting),
    'attached by hand': sends(attached),
    'made by a session': sends(made),
    'made by a session while another claims all': sends(second.connection()),
  };
}

/** Whether a track that is added to this connection is protected. */
function sends(pc: RTCPeerConnection): Verdict {
  try {
    const { sender } = pc.addTransceiver('audio');
    const isSealed = sender.transform !== null;
    pc.close();
    return isSealed ? 'sealed' : 'open';
  } catch (error) {
    const isStopped = pc.getTransceivers().every(({ direction }) => direction === 'stopped');
    return `${(error as { code?: string }).code}, ${isStopped ? 'stopped' : 'open'}`;
  }
}

function verdictOf(pc: RTCPeerConnection): Verdict {
  const option: unknown = Reflect.get(pc.getConfiguration(), 'encodedInsertableStreams');
  return option === undefined ? 'unknown' : option ? 'closed' : 'open';
}

function open(options?: Partial<FramesealOptions>): Promise<Frameseal> {
  return begin(options).ready;
}

function begin(options: Partial<FramesealOptions> = {}): Frameseal {
  return new Frameseal({ room: 'traps', member: 'alice', keys: 'manual', ...options });
}

function turn(username: string): RTCIceServer {
  return { urls: 'turn:127.0.0.1:3478', username, credential: 'secret' };
}
