import { watchTransceivers } from './attach.js';
import { Channel } from './channel.js';
import { FramesealError } from './errors.js';
import type { FramesealEventMap, ProblemDetail } from './events.js';
import {
  copyBaseKey,
  copyData,
  memberOf,
  requireProtectOptions,
  sessionOptions,
  toKeyId,
  type FramesealOptions,
  type Profile,
  type ProtectOptions,
  type ReceiveKey,
  type SendKey,
} from './options.js';
import { Pipelines, type PipelineEnd } from './pipelines.js';
import { PROBLEMS, type ProblemCode } from './problems.js';
import type { FramesealStats, TrackStats } from './stats.js';
import { trackName } from './tracks.js';
import { requireEncodedStreams, transport, type Transport } from './transport.js';
import { Watchdog } from './watchdog.js';
import type { OpenedData, WorkerEvent } from '../protocol.js';

/**
 * One member's end-to-end encryption in one call.
 *
 * ```ts
 * const frameseal = await Frameseal.create({ room: 'standup', member: 'alice', keys: 'manual' });
 * frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
 * await frameseal.setSendKey({ keyId: 1, baseKey: alicesKey });
 * await frameseal.addReceiveKey({ keyId: 2, baseKey: bobsKey, member: 'bob' });
 *
 * const pc = new RTCPeerConnection();
 * frameseal.attach(pc);
 * ```
 *
 * Whatever is attached or protected stays so: without a key, with a failed worker or after
 * `close()`, frames are dropped, never sent or shown as they are. Methods reject with a
 * {@link FramesealError}, and with `TypeError` or `RangeError` for wrong arguments.
 */
export class Frameseal extends EventTarget {
  /** How this browser can run transforms, or `undefined` if it cannot. */
  static readonly transport: Transport | undefined = transport;

  readonly #channel: Channel;
  readonly #pipelines: Pipelines;
  readonly #watchdog: Watchdog;
  readonly #profile: Profile;
  readonly #ownsWorker: boolean;

  private constructor(worker: Worker, ownsWorker: boolean, profile: Profile) {
    super();
    this.#channel = new Channel(worker, {
      event: (event) => this.#handle(event),
      failed: () => this.#report('worker-failed', { count: 1 }),
    });
    this.#pipelines = new Pipelines(this.#channel);
    this.#watchdog = new Watchdog(this.#pipelines, this.#channel, (subject, count) => {
      this.#report('transform-not-running', { count }, subject);
    });
    this.#ownsWorker = ownsWorker;
    this.#profile = profile;
  }

  /**
   * Starts a worker and a session in it.
   *
   * @throws FramesealError `unsupported-browser`; `unsupported`; `invalid-argument` for a worker
   * that has served; `worker-failed` when the worker does not load, or is not ready within 10 s.
   */
  static async create(options: FramesealOptions): Promise<Frameseal> {
    const session = sessionOptions(options);
    if (!transport) {
      throw new FramesealError(
        'unsupported-browser',
        'this browser has neither RTCRtpScriptTransform nor createEncodedStreams()',
      );
    }
    const { worker: given } = options;
    const worker = given instanceof Worker ? given : startWorker(given);
    if (serving.has(worker)) {
      throw new FramesealError('invalid-argument', 'this worker serves another Frameseal');
    }
    serving.add(worker);
    const frameseal = new Frameseal(worker, worker !== given, session.profile);
    const silence = setTimeout(() => {
      frameseal.#channel.end(
        new FramesealError('worker-failed', `no answer within ${START_TIMEOUT_MS / 1000} s`),
      );
    }, START_TIMEOUT_MS);
    try {
      await frameseal.#channel.configure(session);
    } catch (error) {
      frameseal.close();
      const failed = error instanceof FramesealError && error.code === 'worker-failed';
      throw failed ? workerFailed(error.message, error) : error;
    } finally {
      clearTimeout(silence);
    }
    return frameseal;
  }

  /**
   * Protects every sender and receiver of a connection, now and later.
   *
   * Call it right after `new RTCPeerConnection()`: Chromium lets a transceiver that is older than
   * the current turn go unprotected, which is told by the problem `transform-not-running`. Doing it
   * again changes nothing.
   *
   * @throws FramesealError `already-protected`: by another `Frameseal`, or a transform of the
   * application; `encoded-streams-disabled`; `closed`.
   */
  attach(pc: RTCPeerConnection): void {
    if (typeof pc?.getTransceivers !== 'function') throw new TypeError('not an RTCPeerConnection');
    this.#requireOpen();
    const owner = attached.get(pc);
    if (owner === this) return;
    if (owner) throw new FramesealError('already-protected', 'attached to another Frameseal');
    requireEncodedStreams(pc);

    const sweep = (): void => {
      this.#pipelines.sweep(pc);
      this.#watch();
    };
    sweep();
    watchTransceivers(pc, sweep);
    attached.set(pc, this);
  }

  /**
   * Protects both directions of one transceiver, for applications that do not `attach()`.
   *
   * Call it in the turn that made the transceiver: right after `addTransceiver()`, or in the
   * `track` event. Later calls, also for transceivers of an attached connection, change the
   * options that they name; `undefined` takes `codec` or `from` back.
   *
   * @throws FramesealError as {@link Frameseal.attach}.
   */
  protect(transceiver: RTCRtpTransceiver, options?: ProtectOptions): void {
    if (!transceiver?.sender || !transceiver.receiver)
      throw new TypeError('not an RTCRtpTransceiver');
    if (options) requireProtectOptions(options);
    this.#requireOpen();
    this.#pipelines.protect(transceiver, options);
    this.#watch();
  }

  /**
   * Seals frames with this key from the next one on. Resolves when the worker has it.
   *
   * @throws FramesealError `key-reused`: another member seals with this key, or this one did before
   * another key took its place; `key-exhausted`: too many keys for one session.
   */
  async setSendKey({ keyId, baseKey }: SendKey): Promise<void> {
    const id = toKeyId(keyId, this.#profile);
    const key = copyBaseKey(baseKey);
    await this.#channel.request({ type: 'setSendKey', keyId: id, baseKey: key }, [key.buffer]);
  }

  /**
   * Opens frames that name this key, besides those of other keys. Resolves when the worker has it.
   * A key ID that is given again gets the new key.
   *
   * @throws FramesealError `key-reused`: this key seals what this member sends.
   */
  async addReceiveKey(key: ReceiveKey): Promise<void> {
    const keyId = toKeyId(key.keyId, this.#profile);
    const member = memberOf(key, keyId);
    const baseKey = copyBaseKey(key.baseKey);
    const request = { type: 'addReceiveKey', keyId, baseKey, member } as const;
    await this.#channel.request(request, [baseKey.buffer]);
  }

  /**
   * Wipes a key given by `addReceiveKey()`: its frames are dropped from now on.
   *
   * @throws FramesealError `missing-key`: there is none of this ID.
   */
  async removeReceiveKey(keyId: number | bigint): Promise<void> {
    const id = toKeyId(keyId, this.#profile);
    await this.#channel.request({ type: 'removeReceiveKey', keyId: id });
  }

  /**
   * Seals application data, such as a chat message or a piece of a file, with the send key. At most
   * 16 MiB at once; the worker that does it also handles the frames, so let pieces be small.
   *
   * @throws FramesealError `missing-key`, `key-exhausted`.
   */
  async seal(data: Uint8Array): Promise<Uint8Array> {
    const copy = copyData(data);
    return this.#channel.request({ type: 'seal', data: copy }, [copy.buffer]);
  }

  /**
   * Opens what another member's `seal()` made. A piece opens once.
   *
   * @throws FramesealError `missing-key`, `not-sealed`, `authentication-failed`: also for a repeat.
   */
  async open(data: Uint8Array): Promise<OpenedData> {
    const copy = copyData(data);
    return this.#channel.request({ type: 'open', data: copy }, [copy.buffer]);
  }

  /** Tells what has been sealed, opened and dropped so far, and how long it took. */
  async stats(): Promise<FramesealStats> {
    const { pipelines, ...session } = await this.#channel.request({ type: 'stats' });
    const tracks: TrackStats[] = [];
    for (const { pipeline, track: received, ...counters } of pipelines) {
      const subject = this.#pipelines.find(pipeline);
      if (!subject) continue;
      const { direction, kind, end, transceiver, track = received } = subject;
      tracks.push({
        mid: transceiver.mid,
        trackId: end.track?.id ?? null,
        direction,
        kind,
        ...(track !== undefined && { track: trackName(track) }),
        ...counters,
      });
    }
    return { transport: transport as Transport, ...session, tracks };
  }

  /**
   * Wipes all keys, and ends the worker, memory and all, if `create()` made it. Pending calls reject
   * with `closed`.
   *
   * Connections stay protected: none of their frames passes any more. A transceiver that an attached
   * connection gets afterwards is stopped, and the call that made it throws `closed`.
   */
  close(): void {
    this.#watchdog.stop();
    this.#channel.close();
    if (this.#ownsWorker) this.#channel.worker.terminate();
  }

  #handle(event: WorkerEvent): void {
    if (event.type === 'source') {
      const subject = this.#pipelines.find(event.pipeline);
      if (!subject) return;
      const { transceiver } = subject;
      this.#dispatch('source', {
        mid: transceiver.mid,
        trackId: transceiver.receiver.track.id,
        member: event.member,
        track: trackName(event.track),
      });
    } else if (event.type === 'problem') {
      const { type, code, pipeline, ...known } = event;
      this.#report(
        code,
        known,
        pipeline === undefined ? undefined : this.#pipelines.find(pipeline),
      );
    }
  }

  #report(
    code: ProblemCode,
    known: Pick<ProblemDetail, 'count' | 'member' | 'keyId'>,
    subject?: PipelineEnd,
  ): void {
    const trackId = subject?.end.track?.id;
    const mid = subject?.transceiver.mid;
    const place = { ...(trackId && { trackId }), ...(mid && { mid }) };
    this.#dispatch('problem', { code, ...PROBLEMS[code], ...known, ...place });
  }

  #dispatch<K extends keyof FramesealEventMap>(
    name: K,
    detail: FramesealEventMap[K]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #watch(): void {
    if (!this.#channel.ended) this.#watchdog.start();
  }

  #requireOpen(): void {
    if (this.#channel.ended) throw this.#channel.ended;
  }
}

/** Typed events; the rest is `EventTarget`'s. */
export interface Frameseal {
  addEventListener<K extends keyof FramesealEventMap>(
    type: K,
    listener: FramesealListener<K> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof FramesealEventMap>(
    type: K,
    listener: FramesealListener<K> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** A listener of one event of {@link Frameseal}. */
export type FramesealListener<K extends keyof FramesealEventMap> =
  | ((this: Frameseal, event: FramesealEventMap[K]) => unknown)
  | { handleEvent(event: FramesealEventMap[K]): unknown };

/** Which `Frameseal` each connection belongs to, for life. */
const attached = new WeakMap<RTCPeerConnection, Frameseal>();

/** The workers that have or had a session. */
const serving = new WeakSet<Worker>();

/** WebAssembly of this size compiles in well under a second on a phone; loading is the rest. */
const START_TIMEOUT_MS = 10_000;

function startWorker(url: URL | string | undefined): Worker {
  try {
    // Written out, so that bundlers find the script.
    if (url === undefined)
      return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    return new Worker(url, { type: 'module' });
  } catch (cause) {
    throw workerFailed(cause instanceof Error ? cause.message : '', cause);
  }
}

function workerFailed(said: string, cause?: unknown): FramesealError {
  return new FramesealError(
    'worker-failed',
    `the worker did not start: ${said}. Check that worker.js and frameseal_bg.wasm are served ` +
      "from the page's own origin (after bundling, or with a CDN, name the script in the worker " +
      "option), and that the Content-Security-Policy allows worker-src 'self' and " +
      "script-src 'wasm-unsafe-eval'",
    { cause },
  );
}
