/** The quick start, for two members on one page: the application that every bundler is given. */

import { Frameseal } from 'frameseal';

declare global {
  interface Window {
    /** How the call goes by now; there once the application has started. */
    look?: () => Promise<End[] | { failure: string }>;
  }
}

/** What one member has of the call. */
export interface End {
  /** Of the other member, that were decoded. */
  pictures: number;
  flows: Flow[];
}

/** Frames of one kind in one direction. */
export interface Flow {
  name: string;
  seen: number;
  passed: number;
  dropped: number;
  /** That nobody sealed, or that went past the worker. */
  clear: number;
}

/** Has Alice and Bob call each other. */
export function start(): void {
  const calling = call();
  window.look = () =>
    calling.then(
      (members) => Promise.all(members.map(see)),
      (error) => ({ failure: `${error.code}: ${error.message}` }),
    );
}

interface Member {
  frameseal: Frameseal;
  pc: RTCPeerConnection;
}

async function call(): Promise<Member[]> {
  const sockets = [new Socket('alice'), new Socket('bob')] as const;
  Socket.connect(...sockets);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const members = await Promise.all(sockets.map((socket) => join(socket.member, socket, secret)));
  const [alice, bob] = members.map(({ pc }) => pc) as [RTCPeerConnection, RTCPeerConnection];
  for (const pc of [alice, bob]) {
    pc.addEventListener('track', ({ track }) => play(track));
    for (const track of makeMedia()) pc.addTrack(track);
  }
  alice.onicecandidate = ({ candidate }) => void bob.addIceCandidate(candidate ?? undefined);
  bob.onicecandidate = ({ candidate }) => void alice.addIceCandidate(candidate ?? undefined);
  await alice.setLocalDescription();
  await bob.setRemoteDescription(alice.localDescription!);
  await bob.setLocalDescription();
  await alice.setRemoteDescription(bob.localDescription!);
  return members;
}

/** The code of the documentation. */
async function join(member: string, socket: Socket, secret: Uint8Array): Promise<Member> {
  const frameseal = new Frameseal({ room: 'standup', member, secret });
  frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    socket.send(JSON.stringify({ type: 'key', to, data: [...data] }));
  });
  socket.addEventListener('message', (event) => {
    const { type, from, data } = JSON.parse((event as MessageEvent<string>).data);
    if (type === 'joined') frameseal.memberJoined(from);
    if (type === 'left') frameseal.memberLeft(from);
    if (type === 'key') frameseal.receive(from, data);
  });

  await frameseal.ready;
  const pc = frameseal.connection();
  return { frameseal, pc };
}

async function see({ frameseal, pc }: Member): Promise<End> {
  let pictures = 0;
  for (const entry of (await pc.getStats()).values()) {
    if (entry.type === 'inbound-rtp') pictures += entry.framesDecoded ?? 0;
  }
  const { tracks } = await frameseal.stats();
  const flows = tracks.map(({ kind, direction, seen, passed, dropped, bypassed }) => ({
    name: `${kind} ${direction}`,
    seen,
    passed,
    dropped: Object.values(dropped).reduce((sum, count) => sum + count, 0),
    clear: dropped.notSealed + Number(bypassed),
  }));
  return { pictures, flows };
}

/** A WebSocket and the signalling server behind it, in one. */
class Socket extends EventTarget {
  readonly member: string;
  #other: Socket | undefined;

  constructor(member: string) {
    super();
    this.member = member;
  }

  static connect(one: Socket, other: Socket): void {
    one.#other = other;
    other.#other = one;
    for (const socket of [one, other]) socket.send(JSON.stringify({ type: 'joined' }));
  }

  send(message: string): void {
    const data = JSON.stringify({ ...JSON.parse(message), from: this.member });
    setTimeout(() => this.#other?.dispatchEvent(new MessageEvent('message', { data })));
  }
}

/** A tone, and a picture that always changes. */
function makeMedia(): MediaStreamTrack[] {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  let picture = 0;
  setInterval(() => {
    context.fillStyle = `hsl(${++picture * 7} 80% 50%)`;
    context.fillRect((picture * 7) % canvas.width, 0, 40, canvas.height);
  }, 40);
  const audio = new AudioContext();
  const destination = audio.createMediaStreamDestination();
  const tone = audio.createOscillator();
  tone.connect(destination);
  tone.start();
  return [...destination.stream.getTracks(), ...canvas.captureStream().getTracks()];
}

/** What nobody plays need not be decoded. */
function play(track: MediaStreamTrack): void {
  const player = document.createElement(track.kind as 'audio' | 'video');
  player.srcObject = new MediaStream([track]);
  document.body.append(player);
  void player.play();
}
