/** Wires to the programs of a test that can be cut, and that remember all that passed. */

import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest, type Server } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';

/** A WebSocket message that passed. */
export interface PassedMessage {
  /** Milliseconds of the system's clock. */
  at: number;
  /** Of the WebSocket, for example `/ws`. */
  path: string;
  /** Who said it. */
  from: 'client' | 'server';
  text: string;
}

/** What is done to texts of the server on their way, by path. */
export type Edits = ReadonlyMap<string, (text: string) => Promise<string>>;

/** In front of a server of HTTP and WebSockets. */
export class WebProxy {
  /** Every WebSocket message, in order. */
  readonly messages: PassedMessage[] = [];
  /** For browsers, in place of the server's own. */
  readonly origin: string;
  /** The same for WebSocket clients. */
  readonly url: string;
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket | Duplex>();
  readonly #upgrades = new WebSocketServer({ noServer: true, handleProtocols: firstProtocol });
  #isCut = false;

  private constructor(target: URL, server: Server) {
    this.#target = target;
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.origin = `http://127.0.0.1:${port}`;
    this.url = `ws://127.0.0.1:${port}`;
  }

  /** @param target URL of the server, whatever its scheme. */
  static async start(target: string, edits: Edits = new Map()): Promise<WebProxy> {
    const server = createHttpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new WebProxy(new URL(target), server);
    server.on('connection', (socket) => proxy.#admit(socket));
    server.on('request', (request, response) => {
      const { method, headers, url } = request;
      const edit = edits.get(url ?? '');
      const { hostname, port } = proxy.#target;
      const onward = httpRequest({ hostname, port, method, headers, path: url }, async (answer) => {
        if (!edit) {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
          return;
        }
        const edited = await edit(await text(answer));
        const { 'content-length': _, ...rest } = answer.headers;
        response.writeHead(answer.statusCode!, rest).end(edited);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    server.on('upgrade', (request, socket, head) => {
      const path = request.url ?? '/';
      proxy.#upgrades.handleUpgrade(request, socket, head, (client) => proxy.#join(client, path));
    });
    return proxy;
  }

  /** Breaks all connections and takes no new ones for so long. */
  async cut(ms: number): Promise<void> {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((over) => setTimeout(over, ms));
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #admit(socket: Socket): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
  }

  /** Joins a client's WebSocket to one of its own to the server. */
  #join(client: WebSocket, path: string): void {
    const server = new WebSocket(
      `ws://${this.#target.host}${path}`,
      client.protocol ? [client.protocol] : [],
    );
    const opened = once(server, 'open');
    const pass = (from: PassedMessage['from'], to: WebSocket) => {
      return async (data: Buffer, isBinary: boolean) => {
        this.messages.push({ at: Date.now(), path, from, text: data.toString('latin1') });
        await opened.catch(() => {});
        to.send(data, { binary: isBinary }, () => {});
      };
    };
    client.on('message', pass('client', server));
    server.on('message', pass('server', client));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('close', () => other.terminate());
      one.on('error', () => other.terminate());
    }
  }
}

/** In front of a server of anything else. */
export class TcpProxy {
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  /** Each direction of each connection on its own. */
  readonly #passed: Buffer[][] = [];

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => {
      const target = connect(targetPort, '127.0.0.1');
      for (const [from, to] of [
        [client, target],
        [target, client],
      ] as const) {
        proxy.#sockets.add(from);
        const passed: Buffer[] = [];
        proxy.#passed.push(passed);
        from.on('data', (piece) => passed.push(piece));
        from.on('error', () => to.destroy());
        from.on('close', () => proxy.#sockets.delete(from));
        from.pipe(to);
      }
    });
    return proxy;
  }

  /** All bytes, as latin1, in one text for each direction of each connection. */
  passed(): string[] {
    return this.#passed.map((pieces) => Buffer.concat(pieces).toString('latin1'));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function firstProtocol(protocols: Set<string>): string | false {
  return protocols.values().next().value ?? false;
}
