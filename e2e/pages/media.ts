/** Media that is made in the page, so that every browser has it; and what is done with what comes. */

/** The tracks of a microphone and of a camera: a tone, and a picture that always changes. */
export function makeMedia(): [audio: MediaStreamTrack, video: MediaStreamTrack] {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const context = canvas.getContext('2d')!;
  let frame = 0;
  setInterval(() => {
    context.fillStyle = `hsl(${(frame += 7)} 80% 50%)`;
    context.fillRect(frame % 300, 0, 40, 240);
  }, 33);
  const audio = new AudioContext();
  const destination = audio.createMediaStreamDestination();
  const tone = audio.createOscillator();
  tone.connect(destination);
  tone.start();
  return [destination.stream.getTracks()[0]!, canvas.captureStream(30).getTracks()[0]!];
}

/** Plays a track: what nobody plays need not be decoded. */
export function play(track: MediaStreamTrack): HTMLMediaElement {
  const player = document.createElement(track.kind as 'audio' | 'video');
  player.srcObject = new MediaStream([track]);
  // One that nobody holds and that has nothing to show is gone before it has.
  document.body.append(player);
  track.addEventListener('ended', () => player.remove());
  player.play().catch(() => {}); // it ended meanwhile
  return player;
}

/** Plays whatever comes over a connection. */
export function playAll(pc: RTCPeerConnection): void {
  for (const { track } of pc.getReceivers()) play(track);
  pc.addEventListener('track', ({ track }) => play(track));
}

export function pause(ms: number): Promise<void> {
  return new Promise((over) => setTimeout(over, ms));
}
