import { Frameseal } from 'frameseal';
import Janus, { type JanusJS } from 'janus-gateway';
import adapter from 'webrtc-adapter';
import { camera, member, room, secret, server, show, socket } from '../page.ts';

const frameseal = new Frameseal({ room, member, secret });
frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
frameseal.addEventListener('message', ({ detail: { to, data } }) => {
  socket.send(JSON.stringify({ type: 'key', to, data: [...data] }));
});
socket.addEventListener('message', (event) => {
  const { type, from, data } = JSON.parse(event.data);
  if (type === 'joined') frameseal.memberJoined(from);
  if (type === 'left') frameseal.memberLeft(from);
  if (type === 'key') frameseal.receive(from, data);
});

await frameseal.ready;

const roomNumber = 1234;
const mine = await camera();
const dependencies = Janus.useDefaultDependencies({ adapter });
await new Promise<void>((callback) => Janus.init({ dependencies, callback }));
const janus = new Janus({ server, success: publish, error: console.warn });

async function publish(): Promise<void> {
  const handle = await attach({
    onmessage({ videoroom, publishers = [] }, jsep) {
      if (videoroom === 'joined') offer();
      if (jsep) handle.handleRemoteJsep({ jsep });
      for (const { id } of publishers) subscribe(id);
    },
  });
  const join = { request: 'join', ptype: 'publisher', room: roomNumber, display: member };
  const success = () => handle.send({ message: join });
  handle.send({ message: { request: 'create', room: roomNumber }, success });

  function offer(): void {
    const tracks = mine.getTracks().map((track): JanusJS.TrackOption => {
      return { type: track.kind as 'audio' | 'video', capture: track, recv: false };
    });
    handle.createOffer({
      tracks,
      externalEncryption: true,
      success(jsep) {
        frameseal.attach(handle.webrtcStuff.pc);
        handle.send({ message: { request: 'configure' }, jsep });
      },
    });
  }
}

async function subscribe(feed: number): Promise<void> {
  const theirs = new MediaStream();
  const handle = await attach({
    onmessage(_, jsep) {
      if (!jsep) return;
      handle.createAnswer({
        jsep,
        externalEncryption: true,
        success(jsep) {
          frameseal.attach(handle.webrtcStuff.pc);
          handle.send({ message: { request: 'start' }, jsep });
        },
      });
    },
    onremotetrack(track) {
      theirs.addTrack(track);
      show(theirs);
    },
  });
  const streams = [{ feed }];
  handle.send({ message: { request: 'join', ptype: 'subscriber', room: roomNumber, streams } });
}

function attach(callbacks: JanusJS.PluginCallbacks): Promise<JanusJS.PluginHandle> {
  const plugin = 'janus.plugin.videoroom';
  return new Promise((success) => janus.attach({ ...callbacks, plugin, success }));
}
