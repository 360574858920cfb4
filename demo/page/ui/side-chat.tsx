import type { Call } from '../call/call.ts';
import { ChatLog } from './chat-log.tsx';
import { Composer } from './composer.tsx';
import { SideHead } from './side-head.tsx';
import { Transfers } from './transfers.tsx';

interface Props {
  call: Call;
  isOpen: boolean;
  onClose: () => void;
}

/** What people write and send to each other. */
export function SideChat({ call, isOpen, onClose }: Props) {
  return (
    <section class="side" id="chat" hidden={!isOpen} aria-labelledby="chat-heading">
      <SideHead id="chat-heading" title="Chat and files" onClose={onClose} />
      <ChatLog call={call} />
      <Transfers call={call} />
      <Composer call={call} />
    </section>
  );
}
