import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomId } from '../base64.ts';
import { decode, encode, MAX_CHAT_LENGTH, type Message } from '../messages.ts';

const id = randomId();
const sha256 = 'ab'.repeat(32);

const messages: Message[] = [
  { type: 'status', sending: { microphone: true, camera: false, screen: true } },
  { type: 'chat', id, text: 'grüß dich' },
  { type: 'heard', id },
  { type: 'offer', transfer: id, name: 'a.txt', size: 0, sha256 },
  { type: 'accept', transfer: id, from: 16384 },
  { type: 'decline', transfer: id },
  { type: 'acknowledge', transfer: id, received: 2 ** 40 },
  { type: 'done', transfer: id },
  { type: 'fail', transfer: id, reason: 'why' },
  { type: 'piece', transfer: id, offset: 2 ** 40, data: new Uint8Array([1, 2, 3]) },
];

for (const message of messages) {
  test(`${message.type} is read as it was written`, () => {
    assert.deepEqual(decode(encode(message)), message);
  });
}

test('what is no message is not taken', () => {
  const json = (value: unknown) => encode(value as Message);
  const rejected = [
    new Uint8Array(),
    new Uint8Array([2, 1]),
    new Uint8Array([0, 0x7b]),
    encode(messages.at(-1)!).subarray(0, 30),
    new TextEncoder().encode('\0null'),
    json({ type: 'dance' }),
    json({ type: 'status' }),
    json({ type: 'chat', id, text: '' }),
    json({ type: 'chat', id, text: 'a'.repeat(MAX_CHAT_LENGTH + 1) }),
    json({ type: 'chat', id: '../..', text: 'a' }),
    json({ type: 'offer', transfer: id, name: 'a\nb', size: 1, sha256 }),
    json({ type: 'offer', transfer: id, name: 'a', size: -1, sha256 }),
    json({ type: 'offer', transfer: id, name: 'a', size: 1.5, sha256 }),
    json({ type: 'offer', transfer: id, name: 'a', size: 1, sha256: 'AB' }),
    json({ type: 'accept', transfer: id, from: '0' }),
    json({ type: 'fail', transfer: id, reason: {} }),
  ];
  for (const bytes of rejected) assert.equal(decode(bytes), undefined);
});

test('what is invisible in a text of another member is written out', () => {
  const name = 'invoice\u202egpj.exe';
  const offer = decode(encode({ type: 'offer', transfer: id, name, size: 1, sha256 }));
  assert.equal(offer?.type === 'offer' && offer.name, 'invoice[U+202E]gpj.exe');
  const chat = decode(encode({ type: 'chat', id, text: 'a\u202eb\nc' }));
  assert.equal(chat?.type === 'chat' && chat.text, 'a[U+202E]b\nc');
  const fail = decode(encode({ type: 'fail', transfer: id, reason: 'a\u2066b' }));
  assert.equal(fail?.type === 'fail' && fail.reason, 'a[U+2066]b');
});

test('what else a message brings along is not passed on', () => {
  const bytes = encode({ type: 'heard', id, __proto__: null, extra: 1 } as unknown as Message);
  assert.deepEqual(decode(bytes), { type: 'heard', id });
});
