import { Frameseal } from 'frameseal';
import SimplePeer from 'simple-peer';
import { camera, member, room, secret, show, socket } from '../page.ts';

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

const sealed = new Proxy(RTCPeerConnection, {
  construct: (_, [configuration]) => frameseal.connection(configuration),
});
const wrtc = { RTCPeerConnection: sealed, RTCSessionDescription, RTCIceCandidate };

const stream = await camera();
let peer: SimplePeer.Instance | undefined;

socket.addEventListener('message', (event) => {
  const { type, signal } = JSON.parse(event.data);
  if (type === 'hello') peer = talk(true);
  if (type === 'signal') (peer ??= talk(false)).signal(signal);
});
socket.send(JSON.stringify({ type: 'hello' }));

function talk(initiator: boolean): SimplePeer.Instance {
  const peer = new SimplePeer({ initiator, stream, wrtc });
  peer.on('signal', (signal) => socket.send(JSON.stringify({ type: 'signal', signal })));
  peer.on('stream', (theirs) => show(theirs));
  return peer;
}
