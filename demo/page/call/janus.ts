/** The protocol of the Janus media server, as far as the VideoRoom plugin needs it. */

/** What Janus says of a handle: an answer's, or of its own accord. */
export interface JanusEvent {
  data: JanusData;
  jsep?: RTCSessionDescriptionInit;
}

/** Fields of the VideoRoom plugin's answers and events; which are there depends on `videoroom`. */
export interface JanusData {
  videoroom?: string;
  error_code?: number;
  error?: string;
  id?: number;
  private_id?: number;
  publishers?: Publisher[];
  participants?: (Publisher & { publisher: boolean })[];
  /** A publisher that has gone; `ok` is oneself. */
  leaving?: number | 'ok';
  unpublished?: number | 'ok';
  streams?: { mid: string; feed_mid?: string }[];
}

/** Somebody who sends; `display` is what that member says that it is called. */
export interface Publisher {
  id: number;
  display?: string;
}

export interface JanusHandlers {
  event(handle: number, event: JanusEvent): void;
  /** The connection of a handle is gone, at the server's end. */
  hungUp(handle: number): void;
  /** The socket broke: called once. */
  closed(): void;
}

/** An error that Janus or its plugin told of. */
export class JanusError extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.name = 'JanusError';
    this.code = code;
  }
}

/** One session over one WebSocket; over another one it may be claimed, and goes on. */
export class Janus {
  readonly #socket: WebSocket;
  readonly #handlers: JanusHandlers;
  readonly #pending = new Map<string, Pending>();
  readonly #pulse: ReturnType<typeof setInterval>;
  #session = 0;
  #last = 0;

  /**
   * Opens a session.
   *
   * @param earlier a session to be claimed; if the server has none of this number any more, there
   * is a new one.
   * @throws Error: the server cannot be reached.
   */
  static async open(url: string, handlers: JanusHandlers, earlier?: number): Promise<Janus> {
    const socket = new WebSocket(url, 'janus-protocol');
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.close(), ANSWER_MS);
      socket.onopen = () => (clearTimeout(timer), resolve());
      socket.onclose = () => (clearTimeout(timer), reject(new Error('it cannot be reached.')));
    });
    const janus = new Janus(socket, handlers);
    try {
      await janus.#begin(earlier);
    } catch (error) {
      janus.close();
      throw error;
    }
    return janus;
  }

  private constructor(socket: WebSocket, handlers: JanusHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(String(data)) as FromJanus);
    socket.onclose = () => {
      this.#end();
      handlers.closed();
    };
    this.#pulse = setInterval(() => {
      this.#ask({ janus: 'keepalive' }).catch(() => {});
    }, KEEP_ALIVE_MS);
  }

  get session(): number {
    return this.#session;
  }

  /** Makes a handle: one connection's place. */
  async attach(): Promise<number> {
    const { data } = await this.#ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
    return data?.id ?? 0;
  }

  detach(handle: number): void {
    this.#ask({ janus: 'detach', handle_id: handle }).catch(() => {});
  }

  /** Asks the plugin for something. @throws JanusError, or Error when the socket breaks. */
  async message(handle: number, body: object, jsep?: object): Promise<JanusEvent> {
    const answer = await this.#ask({
      janus: 'message',
      handle_id: handle,
      body,
      ...(jsep && { jsep }),
    });
    const data = answer.plugindata?.data ?? {};
    if (data.error_code !== undefined) throw new JanusError(data.error_code, data.error ?? '');
    return { data, ...(answer.jsep && { jsep: answer.jsep }) };
  }

  /** Tells a candidate; `null` after the last. */
  trickle(handle: number, candidate: RTCIceCandidate | null): void {
    const told = candidate ? candidate.toJSON() : { completed: true };
    this.#ask({ janus: 'trickle', handle_id: handle, candidate: told }).catch(() => {});
  }

  /** Ends the session. */
  close(): void {
    if (this.#session !== 0) this.#ask({ janus: 'destroy' }).catch(() => {});
    this.#socket.onclose = null;
    this.#end();
    this.#socket.close();
  }

  async #begin(earlier: number | undefined): Promise<void> {
    if (earlier !== undefined) {
      try {
        this.#session = earlier;
        await this.#ask({ janus: 'claim' });
        return;
      } catch {
        this.#session = 0;
      }
    }
    const { data } = await this.#ask({ janus: 'create' });
    this.#session = data?.id ?? 0;
  }

  #ask(request: object): Promise<FromJanus> {
    return new Promise((resolve, reject) => {
      const transaction = String(++this.#last);
      const session = this.#session === 0 ? {} : { session_id: this.#session };
      const timer = setTimeout(() => {
        this.#pending.delete(transaction);
        reject(new Error('it does not answer.'));
      }, ANSWER_MS);
      const isMessage = 'body' in request;
      this.#pending.set(transaction, { resolve, reject, timer, isMessage });
      this.#socket.send(JSON.stringify({ ...request, ...session, transaction }));
    });
  }

  #hear(message: FromJanus): void {
    const pending = this.#pending.get(message.transaction ?? '');
    if (pending) {
      // What a plugin does not answer at once, it answers in an event.
      if (message.janus === 'ack' && pending.isMessage) return;
      this.#pending.delete(message.transaction ?? '');
      clearTimeout(pending.timer);
      if (message.error) {
        pending.reject(new JanusError(message.error.code, message.error.reason));
      } else {
        pending.resolve(message);
      }
      return;
    }
    const { sender, plugindata, jsep } = message;
    // A session that Janus has ended is of no use any more.
    if (message.janus === 'timeout') return this.#socket.close();
    if (sender === undefined) return;
    if (message.janus === 'event' && plugindata) {
      this.#handlers.event(sender, { data: plugindata.data, ...(jsep && { jsep }) });
    } else if (message.janus === 'hangup' || message.janus === 'detached') {
      this.#handlers.hungUp(sender);
    }
  }

  #end(): void {
    clearInterval(this.#pulse);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Error('the connection broke.'));
    }
    this.#pending.clear();
  }
}

interface FromJanus {
  janus: string;
  transaction?: string;
  sender?: number;
  data?: { id: number };
  plugindata?: { data: JanusData };
  jsep?: RTCSessionDescriptionInit;
  error?: { code: number; reason: string };
}

interface Pending {
  resolve(answer: FromJanus): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
  isMessage: boolean;
}

/** Janus ends a session after a minute of silence. */
const KEEP_ALIVE_MS = 25_000;

const ANSWER_MS = 5000;
