/** A quiet sound, for where there is no microphone. Browsers allow it after the first click. */
export function playTone(): MediaStreamTrack {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  CHORD.forEach((frequency, voice) => {
    const volume = context.createGain();
    volume.gain.value = 0.05;
    volume.connect(output);
    const note = new OscillatorNode(context, { frequency });
    note.connect(volume);
    note.start();

    // Each voice swells at a pace of its own, so that the chord never stands still.
    const swell = new OscillatorNode(context, { frequency: 0.11 + voice * 0.07 });
    const depth = new GainNode(context, { gain: 0.04 });
    swell.connect(depth).connect(volume.gain);
    swell.start();
  });
  return output.stream.getAudioTracks()[0]!;
}

/** Hertz: A3, E4, B4, C sharp 5. */
const CHORD = [220, 329.63, 493.88, 554.37];
