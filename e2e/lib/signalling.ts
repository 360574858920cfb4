/** The signalling of a room: a WebSocket to each member, and whoever relays between them. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Signal } from '../pages/member.ts';

/** Hands a signal on. */
export type Relay = (from: string, to: string | null, signal: Signal) => void;

export class Signalling {
  readonly #server: WebSocketServer;
  /** The newest of each member. */
  readonly #sockets = new Map<string, WebSocket>();

  private constructor(server: WebSocketServer, relay: Relay) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      const member = new URL(request.url!, 'ws://localhost').searchParams.get('member')!;
      this.#sockets.set(member, socket);
      socket.on('message', (message) => {
        const { to, signal } = JSON.parse(String(message)) as { to: string | null; signal: Signal };
        relay(member, to, signal);
      });
    });
  }

  static async open(relay: Relay): Promise<Signalling> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new Signalling(server, relay);
  }

  /** Where a member connects to. */
  urlFor(member: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}/?member=${encodeURIComponent(member)}`;
  }

  /** A page that has gone hears nothing. */
  send(to: string, from: string, signal: Signal): void {
    const socket = this.#sockets.get(to);
    if (socket?.readyState === socket?.OPEN) socket?.send(JSON.stringify({ from, signal }));
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((closed) => this.#server.close(closed));
  }
}
