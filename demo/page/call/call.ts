/** A call: who is in it, what goes between them, and how well it is sealed. */

import { batch, effect, signal, type ReadonlySignal } from '@preact/signals-core';
import { Frameseal, type MemberDetail, type ProblemDetail } from 'frameseal';
import { randomId } from './base64.ts';
import { Chat } from './chat.ts';
import { Conversation } from './conversation.ts';
import { Files } from './files.ts';
import { Forwarding } from './forwarding.ts';
import type { Link, LinkContext, LinkMedia } from './link.ts';
import type { LocalMedia } from './local-media.ts';
import { Mesh } from './mesh.ts';
import type { Message } from './messages.ts';
import type {
  ChatMessage,
  Counters,
  Notice,
  Person,
  Shield,
  SignallingState,
  Transfer,
} from './model.ts';
import { Notices, severityOf } from './notices.ts';
import { People } from './people.ts';
import { ReceivedMedia } from './received-media.ts';
import { Roster, type Member } from './roster.ts';
import { SealedSignalling } from './sealed-signalling.ts';
import { ServerView, type Relayed } from './server-view.ts';
import { ShieldWatch } from './shield-watch.ts';
import { ServerError, Signalling, type Welcome } from './signalling.ts';
import { SpeakingWatch } from './speaking.ts';
import { TrafficMeter } from './traffic.ts';
import { Verification } from './verification.ts';

export interface JoinOptions {
  room: string;
  /** 1 to 64 bytes of UTF-8. */
  name: string;
  /** From the link: what the members know and the server does not. */
  secret?: Uint8Array;
  /** From the link, too: no server can turn it off. */
  isSealed: boolean;
  /** Stays the page's, to be stopped by it. */
  media: LocalMedia;
  /** Address of the server's WebSocket; by default `/ws` of the page's own server. */
  server?: string;
  /** The only video codec to be sent, such as `VP9`; by default the browser's choice. */
  videoCodec?: string;
}

export type { Relayed } from './server-view.ts';

export class Call {
  readonly media: LocalMedia;
  readonly isSealed: boolean;
  readonly hasSecret: boolean;

  readonly #id: string;
  readonly #name: string;
  readonly #frameseal: Frameseal | undefined;
  readonly #signalling: Signalling;
  readonly #sealed: SealedSignalling;
  readonly #mesh: Mesh;
  readonly #context: LinkContext;
  readonly #linkMedia: LinkMedia;
  readonly #room: string;
  readonly #server: string;
  readonly #received: ReceivedMedia;
  readonly #conversations = new Map<string, Conversation>();
  readonly #people = new People();
  readonly #roster: Roster;
  readonly #chat: Chat;
  readonly #files: Files;
  readonly #notices = new Notices();
  readonly #verification = new Verification();
  /** Of everybody who ever was secured. */
  readonly #fingerprints = new Map<string, string>();
  readonly #traffic = new TrafficMeter();
  readonly #watch: ShieldWatch;
  readonly #key = signal<{ generation: number; step: number } | undefined>(undefined);
  readonly #serverView = new ServerView();
  readonly #endings: (() => void)[] = [];
  #sfu: 'janus' | null = null;
  #forwarding: Forwarding | undefined;
  #settle: { resolve(): void; reject(error: Error): void } | undefined;

  /**
   * Takes a seat in a room; makes one if there is none of this name.
   *
   * @throws Error whose message is cause and cure: the browser cannot seal, the server does not
   * answer, or lets nobody in.
   */
  static async join(options: JoinOptions): Promise<Call> {
    const id = randomId();
    const { room, secret, isSealed } = options;
    const frameseal = isSealed
      ? await new Frameseal({ room, member: id, ...(secret && { secret }) }).ready
      : undefined;
    const call = new Call(id, options, frameseal);
    try {
      await call.#ready();
      return call;
    } catch (error) {
      call.leave();
      throw error;
    }
  }

  private constructor(id: string, options: JoinOptions, frameseal: Frameseal | undefined) {
    const { room, name, secret, isSealed, media, server = defaultServer() } = options;
    this.#id = id;
    this.#name = name;
    this.#room = room;
    this.#server = server;
    this.#frameseal = frameseal;
    this.media = media;
    this.isSealed = isSealed;
    this.hasSecret = secret !== undefined;

    this.#watch = new ShieldWatch(this.#people, frameseal);
    this.#received = new ReceivedMedia((member) => this.#showStreams(member));
    this.#roster = new Roster({
      joined: (member) => this.#joined(member),
      left: (member) => this.#left(member),
    });
    this.#chat = new Chat(id, (member, message) => void this.#tell(member, message));
    this.#files = new Files({
      send: (member, message) => this.#tell(member, message),
      nameOf: (member) => this.#people.nameOf(member),
    });
    this.#sealed = new SealedSignalling(id, frameseal, {
      relay: (to, data, isKey) => {
        this.#serverView.add(id, to, data);
        this.#signalling.relay(to, data, isKey);
      },
      signal: (from, signal) => {
        if (!this.#people.get(from)) return;
        // It was opened, or else need not be: so its sender can be answered.
        this.#connect(from);
        this.#mesh.handle(from, signal);
      },
      dropped: (from, code) => this.#dropped(from, code),
    });
    this.#linkMedia = {
      tracks: media.tracks,
      received: this.#received,
      videoCodec: options.videoCodec,
    };
    this.#context = { frameseal, iceServers: [], media: this.#linkMedia };
    this.#mesh = new Mesh(id, this.#context, () => this.signalling.value === 'online', {
      send: (signal) => this.#sealed.send(signal),
      linked: (link) => this.#linked(link),
      changed: (member) => this.#showLink(member),
    });

    this.#people.add({ id, name }, { isSelf: true, keys: 'secured', link: 'connected' });
    this.#follow();
    this.#signalling = new Signalling(server, { room, member: id, token: randomId(), name }, {
      welcomed: (welcome) => this.#welcomed(welcome),
      joined: (member) => this.#roster.joined(member),
      left: (member) => this.#roster.left(member),
      relayed: (from, data) => {
        this.#serverView.add(from, id, data);
        this.#sealed.receive(from, data);
      },
      failed: (error, isFatal) => this.#refused(error, isFatal),
    });
  }

  /** Oneself first. */
  get people(): ReadonlySignal<readonly Person[]> {
    return this.#people.list;
  }

  get signalling(): ReadonlySignal<SignallingState> {
    return this.#signalling.state;
  }

  get shield(): ReadonlySignal<Shield> {
    return this.#watch.shield;
  }

  get chat(): ReadonlySignal<readonly ChatMessage[]> {
    return this.#chat.log;
  }

  get transfers(): ReadonlySignal<readonly Transfer[]> {
    return this.#files.list;
  }

  get notices(): ReadonlySignal<readonly Notice[]> {
    return this.#notices.all;
  }

  /** The key that frames leave under; `undefined` before the first, and in a room not sealed. */
  get key(): ReadonlySignal<{ generation: number; step: number } | undefined> {
    return this.#key;
  }

  /** The media server that media goes through, or `null`: from browser to browser. */
  get sfu(): 'janus' | null {
    return this.#sfu;
  }

  /** Tells the counters of now; rates are since the call before. */
  async counters(): Promise<Counters> {
    const traffic = await this.#traffic.measure(this.#connections());
    const frameseal = await this.#frameseal?.stats();
    return { ...(frameseal && { frameseal }), ...traffic };
  }

  /** What went through the relay last, both ways, oldest first: at most 50. */
  serverView(): readonly Relayed[] {
    return this.#serverView.relayed;
  }

  /** Says something to all who are here. @throws RangeError for what is too long. */
  async say(text: string): Promise<void> {
    this.#chat.say(this.#name, text);
  }

  /** Offers a file to all who are here. @throws RangeError for one that is too big. */
  async offer(file: File): Promise<void> {
    const others = this.people.value.filter(({ isSelf, recorder }) => !isSelf && !recorder);
    await this.#files.offer(file, others.map(({ id }) => id));
  }

  accept(transfer: string): void {
    this.#files.accept(transfer);
  }

  /** Turns an offer down, or stops a transfer. */
  decline(transfer: string): void {
    this.#files.decline(transfer);
  }

  /**
   * Returns 60 digits to be compared: of one person and oneself, or of all who are here.
   *
   * @throws Error in a room that is not sealed, and until the person's key is proven.
   */
  async safetyNumber(member?: string): Promise<string> {
    if (!this.#frameseal) throw new Error('This room is not sealed: there are no keys to compare.');
    return this.#frameseal.safetyNumber(member);
  }

  /** Notes that the two have compared their number, or takes it back. */
  setVerified(member: string, isVerified: boolean): void {
    const person = this.#people.get(member);
    if (!person) return;
    const verifiable = { id: member, ...person };
    this.#verification.set(verifiable, isVerified);
    this.#people.change(member, { isVerified: this.#verification.isVerified(verifiable) });
  }

  /** Lets somebody who records have this person's keys, or no more. */
  setConsent(member: string, isGiven: boolean): void {
    const fingerprint = this.#people.get(member)?.fingerprint;
    if (fingerprint) this.#frameseal?.consent({ id: member, fingerprint }, isGiven);
  }

  /** Makes a fresh key, and resolves when frames leave under it. */
  async rotate(): Promise<void> {
    await this.#frameseal?.rotate();
  }

  /** Ends the call for this person, and tells the others. */
  leave(): void {
    for (const end of this.#endings.splice(0)) end();
    this.#signalling.leave();
    this.#roster.close();
    this.#sealed.close();
    for (const conversation of this.#conversations.values()) conversation.close();
    this.#mesh.close();
    this.#forwarding?.close();
    this.#files.close();
    this.#frameseal?.close();
  }

  /** Resolves when the server has let this member in. */
  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('The server does not answer. Check the network, and try again.'));
      }, JOIN_MS);
      this.#settle = {
        resolve: () => (clearTimeout(timer), resolve()),
        reject: (error) => (clearTimeout(timer), reject(error)),
      };
    });
  }

  /** Follows what happens in the package, in the page and on the clock. */
  #follow(): void {
    const frameseal = this.#frameseal;
    frameseal?.addEventListener('message', ({ detail: { to, data } }) => {
      this.#sealed.sendKey(to, data);
    });
    frameseal?.addEventListener('member', ({ detail }) => this.#rekeyed(detail));
    frameseal?.addEventListener('keychange', ({ detail }) => (this.#key.value = detail));
    frameseal?.addEventListener('source', ({ detail: { transceiver, receiver, member, track } }) => {
      this.#received.prove(receiver.track, member, track);
      if (transceiver) this.#forwarding?.prove(transceiver, member);
    });
    frameseal?.addEventListener('problem', ({ detail }) => this.#noteProblem(detail));
    frameseal?.fingerprint().then(
      (fingerprint) => this.#people.change(this.#id, { fingerprint }),
      () => {}, // the call is over already
    );

    const { media } = this;
    const speaking = new SpeakingWatch(
      () => this.#connections(),
      (tracks) => this.#showSpeaking(tracks),
    );
    const leave = (): void => this.leave();
    window.addEventListener('pagehide', leave);
    this.#endings.push(
      effect(() => {
        const camera = media.camera.value;
        const screen = media.screen.value;
        this.#people.change(this.#id, { camera, screen });
      }),
      effect(() => {
        const sending = media.sending.value;
        this.#people.change(this.#id, { sending });
        for (const member of this.#conversations.keys()) {
          void this.#tell(member, { type: 'status', sending });
        }
      }),
      () => speaking.stop(),
      () => this.#watch.close(),
      () => window.removeEventListener('pagehide', leave),
    );
  }

  #welcomed(welcome: Welcome): void {
    this.#context.iceServers = welcome.iceServers;
    if (this.#settle && welcome.sfu) this.#forward(welcome);
    batch(() => this.#roster.welcome(welcome.server, welcome.members));
    this.#settle?.resolve();
    this.#settle = undefined;
  }

  /** Has media go through the media server, and only data from browser to browser. */
  #forward({ sfu, iceServers, limits }: Welcome): void {
    this.#sfu = sfu;
    this.#context.media = undefined;
    this.#forwarding = new Forwarding(
      {
        url: new URL('/sfu', this.#server).href,
        room: this.#room,
        member: this.#id,
        frameseal: this.#frameseal,
        iceServers,
        media: this.#linkMedia,
        members: limits.members,
      },
      {
        changed: (member) => this.#showLink(member),
        lost: (reason) => {
          const cure = 'It is tried again by itself; until then, newcomers are not seen or heard.';
          const text = `No word from the media server: ${reason} ${cure}`;
          this.#notices.add('media-server', 'warning', text);
        },
      },
    );
  }

  #refused(error: ServerError, isFatal: boolean): void {
    if (isFatal) this.#settle?.reject(error);
    // Who is gone is told by the roster.
    if (error.code === 'no-such-member') return;
    this.#notices.add(error.code, isFatal ? 'error' : 'warning', error.message);
  }

  #joined(member: Member): void {
    const keys = this.isSealed ? 'pending' : 'secured';
    this.#watch.joined(member.id);
    this.#people.add(member, { isSelf: false, keys, link: 'connecting' });
    this.#chat.join(member.id);
    this.#frameseal?.memberJoined(member.id);
    if (!this.isSealed) this.#mesh.connect(member.id);
  }

  #left(member: string): void {
    this.#files.left(member);
    this.#frameseal?.memberLeft(member);
    this.#hangUp(member);
    this.#people.remove(member);
  }

  #rekeyed({ id, state, fingerprint, recorder }: MemberDetail): void {
    if (state === 'left') return;
    const person = this.#people.get(id);
    if (!person) return;
    if (state === 'secured' && fingerprint !== undefined) {
      const before = this.#fingerprints.get(id) ?? fingerprint;
      if (before !== fingerprint) this.#renew(id, person.name);
      this.#fingerprints.set(id, fingerprint);
    }
    this.#watch.rekeyed(id, state);
    const isVerified = this.#verification.isVerified({ id, name: person.name, fingerprint });
    this.#people.change(id, { keys: state, fingerprint, isVerified, recorder });
    if (state === 'secured') this.#connect(id);
  }

  /** Connects to a member, but to a recorder only while this person allows it. */
  #connect(id: string): void {
    if (this.#people.get(id)?.recorder !== 'missing') return this.#mesh.connect(id);
    this.#mesh.disconnect(id);
    this.#conversations.get(id)?.close();
    this.#conversations.delete(id);
  }

  /**
   * Begins anew with who has another key than before. Pages keep theirs, so this may be somebody
   * else: what was meant for the one before is not said to it.
   */
  #renew(id: string, name: string): void {
    this.#files.renew(id);
    this.#hangUp(id);
    this.#chat.join(id);
    this.#watch.joined(id);
    const text = `${name} has another key than before. Compare your safety numbers again.`;
    this.#notices.add('another-key', 'warning', text);
  }

  /** Forgets all that depends on a member's connection and key. */
  #hangUp(member: string): void {
    this.#mesh.disconnect(member);
    this.#conversations.get(member)?.close();
    this.#conversations.delete(member);
    this.#sealed.forget(member);
    this.#chat.leave(member);
    this.#received.forget(member);
    this.#watch.left(member);
  }

  #linked(link: Link): void {
    const { member } = link;
    this.#conversations.get(member)?.close();
    const conversation = new Conversation(link.channel, member, this.#frameseal, {
      opened: () => {
        void conversation.send({ type: 'status', sending: this.media.sending.value });
        this.#chat.connected(member);
        this.#files.connected(member);
      },
      message: (message) => this.#receive(member, message),
      dropped: (code) => this.#dropped(member, code),
    });
    this.#conversations.set(member, conversation);
  }

  #receive(member: string, message: Message): void {
    switch (message.type) {
      case 'status':
        this.#watch.heard(member);
        this.#people.change(member, { sending: message.sending });
        this.#showLink(member);
        return this.#showStreams(member);
      case 'chat':
      case 'heard':
        return this.#chat.receive(member, this.#people.nameOf(member), message);
      default:
        return this.#files.receive(member, message);
    }
  }

  /** Sends to one member, if there is a connection. */
  async #tell(member: string, message: Message): Promise<void> {
    const conversation = this.#conversations.get(member);
    if (conversation?.isOpen) await conversation.send(message);
  }

  #showStreams(member: string): void {
    const person = this.#people.get(member);
    if (!person) return;
    if (this.#watch.hasHeard(member)) {
      return this.#people.change(member, this.#received.streamsOf(member, person.sending));
    }
    // Media may be there before the first word over the data channel, and tells the same.
    const streams = this.#received.streamsOf(member, ALL);
    const { camera, screen } = streams;
    const sending = {
      microphone: (camera?.getAudioTracks().length ?? 0) > 0,
      camera: (camera?.getVideoTracks().length ?? 0) > 0,
      screen: screen !== undefined,
    };
    this.#people.change(member, { ...streams, sending });
  }

  /**
   * Shows the worse of the two ways to a member where data and media take different ones. Of who
   * sends no media, none can prove that there is a way for it.
   */
  #showLink(member: string): void {
    const link = this.#mesh.stateOf(member);
    const isSending = Object.values(this.#people.get(member)?.sending ?? {}).some(Boolean);
    const isPartial = isSending && this.#forwarding?.isConnected(member) === false;
    const isWorse = link === 'connected' && isPartial;
    this.#people.change(member, { link: isWorse ? 'connecting' : link });
  }

  #showSpeaking(tracks: ReadonlySet<MediaStreamTrack>): void {
    const own = this.media.tracks.value.microphone;
    const speaking = new Set(
      [...tracks].map((track) =>
        track === own ? this.#id : this.#received.ownerOf(track)?.member,
      ),
    );
    batch(() => {
      for (const { id } of this.people.value) {
        this.#people.change(id, { isSpeaking: speaking.has(id) });
      }
    });
  }

  #noteProblem(detail: ProblemDetail): void {
    const severity = severityOf(detail);
    this.#notices.add(detail.code, severity, detail.hint);
    this.#watch.problem(detail, severity);
  }

  /** Signalling or a message of somebody was not taken. */
  #dropped(member: string, code: string): void {
    const name = this.#people.nameOf(member);
    const isAttack = code === 'not-sealed' || code === 'wrong-source';
    const text = DROPPED[code] ?? `A message was dropped (${code}).`;
    this.#notices.add(code, isAttack ? 'warning' : 'info', `${name}: ${text}`);
    if (!isAttack || !this.isSealed) return;
    this.#watch.add({ code, severity: 'warning', text, name });
  }

  #connections(): RTCPeerConnection[] {
    return [...this.#mesh.links.map(({ pc }) => pc), ...(this.#forwarding?.connections ?? [])];
  }
}

const ALL = { microphone: true, camera: true, screen: true };

function defaultServer(): string {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Why something that a member sent was not taken: cause and cure. */
const DROPPED: Readonly<Record<string, string>> = {
  'authentication-failed': 'A message came twice, or was changed on the way, and was dropped.',
  malformed: 'A message could not be understood. If it goes on, reload the page at both ends.',
  'missing-key': 'A message was dropped because its key did not come within 10 s.',
  'not-sealed':
    'A message in the clear was refused, because this room is sealed. Compare your links.',
  sealed: 'A sealed message came, but this room is not sealed. Compare your links.',
  'too-much': 'More messages came than could be opened.',
  'wrong-source': 'A message was sealed by somebody else than the one who brought it.',
};

const JOIN_MS = 10_000;
