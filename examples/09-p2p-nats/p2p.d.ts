/** As much as is used here: version 0.14.0 has no types. */

declare module 'p2p' {
  export type Message = Record<string, unknown>;
  export type Handler = (message: Message) => void;

  export interface Driver {
    subscribe(namespace: string[], handler: Handler): void;
    unsubscribe(namespace: string[], handler: Handler): void;
    publish(namespace: string[], message: Message): void;
  }

  interface Options {
    driver: Driver;
    iceServers?: RTCIceServer[];
  }

  export class Sender extends EventTarget {
    constructor(options: Options & { verify?(invitation: { credentials?: unknown }): boolean });
    start(options: { room: string; stream: MediaStream }): void;
  }

  export class Receiver extends EventTarget {
    constructor(options: Options);
    start(options: { room: string; credentials?: unknown }): void;
    addEventListener(
      type: 'stream',
      listener: (event: CustomEvent<{ stream: MediaStream }>) => void,
    ): void;
  }
}
