/**
 * Keeps what crosses between this page and its workers, in both directions, as text.
 *
 * To be called before anything makes a worker: it takes the place of what the browser has.
 */
export function recordCrossings(): string[] {
  const crossings: string[] = [];
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...args: [unknown]) {
    crossings.push(toText(args[0]));
    Reflect.apply(postMessage, this, args);
  };
  const worker = globalThis.Worker;
  globalThis.Worker = class extends worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      this.addEventListener('message', ({ data }) => crossings.push(toText(data)));
    }
  };
  const transform = globalThis.RTCRtpScriptTransform;
  if (!transform) return crossings; // an old browser
  globalThis.RTCRtpScriptTransform = class extends transform {
    constructor(...args: ConstructorParameters<typeof RTCRtpScriptTransform>) {
      super(...args);
      crossings.push(toText(args[1]));
    }
  };
  return crossings;
}

/** All that a value holds: bytes in hexadecimal, the rest as JSON. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint' || part instanceof Error) return String(part);
    if (part instanceof ArrayBuffer) return toHex(new Uint8Array(part));
    if (ArrayBuffer.isView(part)) {
      return toHex(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    if (part instanceof Map || part instanceof Set) return [...part];
    return part;
  });
}

/** Old browsers have no such method. */
function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
