import { Frameseal } from 'frameseal';
import { camera, member, room, secret, show, socket } from '../page.ts';
import { talk } from '../talk.ts';

const frameseal = new Frameseal({ room, member, keys: 'manual' });
frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));

// A key of our own, with an ID that nobody else's has.
const baseKey = crypto.getRandomValues(new Uint8Array(32));
const keyId = crypto.getRandomValues(new Uint16Array(1))[0]!;
const isSet = frameseal.setSendKey({ keyId, baseKey });

socket.addEventListener('message', async (event) => {
  const { type, from, ...told } = JSON.parse(event.data);
  if (type === 'joined') {
    const wrapped = await wrap(baseKey);
    socket.send(JSON.stringify({ type: 'key', to: from, keyId, wrapped }));
  }
  if (type === 'key') {
    const baseKey = await unwrap(told.wrapped);
    await frameseal.addReceiveKey({ keyId: told.keyId, baseKey, member: from });
  }
});

await isSet;
talk(() => frameseal.connection(), await camera(), show);

// Stands for the key management that you have: what it needs is a way past the server.
async function wrap(key: Uint8Array<ArrayBuffer>): Promise<number[]> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await shared(), key);
  return [...iv, ...new Uint8Array(sealed)];
}

async function unwrap(bytes: number[]): Promise<ArrayBuffer> {
  const [iv, sealed] = [Uint8Array.from(bytes.slice(0, 12)), Uint8Array.from(bytes.slice(12))];
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await shared(), sealed);
}

function shared(): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
