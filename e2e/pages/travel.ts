/** How values go between the driver and a page: as JSON, which has no bytes of its own. */

declare global {
  interface Window {
    /** Calls a function of the page's module: see `page.ts`; what goes in and comes out is packed. */
    run(name: string, args: string): Promise<string>;
  }
}

/** Writes a value. */
export function pack(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, name, part: unknown) {
    const original = this[name]; // before `toJSON()`
    if (original instanceof Uint8Array) return { $bytes: toBase64(original) };
    if (typeof part === 'bigint') return { $bigint: String(part) };
    if (typeof part === 'number' && !Number.isFinite(part)) return { $number: String(part) };
    return part === undefined ? { $undefined: true } : part;
  });
}

/** Reads a value: of bytes, Node makes a `Buffer`. */
export function unpack(text: string): unknown {
  return JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if ('$bytes' in part) return fromBase64(part.$bytes as string);
    if ('$bigint' in part) return BigInt(part.$bigint as string);
    if ('$number' in part) return Number(part.$number);
    return '$undefined' in part ? undefined : part;
  });
}

function toBase64(bytes: Uint8Array): string {
  return IS_NODE ? Buffer.from(bytes).toString('base64') : bytes.toBase64();
}

/** Also in old browsers, which never have bytes to tell. */
function fromBase64(text: string): Uint8Array {
  if (IS_NODE) return Buffer.from(text, 'base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const IS_NODE = typeof Buffer === 'function';
