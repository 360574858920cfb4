/**
 * Simulcast without a media server: every layer arrives at a transceiver of its own.
 *
 * A packet of a layer names it in the RTP header extension for RIDs, which has the same form as the
 * one for MIDs (RFC 8852, RFC 9143). So the receiver is told that the number of the RID extension
 * means MID, and gets a media section for each RID.
 */

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';

/** Turns the offer of one simulcast sender into one of a sender for each layer. */
export function splitLayers({
  type,
  sdp = '',
}: RTCSessionDescriptionInit): RTCSessionDescriptionInit {
  const { session, sections } = parse(sdp);
  const [video = []] = sections;
  const rids = video.flatMap((line) => /^a=rid:(\S+) send/.exec(line)?.[1] ?? []);
  const common = video
    .filter((line) => !/^a=(rid|simulcast|msid|ssrc)/.test(line) && !line.endsWith(MID))
    .filter((line) => !line.includes(':repaired-rtp-stream-id'))
    .map((line) => line.replace(RID, MID));
  const layers = rids.map((rid) => common.map((line) => line.replace(/^a=mid:.*/, `a=mid:${rid}`)));
  return { type, sdp: format(grouped(session, rids), layers) };
}

/** Turns the answer to `splitLayers(offer)` into one to `offer`. */
export function joinLayers(
  { type, sdp = '' }: RTCSessionDescriptionInit,
  offer: RTCSessionDescriptionInit,
): RTCSessionDescriptionInit {
  const { session, sections } = parse(sdp);
  const offered = parse(offer.sdp ?? '').sections[0] ?? [];
  const extensions = offered.filter((line) => line.endsWith(MID) || line.endsWith(RID));
  const mid = offered.find((line) => line.startsWith('a=mid:')) ?? '';
  const rids = sections.flatMap((section) =>
    section.flatMap((line) => /^a=mid:(.*)/.exec(line)?.[1] ?? []),
  );
  const [first = []] = sections;
  const video = [
    ...first.filter((line) => !line.endsWith(MID)).map((line) => line.replace(/^a=mid:.*/, mid)),
    ...extensions,
    ...rids.map((rid) => `a=rid:${rid} recv`),
    `a=simulcast:recv ${rids.join(';')}`,
  ];
  return { type, sdp: format(grouped(session, [mid.slice('a=mid:'.length)]), [video]) };
}

/** Lines of the session and of each media section. */
function parse(sdp: string): { session: string[]; sections: string[][] } {
  const [session = [], ...sections] = sdp
    .split(/(?=^m=)/m)
    .map((part) => part.split('\r\n').filter((line) => line !== ''));
  return { session, sections };
}

function format(session: string[], sections: string[][]): string {
  return [session, ...sections].flat().join('\r\n') + '\r\n';
}

function grouped(session: string[], mids: string[]): string[] {
  return session.map((line) =>
    line.replace(/^a=group:BUNDLE.*/, `a=group:BUNDLE ${mids.join(' ')}`),
  );
}
