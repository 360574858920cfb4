import { Frameseal } from 'frameseal';
import { camera, member, room, show, socket } from '../page.ts';
import { talk } from '../talk.ts';

const frameseal = new Frameseal({ room, member });
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

const label = document.body.appendChild(document.createElement('output'));
frameseal.addEventListener('member', async ({ detail: { id, state } }) => {
  label.textContent = state === 'secured' ? await frameseal.safetyNumber(id) : '';
});

await frameseal.ready;
talk(() => frameseal.connection(), await camera(), show);
