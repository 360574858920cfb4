import { codecName } from './codecs.ts';
import { PARTS, TAG_LENGTH, type Part, type SealedFrame } from './sealed-frame.ts';

/** Shows the bytes of a sealed frame, its first and its last ones, and what they are. */
export class Dump {
  readonly #bytes: HTMLElement;
  readonly #cells: HTMLElement[] = [];
  readonly #gap = document.createElement('div');
  readonly #values = new Map<Part, HTMLElement>();

  constructor(bytes: HTMLElement, legend: HTMLElement) {
    this.#bytes = bytes;
    for (let cell = 0; cell < HEAD + TAIL; cell++) {
      if (cell === HEAD) bytes.append(this.#gap);
      this.#cells.push(bytes.appendChild(document.createElement('span')));
    }
    this.#gap.className = 'gap';
    for (const part of PARTS) {
      const name = legend.appendChild(document.createElement('dt'));
      name.textContent = NAMES[part];
      name.dataset['part'] = part;
      const value = legend.appendChild(document.createElement('dd'));
      this.#values.set(part, value);
    }
  }

  show(sealed: SealedFrame): void {
    const { data, flipped } = sealed.frame;
    this.#cells.forEach((cell, index) => {
      const at = index < HEAD ? index : data.length - HEAD - TAIL + index;
      const byte = at >= 0 && (index < HEAD || at >= HEAD) ? data[at] : undefined;
      cell.textContent = byte === undefined ? '' : hex(byte);
      const part = byte === undefined ? '' : PARTS[sealed.parts[at]!]!;
      cell.dataset['part'] = at === flipped ? 'flipped' : part;
    });
    const between = Math.max(0, data.length - HEAD - TAIL);
    this.#gap.textContent = `${between.toLocaleString('en')} bytes more`;

    for (const [part, element] of this.#values) element.textContent = explain(part, sealed);
    this.#bytes.dataset['kid'] = String(sealed.kid);
    this.#bytes.dataset['counter'] = String(sealed.counter);
  }
}

/** Bytes shown: four lines of the beginning, two of the end. */
const HEAD = 64;
const TAIL = 32;

const NAMES: Record<Part, string> = {
  envelope: 'Envelope',
  config: 'Header',
  'key-id': 'Key ID',
  counter: 'Counter',
  ciphertext: 'Ciphertext',
  tag: 'Tag',
};

function explain(part: Part, sealed: SealedFrame): string {
  const { frame, kid, counter } = sealed;
  const length = countOf(sealed, part);
  const kind = frame.key ? 'key' : 'delta';
  switch (part) {
    case 'envelope':
      return `${bytes(length)}: decoy of a ${kind} frame, ${codecName(frame.mimeType)}`;
    case 'config':
      return `1 byte: ${countOf(sealed, 'key-id')} of key ID and ${countOf(sealed, 'counter')} of counter follow`;
    case 'key-id':
      return `0x${kid.toString(16)}: key ${kid >> TRACK_BITS}, track ${kid & 15n} (camera)`;
    case 'counter':
      return `${counter.toLocaleString('en')}: frames under this key before it`;
    case 'ciphertext':
      return `${bytes(length)}: the whole encoded frame, its header too`;
    case 'tag':
      return `${bytes(TAG_LENGTH)}: a frame changed anywhere does not open`;
  }
}

/** Profile `frameseal/1` has the track in the lowest bits of the KID. */
const TRACK_BITS = 4n;

function countOf({ parts }: SealedFrame, part: Part): number {
  const number = PARTS.indexOf(part);
  return parts.reduce((count, found) => count + (found === number ? 1 : 0), 0);
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en')} bytes`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
