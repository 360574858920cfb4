import { useState } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import { Icon } from './icon.tsx';
import { Trouble } from './trouble.tsx';

/** Writes to everybody, and offers files. */
export function Composer({ call }: { call: Call }) {
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState('');
  const attempt = async (what: Promise<void>): Promise<void> => {
    try {
      await what;
      setTrouble('');
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  const say = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    void attempt(call.say(text.trim()));
    setText('');
  };
  const offer = (input: HTMLInputElement): void => {
    for (const file of input.files ?? []) void attempt(call.offer(file));
    input.value = ''; // the same file can be chosen again
  };
  return (
    <form class="composer" onSubmit={say}>
      <Trouble text={trouble} />
      <div class="composer-line">
        <label class="attach" title="Send a file to everybody">
          <Icon name="file" />
          <span class="hidden">Send a file to everybody</span>
          <input id="file" type="file" multiple onChange={({ currentTarget }) => offer(currentTarget)} />
        </label>
        <label class="hidden" for="chat-text">
          Message to everybody
        </label>
        <input
          id="chat-text"
          type="text"
          autoComplete="off"
          placeholder="Message"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" id="chat-send" class="send">
          <Icon name="send" />
          <span class="hidden">Send</span>
        </button>
      </div>
    </form>
  );
}
