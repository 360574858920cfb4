/**
 * Stands for a mediasoup server, which is not to be had here: it speaks the parameters that mediasoup-client does,
 * and forwards packets as mediasoup's router would, on werift. For two who have one track of each kind.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { types } from 'mediasoup-client';
import type { RtpPacket } from 'werift';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ExampleServer } from '../lib/serve.ts';
import { Transport } from './transport.ts';

export interface Forwarder extends ExampleServer {
  /** The packets of each producer, as they came in. */
  readonly producers: ReadonlyMap<string, Producer>;
}

export interface Producer {
  readonly kind: types.MediaKind;
  readonly packets: RtpPacket[];
}

interface Produced extends Producer {
  readonly id: string;
  readonly owner: Peer;
  readonly source: Transport;
  readonly ssrc: number;
  readonly sinks: Set<Transport>;
}

interface Peer {
  readonly socket: WebSocket;
  readonly transports: Map<string, Transport>;
}

/** What a client asks for. */
interface Request {
  id: number;
  method: 'capabilities' | 'transport' | 'connect' | 'produce' | 'consume';
  transport: string;
  producer: string;
  dtlsParameters: types.DtlsParameters;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
}

const CODECS: types.RtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48000, channels: 2 },
  {
    kind: 'video',
    mimeType: 'video/VP8',
    preferredPayloadType: 101,
    clockRate: 90000,
    rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
  },
];

export async function start(): Promise<Forwarder> {
  const producers = new Map<string, Produced>();
  const peers = new Set<Peer>();

  async function answer(peer: Peer, request: Request): Promise<unknown> {
    const transport = peer.transports.get(request.transport);
    switch (request.method) {
      case 'capabilities':
        return { codecs: CODECS, headerExtensions: [] } satisfies types.RtpCapabilities;
      case 'transport':
        return open(peer);
      case 'connect':
        return transport?.connect(request.dtlsParameters);
      case 'produce':
        return transport && produce(peer, transport, request);
      case 'consume':
        return transport && consume(transport, producers.get(request.producer));
    }
  }

  async function open(peer: Peer): Promise<types.TransportOptions> {
    const transport = await Transport.open();
    peer.transports.set(transport.id, transport);
    transport.onRtp((packet) => {
      const { ssrc } = packet.header;
      for (const producer of producers.values()) {
        if (producer.source !== transport || producer.ssrc !== ssrc) continue;
        producer.packets.push(packet);
        for (const sink of producer.sinks) sink.send(packet, payloadType(producer.kind));
      }
    });
    // Who sees no picture asks for a key frame.
    transport.onFeedback((feedback, ssrc) => {
      for (const producer of producers.values()) {
        if (producer.ssrc === ssrc) producer.source.sendFeedback(feedback);
      }
    });
    return transport.parameters;
  }

  function produce(owner: Peer, source: Transport, { kind, rtpParameters }: Request): object {
    const id = randomUUID();
    const ssrc = rtpParameters.encodings?.[0]?.ssrc ?? 0;
    producers.set(id, { id, owner, kind, source, ssrc, sinks: new Set(), packets: [] });
    for (const { socket } of peers) {
      if (socket !== owner.socket) socket.send(JSON.stringify({ producer: id }));
    }
    return { id };
  }

  function consume(sink: Transport, producer?: Produced): types.ConsumerOptions | undefined {
    if (!producer) return undefined;
    const { id: producerId, kind, ssrc } = producer;
    producer.sinks.add(sink);
    const { preferredPayloadType, ...codec } = CODECS.find((codec) => codec.kind === kind)!;
    const rtpParameters: types.RtpParameters = {
      mid: `${kind}-${ssrc}`,
      codecs: [{ ...codec, payloadType: preferredPayloadType! }],
      encodings: [{ ssrc }],
      rtcp: { cname: producerId },
    };
    return { id: randomUUID(), producerId, kind, rtpParameters };
  }

  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    const peer: Peer = { socket, transports: new Map() };
    peers.add(peer);
    socket.on('message', async (data: Buffer) => {
      const request = JSON.parse(data.toString()) as Request;
      socket.send(JSON.stringify({ id: request.id, answer: await answer(peer, request) }));
      // Whoever opens a second transport has the one to receive with.
      if (request.method !== 'transport' || peer.transports.size < 2) return;
      for (const id of producers.keys()) socket.send(JSON.stringify({ producer: id }));
    });
    socket.on('close', () => {
      peers.delete(peer);
      for (const transport of peer.transports.values()) transport.close();
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    producers,
    async stop() {
      for (const client of server.clients) client.terminate();
      for (const { transports } of peers) for (const one of transports.values()) one.close();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function payloadType(kind: types.MediaKind): number {
  return CODECS.find((codec) => codec.kind === kind)!.preferredPayloadType!;
}
