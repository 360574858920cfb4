import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chat } from '../chat.ts';
import { MAX_CHAT_LENGTH, type Message } from '../messages.ts';

type ChatWord = Message & { type: 'chat' | 'heard' };

/** Alice, who is connected to Bob while `isConnected`, and Bob. */
function pair() {
  const state = { isConnected: true };
  const alice: Chat = new Chat('alice', (_member, message) => {
    if (state.isConnected) bob.receive('alice', 'Alice', message as ChatWord);
  });
  const bob: Chat = new Chat('bob', (_member, message) => {
    if (state.isConnected) alice.receive('bob', 'Bob', message as ChatWord);
  });
  alice.join('bob');
  bob.join('alice');
  return { alice, bob, state };
}

const texts = (chat: Chat) => chat.log.value.map(({ from, text }) => `${from}: ${text}`);

test('both show what is said, once', () => {
  const { alice, bob } = pair();
  alice.say('Alice', ' hello ');
  alice.say('Alice', '   ');
  bob.say('Bob', 'hi');
  alice.connected('bob');
  assert.deepEqual(texts(alice), ['alice: hello', 'bob: hi']);
  assert.deepEqual(texts(bob), ['alice: hello', 'bob: hi']);
});

test('what was said while the connection was away is said over the next', () => {
  const { alice, bob, state } = pair();
  state.isConnected = false;
  alice.say('Alice', 'one');
  alice.say('Alice', 'two');
  assert.deepEqual(texts(bob), []);
  state.isConnected = true;
  alice.connected('bob');
  alice.connected('bob');
  assert.deepEqual(texts(bob), ['alice: one', 'alice: two']);
});

test('whoever says no end of things, only so much is kept', () => {
  const { bob } = pair();
  for (let said = 0; said < 1500; said += 1) {
    bob.receive('alice', 'Alice', { type: 'chat', id: `${said}`, text: `${said}` });
    bob.receive('alice', 'Alice', { type: 'chat', id: `${said}`, text: 'again' });
  }
  assert.deepEqual([texts(bob).length, texts(bob).at(-1)], [1000, 'alice: 1499']);
});

test('who joins later does not get what was said before', () => {
  const sent: string[] = [];
  const chat = new Chat('alice', (member) => sent.push(member));
  chat.say('Alice', 'early');
  chat.join('bob');
  chat.connected('bob');
  assert.deepEqual(sent, []);
});

test('too long a text is refused, with what to do', () => {
  const { alice } = pair();
  assert.throws(() => alice.say('Alice', 'a'.repeat(MAX_CHAT_LENGTH + 1)), /as a file/);
  assert.deepEqual(texts(alice), []);
});
