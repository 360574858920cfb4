import SimplePeer from 'simple-peer';
import { camera, show, socket } from '../page.ts';

const stream = await camera();
let peer: SimplePeer.Instance | undefined;

socket.addEventListener('message', (event) => {
  const { type, signal } = JSON.parse(event.data);
  if (type === 'hello') peer = talk(true);
  if (type === 'signal') (peer ??= talk(false)).signal(signal);
});
socket.send(JSON.stringify({ type: 'hello' }));

function talk(initiator: boolean): SimplePeer.Instance {
  const peer = new SimplePeer({ initiator, stream });
  peer.on('signal', (signal) => socket.send(JSON.stringify({ type: 'signal', signal })));
  peer.on('stream', (theirs) => show(theirs));
  return peer;
}
