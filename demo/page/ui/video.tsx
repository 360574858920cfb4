import { useEffect, useRef } from 'preact/hooks';

/** A stream's picture. Its sound is {@link Sound}'s: it goes on when there is no picture. */
export function Video({ stream, label, isMirrored = false }: { stream: MediaStream; label: string; isMirrored?: boolean }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => play(video.current!, stream), [stream]);
  return (
    <video
      ref={video}
      class={isMirrored ? 'mirrored' : ''}
      aria-label={label}
      tabIndex={-1}
      autoplay
      muted
      playsInline
    />
  );
}

/** A stream's sound. */
export function Sound({ stream }: { stream: MediaStream }) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => play(audio.current!, stream), [stream]);
  return <audio ref={audio} autoplay />;
}

function play(element: HTMLMediaElement, stream: MediaStream): () => void {
  element.srcObject = stream;
  // Rejected when another stream comes before this one has begun: then that one plays.
  element.play().catch(() => {});
  return () => (element.srcObject = null);
}
