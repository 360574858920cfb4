import { Frameseal, type MemberClaim } from 'frameseal';
import { camera, member, room, server, show, socket } from '../page.ts';
import { talk } from '../talk.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const serversKey = fetch(`${server}key`)
  .then((response) => response.json())
  .then((key) => crypto.subtle.importKey('jwk', key, ECDSA, false, ['verify']));

async function credential(fingerprint: string): Promise<Uint8Array> {
  const url = `${server}credential?${new URLSearchParams({ room, member })}`;
  const response = await fetch(url, { method: 'POST', body: fingerprint });
  if (!response.ok) throw new Error('the server does not vouch for us');
  return new Uint8Array(await response.arrayBuffer());
}

async function acceptMember({ id, fingerprint, credential }: MemberClaim): Promise<boolean> {
  const statement = new TextEncoder().encode(JSON.stringify([room, id, fingerprint]));
  return crypto.subtle.verify(ECDSA, await serversKey, credential.slice(), statement);
}

const frameseal = new Frameseal({ room, member, credential, acceptMember });
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
talk(() => frameseal.connection(), await camera(), show);
