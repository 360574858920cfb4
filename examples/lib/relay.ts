/**
 * Stands for your own signalling: a WebSocket server that passes on what members say to each other, and says who
 * is there. That is all that Frameseal asks of one.
 */

import type { IncomingMessage, Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Relay {
  /** All that members sent so far, as it came. */
  readonly messages: readonly string[];
  close(): void;
}

/** Members connect to `/relay?room=…&member=…` of this server. */
export function relay(server: Server): Relay {
  const messages: string[] = [];
  const rooms = new Map<string, Map<string, WebSocket>>();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith('/relay?')) return;
    sockets.handleUpgrade(request, socket, head, (client) => join(client, request));
  });

  function join(socket: WebSocket, { url = '' }: IncomingMessage): void {
    const { searchParams } = new URL(url, 'ws://relay');
    const name = searchParams.get('room') ?? '';
    const member = searchParams.get('member') ?? '';
    const room = rooms.get(name) ?? new Map<string, WebSocket>();
    rooms.set(name, room);
    for (const [other, theirs] of room) {
      if (other === member) continue; // from before
      tell(socket, { type: 'joined', from: other });
      tell(theirs, { type: 'joined', from: member });
    }
    room.set(member, socket);

    socket.on('message', (text: Buffer) => {
      messages.push(text.toString());
      const message = { ...JSON.parse(text.toString()), from: member };
      for (const [other, theirs] of room) {
        const isMeant = (message.to ?? other) === other;
        if (isMeant && other !== member) tell(theirs, message);
      }
    });
    socket.on('close', () => {
      if (room.get(member) !== socket) return; // this member has come again
      room.delete(member);
      for (const theirs of room.values()) tell(theirs, { type: 'left', from: member });
    });
  }

  return {
    messages,
    close() {
      for (const client of sockets.clients) client.terminate();
    },
  };
}

function tell(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify(message));
}
