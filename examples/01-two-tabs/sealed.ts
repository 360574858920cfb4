import { Frameseal } from 'frameseal';
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
const pc = frameseal.connection(); // an RTCPeerConnection that cannot send in the clear

pc.addEventListener('track', ({ streams: [stream] }) => stream && show(stream));
pc.addEventListener('icecandidate', ({ candidate }) => send({ type: 'candidate', candidate }));
socket.addEventListener('message', async (event) => {
  const { type, description, candidate } = JSON.parse(event.data);
  if (type === 'hello') await describe();
  if (type === 'candidate') await pc.addIceCandidate(candidate);
  if (type === 'description') await pc.setRemoteDescription(description);
  if (description?.type === 'offer') await describe();
});

const stream = await camera();
for (const track of stream.getTracks()) pc.addTrack(track, stream);
send({ type: 'hello' });

async function describe(): Promise<void> {
  await pc.setLocalDescription();
  send({ type: 'description', description: pc.localDescription });
}

function send(message: object): void {
  socket.send(JSON.stringify(message));
}
