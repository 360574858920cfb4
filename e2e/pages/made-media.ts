/** Media that is made in the page, so that every browser has it. */

export interface Media {
  /** A microphone's, and a camera's. */
  tracks: MediaStreamTrack[];
  /** Plays what came: sound that nobody plays is not decoded. */
  play(track: MediaStreamTrack): void;
  stop(): void;
}

/** A picture that always changes, and a tone. */
export function openMedia(): Media {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 240];
  const context = canvas.getContext('2d')!;
  let frame = 0;
  const timer = setInterval(() => {
    context.fillStyle = `hsl(${(frame += 7)} 80% 50%)`;
    context.fillRect(frame % 300, 0, 40, 240);
  }, 33);
  const audio = new AudioContext();
  const destination = audio.createMediaStreamDestination();
  const tone = audio.createOscillator();
  tone.connect(destination);
  tone.start();
  const tracks = [...destination.stream.getTracks(), ...canvas.captureStream(30).getTracks()];
  const players: HTMLMediaElement[] = [];
  return {
    tracks,
    play(track) {
      const player = document.createElement(track.kind as 'audio' | 'video');
      player.srcObject = new MediaStream([track]);
      player.play().catch(() => {}); // taken away meanwhile
      players.push(player);
    },
    stop() {
      for (const player of players) player.srcObject = null;
      clearInterval(timer);
      for (const track of tracks) track.stop();
      void audio.close();
    },
  };
}

