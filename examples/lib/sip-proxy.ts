/**
 * Stands for your SIP server: as much of a registrar and a proxy over WebSockets (RFC 7118) as two browsers need
 * to call each other.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ExampleServer } from './serve.ts';

export async function startSipProxy(): Promise<ExampleServer> {
  /** By the user part of a URI: of an address of record, or of a contact. */
  const users = new Map<string, WebSocket>();
  /** Where the answers to a request go, by our branch of it. */
  const branches = new Map<string, WebSocket>();

  function handle(text: string, from: WebSocket): void {
    const request = /^(\w+) sips?:(?:([^@; ]+)@)?/.exec(text);
    if (!request) answerTo(text);
    else if (request[1] === 'REGISTER') register(text, from);
    else forward(text, users.get(request[2] ?? ''), from);
  }

  function register(text: string, from: WebSocket): void {
    for (const user of [header(text, 'To'), header(text, 'Contact')].map(userOf)) users.set(user, from);
    from.send(answer(text, '200 OK', [`Contact: ${header(text, 'Contact')};expires=600`]));
  }

  function forward(text: string, to: WebSocket | undefined, from: WebSocket): void {
    if (!to) return from.send(answer(text, '404 Not Found'));
    const branch = `z9hG4bK${randomUUID()}`;
    branches.set(branch, from);
    to.send(text.replace('\r\n', `\r\nVia: SIP/2.0/WS proxy.invalid;branch=${branch}\r\n`));
  }

  /** Takes our branch off. */
  function answerTo(text: string): void {
    const [via = '', branch = ''] = /^Via: [^\r]*branch=([\w-]+)\r\n/im.exec(text) ?? [];
    branches.get(branch)?.send(text.replace(via, ''));
  }

  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.trim() === '') socket.send(text); // keep-alive
      else handle(text, socket);
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    knows: (member) => users.has(member),
    async stop() {
      for (const client of server.clients) client.terminate();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** RFC 3261, section 8.2.6. */
function answer(request: string, status: string, headers: string[] = []): string {
  const copied = request.match(/^(Via|From|To|Call-ID|CSeq): .*$/gim) ?? [];
  const tagged = copied.map((line) => (/^To: [^\r]*tag=/i.test(line) ? line : tag(line.trim())));
  return [`SIP/2.0 ${status}`, ...tagged, ...headers, 'Content-Length: 0', '', ''].join('\r\n');
}

function tag(line: string): string {
  return /^To:/i.test(line) ? `${line};tag=${randomUUID()}` : line;
}

function header(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';
}

function userOf(address: string): string {
  return /sips?:([^@;>]+)@/.exec(address)?.[1] ?? '';
}
