import { useEffect, useState } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import { MediaToggles } from './media-toggles.tsx';
import { RoundButton } from './round-button.tsx';

interface Props {
  call: Call;
  isChatOpen: boolean;
  onChat: () => void;
  onLeave: () => void;
}

/** What one does most in a call. */
export function Controls({ call, isChatOpen, onChat, onLeave }: Props) {
  const { media } = call;
  const isSharing = media.sending.value.screen;
  return (
    <section class="controls" aria-label="Controls">
      <MediaToggles media={media} />
      {'getDisplayMedia' in (navigator.mediaDevices ?? {}) && (
        <RoundButton
          id="screen"
          icon="screen"
          label="Share screen"
          isPressed={isSharing}
          onClick={() => (isSharing ? media.stopScreen() : void media.shareScreen())}
        />
      )}
      <RoundButton
        id="open-chat"
        icon="chat"
        label="Chat"
        controls="chat"
        isExpanded={isChatOpen}
        count={useUnseen(call, isChatOpen)}
        onClick={onChat}
      />
      <RoundButton id="leave" icon="leave" label="Leave" onClick={onLeave} />
    </section>
  );
}

/** How much was said, and how many files came, since the chat was open. */
function useUnseen({ chat, transfers }: Call, isOpen: boolean): number {
  const count =
    chat.value.length + transfers.value.filter(({ direction }) => direction === 'receive').length;
  const [seen, setSeen] = useState(count);
  useEffect(() => {
    if (isOpen) setSeen(count);
  }, [isOpen, count]);
  return isOpen ? 0 : Math.max(0, count - seen);
}
