import Janus, { type JanusJS } from 'janus-gateway';
import adapter from 'webrtc-adapter';
import { camera, member, server, show } from '../page.ts';

const plugin = 'janus.plugin.videoroom';
const roomNumber = 1234;
const mine = await camera();
const dependencies = Janus.useDefaultDependencies({ adapter });
await new Promise<void>((callback) => Janus.init({ dependencies, callback }));
const janus = new Janus({ server, success: publish, error: console.warn });

function publish(): void {
  let handle: JanusJS.PluginHandle;
  janus.attach({
    plugin,
    success(attached) {
      handle = attached;
      const join = { request: 'join', ptype: 'publisher', room: roomNumber, display: member };
      handle.send({
        message: { request: 'create', room: roomNumber },
        success: () => handle.send({ message: join }),
      });
    },
    onmessage({ videoroom, publishers = [] }, jsep) {
      if (videoroom === 'joined') offer(handle);
      if (jsep) handle.handleRemoteJsep({ jsep });
      for (const { id } of publishers) subscribe(id);
    },
  });
}

function offer(handle: JanusJS.PluginHandle): void {
  const tracks = mine.getTracks().map((track) => ({
    type: track.kind as 'audio' | 'video',
    capture: track,
    recv: false,
  }));
  handle.createOffer({
    tracks,
    success(jsep) {
      handle.send({ message: { request: 'configure' }, jsep });
    },
  });
}

function subscribe(feed: number): void {
  let handle: JanusJS.PluginHandle;
  const theirs = new MediaStream();
  janus.attach({
    plugin,
    success(attached) {
      handle = attached;
      const join = { request: 'join', ptype: 'subscriber', room: roomNumber, streams: [{ feed }] };
      handle.send({ message: join });
    },
    onmessage(_, jsep) {
      if (!jsep) return;
      handle.createAnswer({
        jsep,
        success(jsep) {
          handle.send({ message: { request: 'start' }, jsep });
        },
      });
    },
    onremotetrack(track, _mid, isOn) {
      if (isOn) theirs.addTrack(track);
      show(theirs);
    },
  });
}
