/** What members say to each other over their connection, before it is sealed. */

import type { Sending } from './model.ts';
import { visibleName, visibleText } from './visible.ts';

export type Message =
  /** What the sender lets the other hear and see, from now on. */
  | { type: 'status'; sending: Sending }
  /** Something said to all. Answered by `heard`; else it is said again over the next connection. */
  | { type: 'chat'; id: string; text: string }
  | { type: 'heard'; id: string }
  /** A file that the sender would like to give, with the SHA-256 of its content in hexadecimal. */
  | { type: 'offer'; transfer: string; name: string; size: number; sha256: string }
  /** The receiver wants what comes after the first `from` bytes: at first 0, after a break more. */
  | { type: 'accept'; transfer: string; from: number }
  | { type: 'decline'; transfer: string }
  /** The receiver has the first `received` bytes. */
  | { type: 'acknowledge'; transfer: string; received: number }
  /** The receiver has all, and it is what was offered. */
  | { type: 'done'; transfer: string }
  /** Either end gives up. */
  | { type: 'fail'; transfer: string; reason: string }
  /** A piece of a file, from `offset` on. */
  | { type: 'piece'; transfer: string; offset: number; data: Uint8Array };

/**
 * Writes a message.
 *
 * ```text
 * 0 || JSON in UTF-8
 * 1 || transfer (22 ASCII characters) || offset (8 bytes, big-endian) || piece
 * ```
 */
export function encode(message: Message): Uint8Array {
  if (message.type !== 'piece') {
    const json = new TextEncoder().encode(JSON.stringify(message));
    return concat(new Uint8Array([JSON_MESSAGE]), json);
  }
  const head = new Uint8Array(PIECE_HEAD);
  head[0] = PIECE;
  new TextEncoder().encodeInto(message.transfer, head.subarray(1));
  new DataView(head.buffer).setBigUint64(1 + ID_LENGTH, BigInt(message.offset));
  return concat(head, message.data);
}

/**
 * Reads a message of somebody whom nobody has to trust: `undefined` for all that is none. What is
 * invisible in its texts is written out.
 */
export function decode(bytes: Uint8Array): Message | undefined {
  if (bytes[0] === PIECE) return decodePiece(bytes);
  if (bytes[0] !== JSON_MESSAGE) return undefined;
  try {
    return check(JSON.parse(new TextDecoder().decode(bytes.subarray(1))));
  } catch {
    return undefined;
  }
}

function decodePiece(bytes: Uint8Array): Message | undefined {
  if (bytes.length < PIECE_HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const transfer = new TextDecoder().decode(bytes.subarray(1, 1 + ID_LENGTH));
  const offset = Number(view.getBigUint64(1 + ID_LENGTH));
  if (!isId(transfer) || !Number.isSafeInteger(offset)) return undefined;
  return { type: 'piece', transfer, offset, data: bytes.subarray(PIECE_HEAD) };
}

function check(value: unknown): Message | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, ...fields } = value as Record<string, unknown>;
  const { id, transfer, text, name, size, sha256, from, received, reason } = fields;
  switch (type) {
    case 'status': {
      const sending = checkSending(fields['sending']);
      return sending && { type, sending };
    }
    case 'chat':
      return isId(id) && isText(text, MAX_CHAT_LENGTH)
        ? { type, id, text: visibleText(text) }
        : undefined;
    case 'heard':
      return isId(id) ? { type, id } : undefined;
    case 'offer':
      return isId(transfer) && isFileName(name) && isSize(size) && isHash(sha256)
        ? { type, transfer, name: visibleName(name), size, sha256 }
        : undefined;
    case 'accept':
      return isId(transfer) && isSize(from) ? { type, transfer, from } : undefined;
    case 'acknowledge':
      return isId(transfer) && isSize(received) ? { type, transfer, received } : undefined;
    case 'decline':
    case 'done':
      return isId(transfer) ? { type, transfer } : undefined;
    case 'fail':
      return isId(transfer) && isText(reason, MAX_NAME_LENGTH)
        ? { type, transfer, reason: visibleText(reason) }
        : undefined;
    default:
      return undefined;
  }
}

function checkSending(value: unknown): Sending | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { microphone, camera, screen } = value as Record<keyof Sending, unknown>;
  return { microphone: microphone === true, camera: camera === true, screen: screen === true };
}

/** As `randomId()` makes them. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{22}$/.test(value);
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}

function isFileName(value: unknown): value is string {
  return isText(value, MAX_NAME_LENGTH) && !/\p{Cc}/u.test(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function concat(head: Uint8Array, body: Uint8Array): Uint8Array {
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

/** In UTF-16 code units: several screens of text. */
export const MAX_CHAT_LENGTH = 4000;

/** In UTF-16 code units: what file systems take. */
export const MAX_NAME_LENGTH = 255;

const JSON_MESSAGE = 0;
const PIECE = 1;
const ID_LENGTH = 22;
const PIECE_HEAD = 1 + ID_LENGTH + 8;
