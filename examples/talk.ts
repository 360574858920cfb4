import { socket } from './page.ts';

/**
 * The call that an application has: one connection to whoever else is there, and another when that one comes
 * again. Returns what ends it.
 */
export function talk(
  connect: () => RTCPeerConnection,
  mine: MediaStream,
  show: (theirs: MediaStream) => void,
): () => void {
  let pc: RTCPeerConnection | undefined;

  function begin(): RTCPeerConnection {
    pc?.close();
    pc = connect();
    pc.ontrack = ({ streams: [stream] }) => stream && show(stream);
    pc.onicecandidate = ({ candidate }) => send({ type: 'candidate', candidate });
    for (const track of mine.getTracks()) pc.addTrack(track, mine);
    return pc;
  }

  async function hear(event: MessageEvent<string>): Promise<void> {
    const { type, description, candidate } = JSON.parse(event.data);
    if (type === 'hello') await describe(begin());
    if (type === 'candidate') await pc?.addIceCandidate(candidate);
    if (type === 'answer') await pc?.setRemoteDescription(description);
    if (type !== 'offer') return;
    const answering = begin();
    await answering.setRemoteDescription(description);
    await describe(answering);
  }

  socket.addEventListener('message', hear);
  // Not in this turn: React's Strict Mode mounts twice in one.
  const greeting = setTimeout(() => send({ type: 'hello' }));
  return () => {
    clearTimeout(greeting);
    socket.removeEventListener('message', hear);
    pc?.close();
  };
}

async function describe(pc: RTCPeerConnection): Promise<void> {
  await pc.setLocalDescription();
  send({ type: pc.localDescription?.type, description: pc.localDescription });
}

function send(message: object): void {
  socket.send(JSON.stringify(message));
}
