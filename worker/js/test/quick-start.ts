import { Frameseal } from '../src/client/index.js';

/** The code of the documentation, word for word. */
export async function quickStart(socket: WebSocket, secret: Uint8Array): Promise<Call> {
  // begin
  const frameseal = new Frameseal({ room: 'standup', member: 'alice', secret });
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
  // end
  return { frameseal, pc };
}

interface Call {
  frameseal: Frameseal;
  pc: RTCPeerConnection;
}
