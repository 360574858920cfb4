/** Media that is made in the page, so that every browser has it; and what is done with what comes. */

export interface Camera {
  track: MediaStreamTrack;
  resize(width: number, height: number): void;
  stop(): void;
}

/** A camera that shows what is drawn; `draw` is told how many pictures were before. */
export function openCamera(
  draw: (context: CanvasRenderingContext2D, picture: number) => void,
  { width = 320, height = 240, framesPerSecond = 30 } = {},
): Camera {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { alpha: false })!;
  let picture = 0;
  const show = () => draw(context, picture++);
  show();
  const timer = setInterval(show, 1000 / framesPerSecond);
  return {
    track: canvas.captureStream().getVideoTracks()[0]!,
    resize(width, height) {
      Object.assign(canvas, { width, height });
      show(); // in the same turn: an empty picture would be one, too
    },
    stop: () => clearInterval(timer),
  };
}

/** The tracks of a microphone and of a camera: a tone, and a picture that always changes. */
export function makeMedia(): [audio: MediaStreamTrack, video: MediaStreamTrack] {
  const camera = openCamera((context, picture) => {
    context.fillStyle = `hsl(${picture * 7} 80% 50%)`;
    context.fillRect((picture * 7) % 300, 0, 40, 240);
  });
  const audio = new AudioContext();
  const destination = audio.createMediaStreamDestination();
  const tone = audio.createOscillator();
  tone.connect(destination);
  tone.start();
  return [destination.stream.getTracks()[0]!, camera.track];
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
