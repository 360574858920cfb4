import { camera, show, socket } from '../page.ts';

const pc = new RTCPeerConnection();

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
