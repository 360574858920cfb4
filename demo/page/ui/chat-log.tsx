import { useEffect, useRef } from 'preact/hooks';
import type { Call } from '../call/call.ts';

/** What was said, the newest last. */
export function ChatLog({ call }: { call: Call }) {
  const messages = call.chat.value;
  const self = call.people.value.find(({ isSelf }) => isSelf)?.id;
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => {
    log.current!.scrollTop = log.current!.scrollHeight;
  }, [messages.length]);
  return (
    <div class="chat-log" ref={log} role="log" aria-label="Chat" tabIndex={0}>
      {messages.length === 0 && (
        <p class="empty">
          {call.isSealed
            ? 'Messages and files are sealed like the call, and kept nowhere.'
            : 'Messages and files are not sealed in this room.'}
        </p>
      )}
      <ol id="chat-log">
        {messages.map(({ id, from, name, text, at }) => (
          <li key={id} data-from={from} data-self={from === self ? '' : undefined}>
            <p class="chat-who">
              <strong>{from === self ? 'You' : name}</strong>
              <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
            </p>
            <p class="chat-said">{text}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
