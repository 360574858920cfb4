import { effect, signal } from '@preact/signals';
import { Call } from '../call/call.ts';
import { LocalMedia } from '../call/local-media.ts';
import { formatRoomLink, newRoom, parseRoomLink, type RoomLink } from './room-link.ts';

export type View = 'lobby' | 'call' | 'left';

/** One visit to the page: which room it is about, and how far into the call it has come. */
export class Visit {
  readonly view = signal<View>('lobby');
  /** The room; none on the front page. */
  readonly link = signal<RoomLink | undefined>(undefined);
  readonly name = signal('');
  readonly media = signal(new LocalMedia());
  readonly call = signal<Call | undefined>(undefined);
  readonly isJoining = signal(false);
  /** Why there is no call: cause and cure. */
  readonly trouble = signal('');

  constructor() {
    try {
      this.link.value = parseRoomLink(location);
    } catch (error) {
      this.trouble.value = messageOf(error);
    }
    effect(() => {
      document.body.dataset['view'] = this.view.value;
      document.title = TITLES[this.view.value];
      // The newcomer reads and hears each view from its top.
      scrollTo(0, 0);
    });
    if (this.link.value) void this.media.value.start();
  }

  /** The whole link, to be given to others. */
  get url(): string {
    return this.link.value ? new URL(formatRoomLink(this.link.value), location.href).href : '';
  }

  create(isSealed: boolean): void {
    this.#enter(newRoom(isSealed));
  }

  /** Follows a link that somebody was given. */
  open(text: string): void {
    try {
      const link = parseRoomLink(new URL(text.trim(), location.href));
      if (!link) throw new Error('That is no link to a room. Copy all of it, from https to its end.');
      this.#enter(link);
    } catch (error) {
      this.trouble.value = messageOf(error);
    }
  }

  async join(): Promise<void> {
    const { value: link } = this.link;
    if (!link || this.isJoining.value) return;
    this.isJoining.value = true;
    this.trouble.value = '';
    try {
      const { room, isSealed, secret } = link;
      const videoCodec = new URLSearchParams(location.search).get('codec');
      this.call.value = await Call.join({
        room,
        isSealed,
        ...(secret && { secret }),
        ...(videoCodec && { videoCodec }),
        name: shortened(this.name.value.trim()),
        media: this.media.value,
      });
      this.view.value = 'call';
    } catch (error) {
      this.trouble.value = messageOf(error);
      this.view.value = 'lobby';
    } finally {
      this.isJoining.value = false;
    }
  }

  leave(): void {
    this.call.value?.leave();
    this.media.value.stop();
    this.view.value = 'left';
    this.call.value = undefined;
  }

  async comeBack(): Promise<void> {
    this.media.value = new LocalMedia();
    void this.media.value.start();
    await this.join();
  }

  #enter(link: RoomLink): void {
    this.trouble.value = '';
    this.link.value = link;
    history.pushState(null, '', formatRoomLink(link));
    void this.media.value.start();
  }
}

const TITLES: Record<View, string> = {
  lobby: 'Frameseal: calls that no server can hear',
  call: 'In a call: Frameseal',
  left: 'Left the call: Frameseal',
};

/** As much of a name as the server takes. */
function shortened(name: string): string {
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(NAME_BYTES));
  return name.slice(0, read);
}

const NAME_BYTES = 64;

function messageOf(error: unknown): string {
  if (error instanceof TypeError) return 'That is no link to a room. Copy all of it.';
  return error instanceof Error ? error.message : String(error);
}
