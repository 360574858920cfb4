import { Frameseal } from 'frameseal';
import { Peer, type MediaConnection } from 'peerjs';
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

const stream = await camera();
const { hostname, port, pathname } = new URL(server);
const peer = new Peer(member, {
  host: hostname,
  port: Number(port),
  path: pathname,
  config: { iceServers: [], encodedInsertableStreams: true },
});

peer.on('call', (call) => {
  call.answer(stream);
  talk(call);
});
peer.on('open', () => socket.send(JSON.stringify({ type: 'hello' })));
socket.addEventListener('message', (event) => {
  const { type, from } = JSON.parse(event.data);
  if (type === 'hello') talk(peer.call(from, stream));
});

function talk(call: MediaConnection): void {
  frameseal.attach(call.peerConnection);
  call.on('stream', (theirs) => show(theirs));
}
