/** What arrives from the others, by whose it is proven to be. */

import { TRACKS, type Track } from './local-media.ts';

/** Whose track something is. */
export interface Owner {
  member: string;
  track: Track;
}

/** The streams of one person that may be shown. */
export interface Streams {
  /** Sound and picture. */
  camera: MediaStream | undefined;
  screen: MediaStream | undefined;
}

/**
 * A receiver's track is nobody's until a key has proven whose frames it plays; before that nothing
 * of it is shown, whatever the server or the other end said that it is.
 */
export class ReceivedMedia {
  readonly #changed: (member: string) => void;
  /** With the member whose frames alone the receiver lets through, if that is known. */
  readonly #tracks = new Map<MediaStreamTrack, string | undefined>();
  readonly #owners = new WeakMap<MediaStreamTrack, Owner>();
  readonly #shown = new Map<string, Streams>();

  /** @param changed told of each member whose streams may be others than before. */
  constructor(changed: (member: string) => void) {
    this.#changed = changed;
  }

  /**
   * Adds what a receiver plays.
   *
   * @param from the member whose frames alone the receiver lets through, if that is known.
   * @param owner in a room that is not sealed: whose it is, as nothing will be proven.
   */
  add(
    track: MediaStreamTrack,
    { from, owner }: { from?: string; owner?: Owner | undefined },
  ): void {
    this.#tracks.set(track, from);
    if (owner) this.#owners.set(track, owner);
    const tell = (): void => this.#tell(track);
    for (const event of ['mute', 'unmute', 'ended']) track.addEventListener(event, tell);
    tell();
  }

  /** Takes what a `source` event says of a receiver's track. */
  prove(received: MediaStreamTrack, member: string, track: string): void {
    const previous = this.#owners.get(received);
    if (isTrack(track)) this.#owners.set(received, { member, track });
    else this.#owners.delete(received);
    if (previous) this.#changed(previous.member);
    this.#tell(received);
  }

  /** Forgets the track of a receiver whose connection ends. */
  remove(track: MediaStreamTrack): void {
    if (!this.#tracks.delete(track)) return;
    const owner = this.#owners.get(track);
    this.#owners.delete(track);
    if (owner) this.#changed(owner.member);
  }

  /** Returns whose a track is. */
  ownerOf(track: MediaStreamTrack): Owner | undefined {
    return this.#owners.get(track);
  }

  /** Returns the newest track that plays this; it may be silent for now. */
  find(member: string, wanted: Track): MediaStreamTrack | undefined {
    let found: MediaStreamTrack | undefined;
    for (const [track, from = member] of this.#tracks) {
      const owner = this.#owners.get(track);
      if (owner?.member !== member || owner.track !== wanted || from !== member) continue;
      // One of a connection that is about to go may play beside its successor.
      if (track.readyState === 'live' && (!found || !track.muted)) found = track;
    }
    return found;
  }

  /**
   * Returns what may be shown of a member: the same objects as long as nothing has changed.
   *
   * @param isSending what the member says that it sends: browsers keep the last picture.
   */
  streamsOf(member: string, isSending: Readonly<Record<Track, boolean>>): Streams {
    const playing = (track: Track): MediaStreamTrack[] => {
      const found = isSending[track] ? this.find(member, track) : undefined;
      return found && !found.muted ? [found] : [];
    };
    const before = this.#shown.get(member);
    const streams = {
      camera: streamOf([...playing('microphone'), ...playing('camera')], before?.camera),
      screen: streamOf(playing('screen'), before?.screen),
    };
    this.#shown.set(member, streams);
    return streams;
  }

  /** Forgets a member that has left. */
  forget(member: string): void {
    this.#shown.delete(member);
  }

  #tell(track: MediaStreamTrack): void {
    const owner = this.#owners.get(track);
    if (owner && this.#tracks.has(track)) this.#changed(owner.member);
  }
}

function isTrack(name: string): name is Track {
  return (TRACKS as readonly string[]).includes(name);
}

/** Returns `before` if it has just these tracks. */
function streamOf(
  tracks: MediaStreamTrack[],
  before: MediaStream | undefined,
): MediaStream | undefined {
  if (tracks.length === 0) return undefined;
  const had = before?.getTracks() ?? [];
  const isSame = had.length === tracks.length && tracks.every((track) => had.includes(track));
  return isSame ? before : new MediaStream(tracks);
}
