import { Frameseal } from '../src/client/index.js';

/** The code of the documentation, word for word. */
export async function quickStart(socket: WebSocket, secret: Uint8Array): Promise<Frameseal> {
  // begin
  const frameseal = await Frameseal.create({ room: 'standup', member: 'alice', secret });
  frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));

  const pc = new RTCPeerConnection();
  frameseal.attach(pc); // right after it was made; all its tracks, now and later

  frameseal.addEventListener('message', ({ detail: { to, data } }) => {
    socket.send(JSON.stringify({ type: 'key', to, data: [...data] }));
  });
  socket.addEventListener('message', (event) => {
    const { type, from, data } = JSON.parse(event.data);
    if (type === 'joined') frameseal.memberJoined(from);
    if (type === 'left') frameseal.memberLeft(from);
    if (type === 'key') frameseal.receive(from, Uint8Array.from(data));
  });
  // end
  return frameseal;
}
