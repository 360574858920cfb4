import type { LocalMedia } from '../call/local-media.ts';
import { MediaToggles } from './media-toggles.tsx';
import { Icon } from './icon.tsx';
import { Trouble } from './trouble.tsx';
import { Video } from './video.tsx';

/** How the others will see one. */
export function Preview({ media }: { media: LocalMedia }) {
  const camera = media.camera.value;
  const isSeen = camera !== undefined && media.sending.value.camera;
  return (
    <div class="preview">
      <div class="preview-screen">
        {isSeen ? (
          <Video stream={camera} label="Your camera" isMirrored />
        ) : (
          <p class="preview-empty">
            <Icon name="camera-off" />
            Your camera is off
          </p>
        )}
        <div class="preview-toggles">
          <MediaToggles media={media} />
        </div>
      </div>
      <Trouble text={media.trouble.value ?? ''} />
    </div>
  );
}
