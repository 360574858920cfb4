import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRoomLink, newRoom, parseRoomLink, type RoomLink } from '../room-link.ts';

const parse = (link: string): RoomLink | undefined =>
  parseRoomLink(new URL(link, 'https://calls.example'));

test('a link leads to the room that it was made for', () => {
  for (const isSealed of [true, false]) {
    const room = newRoom(isSealed);
    assert.match(room.room, /^[\w-]{22}$/);
    assert.equal(room.secret?.length, isSealed ? 32 : undefined);
    assert.deepEqual(parse(formatRoomLink(room)), room);
  }
});

test('no two rooms have a name or a secret in common', () => {
  const [one, other] = [newRoom(true), newRoom(true)];
  assert.notEqual(one.room, other.room);
  assert.notDeepEqual(one.secret, other.secret);
});

test('the path says nothing of the secret, nor of whether there is one', () => {
  const room = newRoom(true);
  const path = `/r/${room.room}`;
  assert.equal(formatRoomLink(room).split('#')[0], path);
  assert.equal(formatRoomLink({ room: room.room, isSealed: false }).split('#')[0], path);
  assert.equal(formatRoomLink({ room: room.room, isSealed: true }), path);
});

test('a link without a fragment is sealed, and has no secret', () => {
  assert.deepEqual(parse('/r/standup'), { room: 'standup', isSealed: true });
});

test('only the fragment turns sealing off', () => {
  assert.deepEqual(parse('/r/standup#open'), { room: 'standup', isSealed: false });
  assert.equal(parse('/r/standup?open')?.isSealed, true);
});

test('a damaged link is refused, not taken for one without a secret', () => {
  const link = formatRoomLink(newRoom(true));
  for (const damaged of [
    link.slice(0, -1),
    link.slice(0, link.indexOf('#') + 1),
    link.slice(0, link.indexOf('#') + 3),
    `${link}A`,
    `${link.slice(0, -1)}=`,
    link.replace('#k=', '#'),
    '/r/standup#OPEN',
    '/r/standup#open&',
  ]) {
    assert.throws(() => parse(damaged), /damaged on its way/, damaged);
  }
});

test('other pages are no rooms', () => {
  for (const path of ['/', '/r/', '/r/a/b', '/inspect/', `/r/${'a'.repeat(65)}`, '/r/a%20b']) {
    assert.equal(parse(path), undefined, path);
  }
});
