import { Frameseal } from 'frameseal';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { camera, member, room, secret, socket } from '../page.ts';
import { talk } from '../talk.ts';

// From the first turn on: nobody tells later who was there.
const others = new Set<string>();
socket.addEventListener('message', (event) => {
  const { type, from } = JSON.parse(event.data);
  if (type === 'joined') others.add(from);
  if (type === 'left') others.delete(from);
});
const mine = await camera();

/** A session for as long as the component is there; `undefined` until it is ready. */
function useFrameseal(): Frameseal | undefined {
  const [ready, setReady] = useState<Frameseal>();
  useEffect(() => {
    const frameseal = new Frameseal({ room, member, secret });
    frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
    frameseal.addEventListener('message', ({ detail: { to, data } }) => {
      socket.send(JSON.stringify({ type: 'key', to, data: [...data] }));
    });
    const hear = (event: MessageEvent<string>) => {
      const { type, from, data } = JSON.parse(event.data);
      if (type === 'joined') frameseal.memberJoined(from);
      if (type === 'left') frameseal.memberLeft(from);
      if (type === 'key') frameseal.receive(from, data);
    };
    socket.addEventListener('message', hear);
    for (const other of others) frameseal.memberJoined(other);
    frameseal.ready.then(setReady, (error) => console.warn(error.message));
    return () => {
      socket.removeEventListener('message', hear);
      frameseal.close();
      setReady(undefined);
    };
  }, []);
  return ready;
}

function Call() {
  const frameseal = useFrameseal();
  const [theirs, setTheirs] = useState<MediaStream>();
  useEffect(() => frameseal && talk(() => frameseal.connection(), mine, setTheirs), [frameseal]);
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
