import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conversation } from '../conversation.ts';
import type { Message } from '../messages.ts';
import { MarkedSealing } from './sealing.ts';

const chat: Message = { type: 'chat', id: 'a'.repeat(22), text: 'hello' };
const decline: Message = { type: 'decline', transfer: 'b'.repeat(22) };

/** One end, over a channel that keeps what it is given. */
function end(member: string, sealing?: MarkedSealing) {
  const sent: Uint8Array<ArrayBuffer>[] = [];
  const messages: Message[] = [];
  const dropped: string[] = [];
  const channel = {
    readyState: 'open',
    bufferedAmount: 0,
    onmessage: (_: { data: unknown }): void => {},
    send: (bytes: Uint8Array<ArrayBuffer>) => sent.push(bytes),
  };
  const handlers = {
    opened: () => {},
    message: (message: Message) => messages.push(message),
    dropped: (code: string) => dropped.push(code),
  };
  const dataChannel = channel as unknown as RTCDataChannel;
  const conversation = new Conversation(dataChannel, member, sealing, handlers);
  const hear = async (...all: Uint8Array<ArrayBuffer>[]): Promise<void> => {
    for (const bytes of all) channel.onmessage({ data: bytes.slice().buffer });
    await new Promise(setImmediate); // the stand-ins settle their promises before
  };
  return { conversation, hear, sent, messages, dropped };
}

test('messages arrive as they were sent, whatever their stream', async () => {
  for (const isSealed of [true, false]) {
    const alice = end('bob', isSealed ? new MarkedSealing('alice') : undefined);
    const bob = end('alice', isSealed ? new MarkedSealing('bob') : undefined);
    const all: Message[] = [chat, decline, chat];
    for (const message of all) await alice.conversation.send(message);
    await bob.hear(...alice.sent);
    assert.deepEqual(bob.messages, all);
    assert.deepEqual(bob.dropped, []);
  }
});

test('what another member sealed, or sealed for another stream, is dropped', async () => {
  const mallory = end('bob', new MarkedSealing('mallory'));
  await mallory.conversation.send(chat);
  const alice = end('bob', new MarkedSealing('alice'));
  await alice.conversation.send(chat);
  const [sealed] = alice.sent;
  const bob = end('alice', new MarkedSealing('bob'));
  await bob.hear(
    mallory.sent[0]!,
    sealed!.with(0, 2),
    sealed!.with(0, 0), // the signalling's
    sealed!.subarray(1),
    new Uint8Array(),
  );
  assert.deepEqual(bob.messages, []);
  const [malformed, source] = ['malformed', 'wrong-source'];
  assert.deepEqual(bob.dropped.sort(), [malformed, malformed, malformed, source, source]);
});
