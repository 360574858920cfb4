import Janus, { type JanusJS } from 'janus-gateway';
import adapter from 'webrtc-adapter';
import { camera, member, server, show } from '../page.ts';

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
      success(jsep) {
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
        success(jsep) {
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
