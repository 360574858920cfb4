/** Wires to the programs of a test that can be cut, and that remember all that passed. */

import { once } from 'node:events';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

class Proxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  protected constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: Socket) => {
      if (this.#isCut) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
    });
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
}

/** In front of a server of HTTP and WebSockets. */
export class WebProxy extends Proxy {
  /** Every WebSocket message, in order, and the path of its WebSocket. */
  readonly messages: { path: string; text: string }[] = [];
  readonly #target: string;
  readonly #upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: ([first = '']) => first,
  });

  /**
   * @param target URL of the server, whatever its scheme.
   * @param before what comes before files of the server, by path.
   */
  static async start(target: string, before: Record<string, string> = {}): Promise<WebProxy> {
    const server = createHttpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new WebProxy(server, new URL(target).host);
    server.on('request', (request, response) => {
      const { method, headers, url = '' } = request;
      const [hostname, port] = proxy.#target.split(':');
      const onward = httpRequest({ hostname, port, method, headers, path: url }, (answer) => {
        const { 'content-length': _, ...others } = answer.headers;
        const text = before[url];
        response.writeHead(answer.statusCode!, text ? others : answer.headers);
        if (text) response.write(text);
        answer.pipe(response);
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

  private constructor(server: Server, target: string) {
    super(server);
    this.#target = target;
  }

  /** For browsers, in place of the server's own. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same for WebSocket clients. */
  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Joins a client's WebSocket to one of its own to the server. */
  #join(client: WebSocket, path: string): void {
    const protocols = client.protocol ? [client.protocol] : [];
    const server = new WebSocket(`ws://${this.#target}${path}`, protocols);
    const opened = once(server, 'open').catch(() => {});
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('message', async (data: Buffer, isBinary: boolean) => {
        this.messages.push({ path, text: data.toString('latin1') });
        await opened;
        to.send(data, { binary: isBinary }, () => {});
      });
      from.on('close', () => to.terminate());
      from.on('error', () => to.terminate());
    }
  }
}

/** In front of a server of anything else. */
export class TcpProxy extends Proxy {
  /** Each direction of each connection on its own. */
  readonly #passed: Buffer[][] = [];

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
        const passed: Buffer[] = [];
        proxy.#passed.push(passed);
        from.on('data', (piece) => passed.push(piece));
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    return proxy;
  }

  /** All bytes, as latin1, in one text for each direction of each connection. */
  passed(): string[] {
    return this.#passed.map((pieces) => Buffer.concat(pieces).toString('latin1'));
  }
}
