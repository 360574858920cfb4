/** One WebRTC transport of the forwarder: ICE lite (RFC 8445) of our own, and werift's DTLS and SRTP. */

import { randomBytes, randomUUID } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup-client';
import {
  classes,
  Event,
  Message,
  methods,
  parseMessage,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RtcpPayloadSpecificFeedback,
  RtpHeader,
  type RTCIceTransport,
  type RtpPacket,
} from 'werift';

export class Transport {
  readonly id = randomUUID();
  readonly #ice: IceLite;
  readonly #dtls: RTCDtlsTransport;

  private constructor(ice: IceLite, dtls: RTCDtlsTransport) {
    this.#ice = ice;
    this.#dtls = dtls;
  }

  static async open(): Promise<Transport> {
    const ice = await IceLite.listen();
    const certificate = await RTCDtlsTransport.SetupCertificate();
    // What werift's DTLS asks of its ICE is a connection.
    const transport = { connection: ice, role: 'controlled' } as unknown as RTCIceTransport;
    const dtls = new RTCDtlsTransport({}, transport, certificate, [AES_CM_80]);
    dtls.role = 'server';
    return new Transport(ice, dtls);
  }

  /** For the client. */
  get parameters(): types.TransportOptions {
    const { port, usernameFragment, password } = this.#ice;
    const { fingerprints } = this.#dtls.localParameters;
    return {
      id: this.id,
      iceParameters: { usernameFragment, password, iceLite: true },
      iceCandidates: [
        { foundation: 'host', ip: HOST, address: HOST, port, priority: 1, protocol: 'udp', type: 'host' },
      ],
      dtlsParameters: { role: 'server', fingerprints: fingerprints as types.DtlsFingerprint[] },
    };
  }

  connect({ fingerprints }: types.DtlsParameters): object {
    const known = fingerprints.map((one) => new RTCDtlsFingerprint(one.algorithm, one.value));
    this.#dtls.setRemoteParams(new RTCDtlsParameters(known, 'client'));
    this.#dtls.start().catch(() => {}); // nobody came
    return {};
  }

  onRtp(handle: (packet: RtpPacket) => void): void {
    this.#dtls.onRtp.subscribe(handle);
  }

  /** @param handle gets what somebody says of the stream of an SSRC. */
  onFeedback(handle: (feedback: RtcpPayloadSpecificFeedback, ssrc: number) => void): void {
    this.#dtls.onRtcp.subscribe((packet) => {
      if (!(packet instanceof RtcpPayloadSpecificFeedback)) return;
      if ('mediaSsrc' in packet.feedback) handle(packet, packet.feedback.mediaSsrc);
    });
  }

  /** The payload stays as it is; header extensions were agreed on with the sender alone. */
  send({ header, payload }: RtpPacket, payloadType: number): void {
    if (this.#dtls.state !== 'connected') return;
    const { sequenceNumber, timestamp, ssrc, marker } = header;
    const sent = new RtpHeader({ payloadType, sequenceNumber, timestamp, ssrc, marker });
    void this.#dtls.sendRtp(payload, sent);
  }

  sendFeedback(feedback: RtcpPayloadSpecificFeedback): void {
    if (this.#dtls.state === 'connected') void this.#dtls.sendRtcp([feedback]);
  }

  close(): void {
    this.#ice.close();
  }
}

/** Answers whoever knows the password, and sends to whoever asked last. */
class IceLite {
  readonly onData = new Event<[Buffer]>();
  readonly usernameFragment = randomBytes(6).toString('hex');
  readonly password = randomBytes(16).toString('hex');
  readonly #socket: Socket;
  #remote: RemoteInfo | undefined;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (data, from) => {
      // RFC 7983: STUN begins with 0 to 3.
      if (data[0]! > 3) this.onData.execute(data);
      else this.#answer(data, from);
    });
  }

  static async listen(): Promise<IceLite> {
    const socket = createSocket('udp4').bind(0, HOST);
    await once(socket, 'listening');
    return new IceLite(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async send(data: Buffer): Promise<void> {
    const { port, address } = this.#remote ?? {};
    if (!this.#isClosed && port) this.#socket.send(data, port, address);
  }

  close(): void {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }

  #answer(data: Buffer, from: RemoteInfo): void {
    const key = Buffer.from(this.password);
    const request = parseMessage(data, key);
    if (request?.messageMethod !== methods.BINDING || request.messageClass !== classes.REQUEST) return;
    const answer = new Message(methods.BINDING, classes.RESPONSE, request.transactionId);
    answer.setAttribute('XOR-MAPPED-ADDRESS', [from.address, from.port]);
    answer.addMessageIntegrity(key).addFingerprint();
    this.#remote = from;
    this.#socket.send(answer.bytes, from.port, from.address);
  }
}

/** Firefox pairs no address of the network with 127.0.0.1. */
const HOST =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';

/** RFC 5764, section 4.1.2: `SRTP_AES128_CM_HMAC_SHA1_80`. */
const AES_CM_80 = 1;
