/** Names of the tracks that a description would make, replaced by names of our own. */

import { randomId } from './base64.ts';

/**
 * A receiver's track is called what the other end's description calls it (RFC 8830): so two ends
 * may use one name, as Janus does for all, or take another member's for theirs. What a `source`
 * event proves would then be believed of the wrong track.
 */
export class TrackIds {
  readonly #own = new Map<string, string>();

  rewrite({ type, sdp = '' }: RTCSessionDescriptionInit): RTCSessionDescriptionInit {
    const rewritten = sdp.replace(
      /^(a=(?:ssrc:\d+ )?msid:\S+ )(.+)$/gm,
      (_, before: string, id: string) => before + this.#ownOf(id),
    );
    return { type, sdp: rewritten };
  }

  #ownOf(id: string): string {
    const own = this.#own.get(id) ?? randomId();
    this.#own.set(id, own);
    return own;
  }
}
