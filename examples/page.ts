/** What every example needs, sealed or not: a name, a room, signalling, a camera, and a place for pictures. */

const query = new URLSearchParams(location.search);

/** What this member is called. */
export const member = query.get('member') ?? 'alice';
/** Whom this member calls, where calls are to somebody. */
export const callee = query.get('call');
export const room = 'standup';

/** From behind the `#` of the link, which both members have. */
export const secret = Uint8Array.fromBase64(location.hash.slice(1), { alphabet: 'base64url' });

/** The URL of the server that the library needs, if it needs one. */
export const server = document.body.dataset['server'] ?? '';

/** Our signalling, open: the relay delivers to `to`, or to all others, and says who joined and left. */
export const socket = new WebSocket(
  `ws://${location.host}/relay?${new URLSearchParams({ room, member })}`,
);
await new Promise((opened) => socket.addEventListener('open', opened, { once: true }));

/** Turns on camera and microphone, and shows the picture. */
export async function camera(): Promise<MediaStream> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  show(stream, 'me');
  return stream;
}

/** Shows what a stream brings, once. */
export function show(stream: MediaStream, id = stream.id): void {
  const shown = document.getElementById(id);
  const video = shown instanceof HTMLVideoElement ? shown : document.createElement('video');
  video.id = id;
  video.muted = id === 'me';
  video.autoplay = true;
  if (video.srcObject !== stream) video.srcObject = stream;
  document.body.append(video);
}
