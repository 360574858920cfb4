import { Frameseal } from 'frameseal';
import { only } from './codecs.ts';
import { Keys } from './keys.ts';

/** A call from Alice to Bob: two peer connections, two workers, one page. */
export class Call {
  readonly alice: Frameseal;
  readonly bob: Frameseal;
  readonly keys: Keys;
  /** What Bob's browser decoded. */
  readonly received = new MediaStream();

  readonly #sending: RTCPeerConnection;
  readonly #receiving: RTCPeerConnection;
  readonly #video: RTCRtpTransceiver;
  readonly #audio: RTCRtpTransceiver;
  #negotiated = Promise.resolve();

  private constructor(alice: Frameseal, bob: Frameseal, video: MediaStreamTrack) {
    this.alice = alice;
    this.bob = bob;
    this.keys = new Keys(alice, bob);
    this.#sending = alice.connection({ bundlePolicy: 'max-bundle' });
    this.#receiving = bob.connection({ bundlePolicy: 'max-bundle' });

    this.#receiving.addEventListener('track', ({ track }) => this.received.addTrack(track));
    exchangeCandidates(this.#sending, this.#receiving);
    exchangeCandidates(this.#receiving, this.#sending);
    this.#video = this.#sending.addTransceiver(video, {
      direction: 'sendonly',
      sendEncodings: [{ maxBitrate: MAX_BITRATE }],
    });
    this.#audio = this.#sending.addTransceiver('audio', { direction: 'sendonly' });
  }

  /**
   * Makes both ends and their keys; nothing is sent before {@link Call.useCodec}.
   *
   * @param bobsWorker the package's worker, or one that holds it.
   */
  static async create(video: MediaStreamTrack, bobsWorker: Worker): Promise<Call> {
    const room = 'demo';
    const [alice, bob] = await Promise.all([
      new Frameseal({ room, member: 'alice', keys: 'manual' }).ready,
      new Frameseal({ room, member: 'bob', keys: 'manual', worker: bobsWorker }).ready,
    ]);
    const call = new Call(alice, bob, video);
    await call.keys.change();
    return call;
  }

  /** Sends this codec from now on; see `videoCodecs()`. */
  useCodec(name: string): Promise<void> {
    this.#negotiated = this.#negotiated.catch(() => {}).then(async () => {
      this.#video.setCodecPreferences(only(name));
      await negotiate(this.#sending, this.#receiving);
    });
    return this.#negotiated;
  }

  /** Sends this picture and this sound from now on. */
  async send(video: MediaStreamTrack, audio: MediaStreamTrack | undefined): Promise<void> {
    await Promise.all([
      this.#video.sender.replaceTrack(video),
      this.#audio.sender.replaceTrack(audio ?? null),
    ]);
  }

  /** What the two browsers' own statistics say of the video. */
  async picture(): Promise<Picture> {
    const [sent, received] = await Promise.all([
      this.#video.sender.getStats(),
      this.#receiving.getStats(),
    ]);
    const picture: Picture = { encoded: 0, decoded: 0, keyFrameRequests: 0, width: 0, height: 0 };
    sent.forEach((stats: VideoStats) => {
      if (stats.type !== 'outbound-rtp') return;
      picture.encoded += stats.framesEncoded ?? 0;
      picture.keyFrameRequests += stats.pliCount ?? 0;
      picture.width = Math.max(picture.width, stats.frameWidth ?? 0);
      picture.height = Math.max(picture.height, stats.frameHeight ?? 0);
    });
    received.forEach((stats: VideoStats) => {
      if (stats.type === 'inbound-rtp') picture.decoded += stats.framesDecoded ?? 0;
    });
    return picture;
  }
}

/** Of the video, since the call began. */
export interface Picture {
  /** Frames that Alice's browser encoded. */
  encoded: number;
  /** Frames that Bob's browser decoded. */
  decoded: number;
  /** Key frames that Bob asked for. */
  keyFrameRequests: number;
  /** Of what is encoded now, in pixels. */
  width: number;
  height: number;
}

/** What `RTCOutboundRtpStreamStats` and `RTCInboundRtpStreamStats` have of this. */
interface VideoStats {
  type: string;
  framesEncoded?: number;
  framesDecoded?: number;
  pliCount?: number;
  frameWidth?: number;
  frameHeight?: number;
}

/** Bits per second: a sealed frame then fills a third of the raster, so that frames can be told apart. */
const MAX_BITRATE = 900_000;

function exchangeCandidates(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.addEventListener('icecandidate', ({ candidate }) => {
    // A candidate that the other end cannot take is one of several.
    to.addIceCandidate(candidate ?? undefined).catch(() => {});
  });
}

async function negotiate(offerer: RTCPeerConnection, answerer: RTCPeerConnection): Promise<void> {
  await offerer.setLocalDescription();
  await answerer.setRemoteDescription(offerer.localDescription!);
  await answerer.setLocalDescription();
  await offerer.setRemoteDescription(answerer.localDescription!);
}
