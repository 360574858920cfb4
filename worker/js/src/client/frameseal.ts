import { watchTransceivers } from './attach.js';
import { Channel } from './channel.js';
import { isClosed, keepClosed, OWN, ownConfiguration } from './connection.js';
import { FramesealError } from './errors.js';
import type {
  FramesealEventMap,
  KeychangeDetail,
  MemberDetail,
  ProblemDetail,
} from './events.js';
import { Guard } from './guard.js';
import { launch } from './launch.js';
import { LoneEnd } from './lone-end.js';
import {
  copyBaseKey,
  copyBytes,
  copyCredential,
  memberOf,
  refuseUnknown,
  requireMember,
  requireProtectOptions,
  requireStream,
  secretMemory,
  sessionOptions,
  toKeyId,
  wipe,
  type AttachOptions,
  type BytesLike,
  type FramesealOptions,
  type KeyMode,
  type MemberClaim,
  type OpenOptions,
  type ProtectOptions,
  type ReceiveKey,
  type SealOptions,
  type SendKey,
} from './options.js';
import { Pipelines, type PipelineEnd } from './pipelines.js';
import { HINTS, SEVERITY, type PageProblemCode } from './problems.js';
import type { FramesealStats, TrackStats } from './stats.js';
import { trackName } from './tracks.js';
import { requireClosed, transport, type Transport } from './transport.js';
import type {
  Answer,
  Bytes,
  MemberStats,
  Method,
  OpenedData,
  Requests,
  SessionOptions,
  WorkerEvent,
} from '../protocol.js';

/**
 * One member's end-to-end encryption in one call.
 *
 * ```ts
 * const frameseal = new Frameseal({ room: 'standup', member: 'alice', secret });
 * frameseal.addEventListener('problem', ({ detail }) => console.warn(detail.code, detail.hint));
 * frameseal.addEventListener('message', ({ detail: { to, data } }) => signalling.send(to, data));
 * signalling.onmessage = (from, data) => frameseal.receive(from, data);
 * signalling.onjoin = (id) => frameseal.memberJoined(id);
 * signalling.onleave = (id) => frameseal.memberLeft(id);
 *
 * await frameseal.ready;
 * const pc = frameseal.connection({ iceServers });
 * ```
 *
 * Whatever is attached or protected stays so: without a key, with a failed worker or after
 * `close()`, frames are dropped, never sent or shown as they are. Methods reject with a
 * {@link FramesealError}, and with `TypeError` or `RangeError` for wrong arguments.
 */
export class Frameseal extends EventTarget {
  /** How this browser can run transforms, or `undefined` if it cannot. */
  static readonly transport: Transport | undefined = transport;

  /**
   * Resolves to this when the worker has started: from then on connections can be made and attached.
   * Members and messages may come before. A passphrase takes half a second longer.
   *
   * Rejects with a {@link FramesealError}: `worker-failed`, `closed`; or with what `credential` throws.
   */
  readonly ready: Promise<this>;

  readonly #channel: Channel;
  readonly #pipelines: Pipelines;
  readonly #guard: Guard;
  readonly #session: Pick<SessionOptions, 'keys' | 'profile'>;
  readonly #accept: FramesealOptions['acceptMember'];
  readonly #givenWorker: FramesealOptions['worker'];
  /** What the worker said last of each member that is there, and the state that was told. */
  readonly #members = new Map<string, { detail: MemberDetail; told: MemberDetail['state'] }>();
  /** What was told before the worker was there. */
  #early: (() => void)[] | undefined = [];
  /** Whether somebody listens to problems. */
  #isHeard = false;

  /**
   * Begins a session, and starts a worker for it. Listen to events, and tell who is there, in the same
   * turn; await {@link Frameseal.ready} before the first connection.
   *
   * @throws FramesealError `unsupported-browser`; `invalid-argument` for a worker that has served.
   */
  constructor(options: FramesealOptions) {
    const session = sessionOptions(options);
    requireTransport();
    super();
    const { keys, profile } = session;
    const { acceptMember, credential, telephoneEvents, worker } = options;
    this.#session = { keys, profile };
    this.#accept = acceptMember;
    this.#givenWorker = worker;
    this.#channel = new Channel({
      event: (event) => this.#handle(event),
      failed: () => this.#report('worker-failed'),
    });
    const allowsTelephoneEvents = telephoneEvents === 'allow';
    this.#pipelines = new Pipelines(this.#channel, { allowsTelephoneEvents });
    this.#guard = new Guard(this.#pipelines, this.#channel, {
      changed: () => this.#tellMembers(),
    });
    reserve(worker);
    this.ready = this.#start(session, credential);
  }

  /**
   * Makes a connection that cannot send media in the clear, and {@link Frameseal.attach | attaches} it.
   *
   * @throws FramesealError `not-ready`, `closed`; and what `new RTCPeerConnection()` throws.
   */
  connection(configuration?: RTCConfiguration): RTCPeerConnection {
    this.#requireOpen();
    const pc = new RTCPeerConnection(ownConfiguration(configuration));
    this.attach(pc);
    return pc;
  }

  /**
   * Protects every sender and receiver of a connection, now and later. Doing it again protects what
   * has been added past the connection's own methods.
   *
   * In Chromium the connection must have been made with `encodedInsertableStreams: true`: then its
   * media waits for the transforms, however late they come.
   *
   * @throws FramesealError `encoded-streams-disabled`: the connection lacks that option;
   * `already-protected`: by another `Frameseal`, or a transform of the application; `not-ready`, `closed`.
   */
  attach(pc: RTCPeerConnection, options: AttachOptions = {}): void {
    const { trustTiming = false, ...unknown } = options;
    refuseUnknown(unknown);
    if (typeof pc?.getTransceivers !== 'function') throw new TypeError('not an RTCPeerConnection');
    const owner = attached.get(pc);
    if (owner === this) return this.#sweep(pc);
    this.#requireOpen();
    if (owner) throw new FramesealError('already-protected', 'attached to another Frameseal');
    if (!trustTiming) requireClosed(pc);
    this.#sweep(pc);
    this.#pipelines.tellCodecs(pc); // it may have negotiated before
    watchTransceivers(pc, () => this.#sweep(pc));
    pc.addEventListener('signalingstatechange', () => {
      if (pc.signalingState === 'stable') this.#pipelines.tellCodecs(pc);
    });
    if (isClosed(pc)) keepClosed(pc);
    this.#guard.watch(pc);
    attached.set(pc, this);
    Object.defineProperty(pc, OWN, { value: true });
  }

  /**
   * Protects both directions of one transceiver, for applications that do not `attach()`; or a sender or
   * receiver alone, where that is all that a library shows.
   *
   * Call it in the turn that made the transceiver: right after `addTransceiver()`, or in the
   * `track` event. Later calls, also for transceivers of an attached connection, change the
   * options that they name; `undefined` takes `codec` or `from` back.
   *
   * @throws FramesealError as {@link Frameseal.attach}.
   */
  protect(
    subject: RTCRtpTransceiver | RTCRtpSender | RTCRtpReceiver,
    options?: ProtectOptions,
  ): void {
    if (!('stop' in subject || 'getStats' in subject)) throw new TypeError('not an RTCRtpTransceiver');
    if (options) requireProtectOptions(options);
    this.#requireOpen();
    this.#pipelines.protect(subject, options);
    this.#guard.start();
  }

  /**
   * Tells that somebody else is in the room, from the application's roster: those who are there
   * when this member comes, and each who comes later. Again, or of itself, it changes nothing; and
   * nothing after `close()`. A room has at most 4096 others; those beyond are left out.
   *
   * @param id 1 to 64 bytes of UTF-8.
   * @throws FramesealError `unsupported` with manual keys.
   */
  memberJoined(id: string): void {
    requireMember('id', id);
    this.#tell('memberJoined', id);
  }

  /**
   * Tells that somebody is no longer in the room: 600 ms later at the latest, frames leave under a
   * key which that member has not got.
   *
   * @throws FramesealError as {@link Frameseal.memberJoined}.
   */
  memberLeft(id: string): void {
    requireMember('id', id);
    this.#tell('memberLeft', id);
  }

  /**
   * Takes what another member's `message` event gave to the signalling. Whatever comes is safe to
   * hand in: what is of no use is told by the problem `message-rejected`. After `close()` it does
   * nothing.
   *
   * @param from who sent it, according to the signalling: an ID of `memberJoined()`.
   * @param message bytes in any form, as the signalling brought them.
   * @throws FramesealError as {@link Frameseal.memberJoined}.
   */
  receive(from: string, message: BytesLike): void {
    requireMember('from', from);
    this.#tell('receive', from, copyBytes('message', message));
  }

  /**
   * Lets a member that records have this member's keys from the next one on: what was sealed before
   * does not open for it. With `isGiven: false` it gets none any more, 600 ms later at the latest.
   * Consent is for one key pair: a recorder that comes back with another one is asked for anew.
   *
   * @param recorder what a `member` event told, with `recorder`; any other changes nothing.
   * @throws FramesealError as {@link Frameseal.memberJoined}.
   */
  consent(recorder: Pick<MemberDetail, 'id' | 'fingerprint'>, isGiven = true): void {
    const { id, fingerprint = '' } = recorder;
    requireMember('id', id);
    this.#tell('consent', id, fingerprint, isGiven);
  }

  /**
   * Makes a fresh key for those who are here. Resolves when frames leave under it, or under a later
   * one: when all have it, or after 600 ms.
   *
   * @throws FramesealError `unsupported` with manual keys; `closed`, `worker-failed`.
   */
  async rotate(): Promise<void> {
    const generation = await this.#ask('exchange', 'rotate');
    await this.#channel.hear(
      (event) => event.type === 'keychange' && event.generation >= generation,
    );
  }

  /**
   * Returns 60 digits, in groups of five, that are the same at both ends if nobody is in the
   * middle: of this member and another one, or, without an argument, of all who are `secured`.
   *
   * It changes when somebody's public key does, which a `member` event tells: on every page load.
   *
   * @throws FramesealError `missing-key`: that member is not `secured` yet; others as
   * {@link Frameseal.rotate}.
   */
  async safetyNumber(member?: string): Promise<string> {
    if (member !== undefined) requireMember('member', member);
    return this.#ask('exchange', 'safetyNumber', member);
  }

  /**
   * Returns the SHA-256 of this member's public key, 64 hexadecimal digits: what others see as its
   * fingerprint. Another one in every session.
   *
   * @throws FramesealError as {@link Frameseal.rotate}.
   */
  async fingerprint(): Promise<string> {
    return this.#ask('exchange', 'fingerprint');
  }

  /**
   * Seals frames with this key from the next one on. Resolves when the worker has it. With manual
   * keys only, as the next two.
   *
   * @throws FramesealError `key-reused`: another member seals with this key, or this one did before
   * another key took its place; `key-exhausted`: too many keys for one session; `unsupported`
   * without `keys: 'manual'`.
   */
  async setSendKey(key: SendKey): Promise<void> {
    const keyId = toKeyId(key.keyId, this.#session.profile);
    await this.#ask('manual', 'setSendKey', keyId, copyBaseKey(key.baseKey));
  }

  /**
   * Opens frames that name this key, besides those of other keys. Resolves when the worker has it.
   * A key ID that is given again gets the new key.
   *
   * @throws FramesealError `key-reused`: this key seals what this member sends; `unsupported`.
   */
  async addReceiveKey(key: ReceiveKey): Promise<void> {
    const keyId = toKeyId(key.keyId, this.#session.profile);
    const member = memberOf(key, keyId);
    await this.#ask('manual', 'addReceiveKey', keyId, copyBaseKey(key.baseKey), member);
  }

  /**
   * Wipes a key given by `addReceiveKey()`: its frames are dropped from now on.
   *
   * @throws FramesealError `missing-key`: there is none of this ID; `unsupported`.
   */
  async removeReceiveKey(keyId: number | bigint): Promise<void> {
    const id = toKeyId(keyId, this.#session.profile);
    await this.#ask('manual', 'removeReceiveKey', id);
  }

  /**
   * Seals application data, such as a chat message or a piece of a file, with the send key. At most
   * 16 MiB at once; the worker that does it also handles the frames, so let pieces be small.
   *
   * @throws FramesealError `missing-key`, `key-exhausted`.
   */
  async seal(data: BytesLike, options: SealOptions = {}): Promise<Bytes> {
    const stream = requireStream(options);
    return this.#request('seal', copyBytes('data', data), stream) as Promise<Bytes>;
  }

  /**
   * Opens what another member's `seal()` made, in the same stream. A piece opens once.
   *
   * @throws FramesealError `missing-key`, `not-sealed`, `authentication-failed`: also for a repeat;
   * `wrong-source`: of another member than `from`, or of another stream.
   */
  async open(data: BytesLike, options: OpenOptions = {}): Promise<OpenedData> {
    const { from, ...rest } = options;
    if (from !== undefined) requireMember('from', from);
    return this.#request('open', copyBytes('data', data), requireStream(rest), from);
  }

  /** Tells what has been sealed, opened and dropped so far, and how long it took. */
  async stats(): Promise<FramesealStats> {
    const { pipelines, members, ...session } = await this.#request('stats');
    const tracks: TrackStats[] = [];
    for (const { pipeline, track: received, ...counters } of pipelines) {
      const subject = this.#pipelines.find(pipeline);
      if (!subject) continue;
      const { direction, kind, end, carrier, bypassed } = subject;
      const track = this.#pipelines.trackOf(subject) ?? received;
      tracks.push({
        mid: carrier.mid,
        trackId: end.track?.id ?? null,
        direction,
        kind,
        bypassed,
        ...(track !== undefined && { track: trackName(track) }),
        ...counters,
      });
    }
    return {
      transport: transport as Transport,
      ...session,
      members: members.map((member) => ({ ...member, state: this.#stateOf(member) })),
      tracks,
    };
  }

  /**
   * Returns why nothing is seen or heard, as text for a support ticket: roster, key exchange, and each
   * direction of each transceiver. Without keys and secrets; with the members' IDs.
   *
   * @throws FramesealError `closed`, `worker-failed`.
   */
  async explain(): Promise<string> {
    const explained = await this.#request('explain');
    const ends = [...this.#pipelines].map(
      ({ pipeline, carrier: { mid, currentDirection }, pc, bypassed }) =>
        JSON.stringify({ pipeline, mid, currentDirection, state: pc?.connectionState, bypassed }),
    );
    return [navigator.userAgent, transport, explained, ...ends].join('\n');
  }

  /**
   * Wipes all keys, and ends the worker, memory and all, unless the application made it. Pending calls reject
   * with `closed`.
   *
   * Connections stay protected: none of their frames passes any more. A transceiver that an attached
   * connection gets afterwards is stopped, and the call that made it throws `closed`. So is one whose
   * frames could pass by, and of which none has come through the worker: nobody watches it any more.
   */
  close(): void {
    this.ready.catch(ignore); // whoever closes does not wait for it
    this.#guard.end();
    this.#channel.close();
  }

  async #start(
    session: SessionOptions,
    credential: FramesealOptions['credential'],
  ): Promise<this> {
    try {
      const worker = await launch(this.#givenWorker);
      this.#channel.open(worker, { isOurs: worker !== this.#givenWorker });
      await this.#channel.configure(session, secretMemory(session));
      if (typeof credential === 'function') await this.#introduce(credential);
    } catch (error) {
      wipe(session);
      this.#early = undefined;
      const isOurs = error instanceof FramesealError;
      this.#channel.close(isOurs ? error : new FramesealError('closed', 'credential() failed'));
      throw error;
    }
    for (const tell of this.#early ?? []) tell();
    this.#early = undefined;
    return this;
  }

  async #introduce(credential: (fingerprint: string) => BytesLike | Promise<BytesLike>): Promise<void> {
    const given = await credential(await this.#channel.request('fingerprint'));
    await this.#channel.request('setCredential', copyCredential(given));
  }

  /** Listens to an event: see {@link FramesealEventMap}. The rest is as with every `EventTarget`. */
  override addEventListener<K extends keyof FramesealEventMap>(
    type: K,
    listener: FramesealListener<K> | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    if (type === 'problem') this.#isHeard = true;
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  #tell<M extends Method>(method: M, ...args: Parameters<Requests[M]>): void {
    this.#requireKeys('exchange');
    const tell = (): void => this.#channel.tell(method, ...args);
    if (this.#early) this.#early.push(tell);
    else tell();
  }

  async #ask<M extends Method>(
    keys: KeyMode,
    method: M,
    ...args: Parameters<Requests[M]>
  ): Promise<Answer<M>> {
    this.#requireKeys(keys);
    return this.#request(method, ...args);
  }

  async #request<M extends Method>(
    method: M,
    ...args: Parameters<Requests[M]>
  ): Promise<Answer<M>> {
    if (this.#early) await this.ready;
    return this.#channel.request(method, ...args);
  }

  #handle(event: WorkerEvent): void {
    const { type, ...detail } = event;
    switch (event.type) {
      case 'source':
        return this.#tellSource(event);
      case 'message':
        return this.#dispatch('message', { to: event.to ?? null, data: event.data });
      case 'member':
        return this.#tellMember(detail as MemberDetail);
      case 'verify':
        return void this.#judge(detail as MemberClaim);
      case 'problem': {
        const { pipeline, ...known } = detail as Omit<typeof event, 'type'>;
        const subject = pipeline === undefined ? undefined : this.#pipelines.find(pipeline);
        return this.#tellProblem(known, subject);
      }
      default:
        return this.#dispatch(event.type, detail as KeychangeDetail);
    }
  }

  #tellSource({ pipeline, member, track }: WorkerEvent & { type: 'source' }): void {
    const subject = this.#pipelines.find(pipeline);
    if (!subject) return;
    this.#guard.begin(subject);
    const { carrier, end } = subject;
    const transceiver = carrier instanceof LoneEnd ? null : carrier;
    const receiver = end as RTCRtpReceiver;
    const place = { transceiver, receiver, mid: carrier.mid, trackId: receiver.track.id };
    this.#dispatch('source', { ...place, member, track: trackName(track) });
  }

  /** Asks the application about a member; only a plain `true` lets it in. */
  async #judge(claim: MemberClaim): Promise<void> {
    const { id: member, fingerprint } = claim;
    let accept = false;
    try {
      accept = (await this.#accept?.(claim)) === true;
    } catch (error) {
      this.#report('judgement-failed', { member, error });
    }
    this.#channel.tell('judge', member, fingerprint, accept);
  }

  #tellMember(detail: MemberDetail): void {
    const state = this.#stateOf(detail);
    if (state === 'left') this.#members.delete(detail.id);
    else this.#members.set(detail.id, { detail, told: state });
    this.#dispatch('member', { ...detail, state });
  }

  /** A member is not secured while frames go past the worker. */
  #stateOf({ state }: Pick<MemberDetail | MemberStats, 'state'>): MemberDetail['state'] {
    return state === 'secured' && this.#pipelines.isBypassed ? 'bypassed' : state;
  }

  #sweep(pc: RTCPeerConnection): void {
    this.#pipelines.sweep(pc);
    this.#guard.start();
  }

  /** Tells which members' states are others now. */
  #tellMembers(): void {
    for (const { detail, told } of [...this.#members.values()]) {
      if (this.#stateOf(detail) !== told) this.#tellMember(detail);
    }
  }

  #report(code: PageProblemCode, known: Pick<ProblemDetail, 'error' | 'member'> = {}): void {
    this.#tellProblem({ code, severity: SEVERITY, hint: HINTS[code], count: 1, ...known });
  }

  #tellProblem(known: Omit<ProblemDetail, 'mid' | 'trackId'>, subject?: PipelineEnd): void {
    const trackId = subject?.end.track?.id;
    const mid = subject?.carrier.mid;
    const detail = { ...known, ...(trackId && { trackId }), ...(mid && { mid }) };
    const { code, hint, severity } = detail;
    if (severity === 'error' && !this.#isHeard) console.error(`Frameseal: ${code}: ${hint}`, detail);
    this.#dispatch('problem', detail);
  }

  #dispatch<K extends keyof FramesealEventMap>(
    name: K,
    detail: FramesealEventMap[K]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #requireKeys(keys: KeyMode): void {
    if (this.#session.keys === keys) return;
    throw new FramesealError('unsupported', `this needs the option keys: '${keys}'`);
  }

  #requireOpen(): void {
    this.#channel.requireWorker();
  }
}

/** What `EventTarget` has, but for names of events alone. */
export interface Frameseal {
  /** Takes a listener away: see {@link Frameseal.addEventListener}. */
  removeEventListener<K extends keyof FramesealEventMap>(
    type: K,
    listener: FramesealListener<K> | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** A listener of one event of {@link Frameseal}. */
export type FramesealListener<K extends keyof FramesealEventMap> =
  | ((this: Frameseal, event: FramesealEventMap[K]) => unknown)
  | { handleEvent(event: FramesealEventMap[K]): unknown };

/** Which `Frameseal` each connection belongs to, for life. */
const attached = new WeakMap<RTCPeerConnection, Frameseal>();

/** The workers of applications that have or had a session. */
const serving = new WeakSet<Worker>();

function reserve(worker: FramesealOptions['worker']): void {
  if (!(worker instanceof Worker)) return;
  if (serving.has(worker)) {
    throw new FramesealError('invalid-argument', 'this worker serves another Frameseal');
  }
  serving.add(worker);
}

function requireTransport(): void {
  if (transport) return;
  throw new FramesealError(
    'unsupported-browser',
    'this browser lacks encoded transforms, or WebAssembly’s vectors',
  );
}

// It is told to whoever awaits the same promise.
function ignore(): void {}
