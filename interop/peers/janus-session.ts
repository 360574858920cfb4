/** What Janus is asked for over its WebSocket. */

import { once } from 'node:events';
import { WebSocket, type RawData } from 'ws';
import { inTime } from './records.ts';

export interface Description {
  type: 'offer' | 'answer';
  sdp: string;
}

/** One connection's end in the VideoRoom plugin. */
export interface Handle {
  id: number;
  /** Resolves when Janus has its connection, and media flows. */
  up: Promise<unknown>;
}

/** An answer, or an event. */
interface Message {
  janus: string;
  transaction?: string;
  sender?: number;
  jsep?: Description;
  data?: { id: number };
  error?: { reason: string };
  plugindata?: { data: { error?: string } };
}

export class JanusSession {
  readonly #socket: WebSocket;
  #session: number | undefined;
  #transactions = 0;
  readonly #pulse: ReturnType<typeof setInterval>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#pulse = setInterval(() => this.#tell({ janus: 'keepalive' }), KEEP_ALIVE_MS);
  }

  /** @param url of the WebSocket API. */
  static async open(url: string): Promise<JanusSession> {
    const socket = new WebSocket(url, 'janus-protocol');
    await inTime(once(socket, 'open'), 'connection to Janus');
    const session = new JanusSession(socket);
    session.#session = (await session.#ask({ janus: 'create' })).data?.id;
    return session;
  }

  close(): void {
    clearInterval(this.#pulse);
    this.#socket.close();
  }

  async attach(): Promise<Handle> {
    const { data } = await this.#ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
    if (!data) throw new Error('Janus has no VideoRoom');
    const up = this.#message(({ janus, sender }) => janus === 'webrtcup' && sender === data.id);
    return { id: data.id, up };
  }

  /** Returns the description that comes back, if any. */
  async request(
    { id }: Handle,
    body: object,
    jsep?: Description,
  ): Promise<Description | undefined> {
    const answer = await this.#ask({ janus: 'message', handle_id: id, body, jsep });
    return answer.jsep;
  }

  async #ask(request: object): Promise<Message> {
    const transaction = this.#tell(request);
    const answered = this.#message(
      (message) => message.transaction === transaction && message.janus !== 'ack',
    );
    const answer = await inTime(answered, `answer of Janus to ${JSON.stringify(request)}`);
    const error = answer.error?.reason ?? answer.plugindata?.data.error;
    if (error) throw new Error(`Janus: ${error}`);
    return answer;
  }

  #tell(request: object): string {
    const transaction = String(++this.#transactions);
    this.#socket.send(JSON.stringify({ ...request, transaction, session_id: this.#session }));
    return transaction;
  }

  #message(isIt: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      const listen = (text: RawData) => {
        const message = JSON.parse(String(text)) as Message;
        if (!isIt(message)) return;
        this.#socket.off('message', listen);
        resolve(message);
      };
      this.#socket.on('message', listen);
    });
  }
}

/** Janus ends a session of which it hears nothing for a minute. */
const KEEP_ALIVE_MS = 25_000;
