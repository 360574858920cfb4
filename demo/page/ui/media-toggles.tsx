import type { LocalMedia } from '../call/local-media.ts';
import { RoundButton } from './round-button.tsx';

/** Microphone and camera, on or off. */
export function MediaToggles({ media }: { media: LocalMedia }) {
  const { microphone, camera } = media.sending.value;
  return (
    <>
      <RoundButton
        id="microphone"
        icon={microphone ? 'microphone' : 'microphone-off'}
        label="Microphone"
        isPressed={microphone}
        onClick={() => void media.setMicrophone(!microphone)}
      />
      <RoundButton
        id="camera"
        icon={camera ? 'camera' : 'camera-off'}
        label="Camera"
        isPressed={camera}
        onClick={() => void media.setCamera(!camera)}
      />
    </>
  );
}
