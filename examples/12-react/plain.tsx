import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { camera, socket } from '../page.ts';
import { talk } from '../talk.ts';

// From the first turn on: nobody tells later who was there.
const others = new Set<string>();
socket.addEventListener('message', (event) => {
  const { type, from } = JSON.parse(event.data);
  if (type === 'joined') others.add(from);
  if (type === 'left') others.delete(from);
});
const mine = await camera();

function Call() {
  const [theirs, setTheirs] = useState<MediaStream>();
  useEffect(() => talk(() => new RTCPeerConnection(), mine, setTheirs), []);
  if (!theirs) return <p>Waiting for somebody …</p>;
  return <video autoPlay ref={(video) => void (video && (video.srcObject = theirs))} />;
}

function App() {
  const [isThere, setThere] = useState(true);
  return (
    <>
      <button onClick={() => setThere(!isThere)}>{isThere ? 'Leave' : 'Join'}</button>
      {isThere && <Call />}
    </>
  );
}

const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
