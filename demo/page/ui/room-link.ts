import { fromBase64Url, randomId, toBase64Url } from '../call/base64.ts';

/**
 * What a link says of a room.
 *
 * Whether it is sealed, and with which secret, is behind the `#`, which browsers send to no server:
 * so no server can read the secret or turn sealing off.
 */
export interface RoomLink {
  readonly room: string;
  readonly isSealed: boolean;
  /** 32 random bytes; without them, only safety numbers keep the server from posing as somebody. */
  readonly secret?: Uint8Array;
}

/** Makes up a room that nobody can guess. */
export function newRoom(isSealed: boolean): RoomLink {
  const room = randomId();
  if (!isSealed) return { room, isSealed };
  return { room, isSealed, secret: crypto.getRandomValues(new Uint8Array(SECRET_BYTES)) };
}

/**
 * Reads a link; `undefined` if it leads to no room.
 *
 * @throws Error if the link was damaged: what is behind the `#` must never be guessed.
 */
export function parseRoomLink({ href, pathname, hash }: URL | Location): RoomLink | undefined {
  const room = /^\/r\/([\w-]{1,64})$/.exec(pathname)?.[1];
  if (room === undefined) return undefined;
  if (hash === '' && !href.endsWith('#')) return { room, isSealed: true };
  if (hash === OPEN) return { room, isSealed: false };
  const secret = hash.startsWith(SECRET) ? fromBase64Url(hash.slice(SECRET.length)) : undefined;
  if (secret?.length !== SECRET_BYTES) {
    throw new Error('This link was damaged on its way. Ask for it again, and copy all of it.');
  }
  return { room, isSealed: true, secret };
}

/** Path and fragment of a link. */
export function formatRoomLink({ room, isSealed, secret }: RoomLink): string {
  if (!isSealed) return `/r/${room}${OPEN}`;
  return secret ? `/r/${room}${SECRET}${toBase64Url(secret)}` : `/r/${room}`;
}

const OPEN = '#open';
const SECRET = '#k=';
const SECRET_BYTES = 32;
