import { Peer, type MediaConnection } from 'peerjs';
import { camera, member, server, show, socket } from '../page.ts';

const stream = await camera();
const { hostname, port, pathname } = new URL(server);
const peer = new Peer(member, {
  host: hostname,
  port: Number(port),
  path: pathname,
  config: { iceServers: [] },
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
  call.on('stream', (theirs) => show(theirs));
}
