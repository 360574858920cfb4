import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** Puts the link where it can be pasted from. */
export function CopyLink({ url }: { url: string }) {
  const [state, setState] = useState<keyof typeof TEXTS>('ready');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(url);
      setState('copied');
    } catch {
      setState('failed');
    }
    setTimeout(() => setState('ready'), SHOWN_MS);
  };
  return (
    <>
      <button type="button" id="copy-link" class="tool" onClick={() => void copy()}>
        <Icon name={state === 'copied' ? 'check' : 'link'} />
        <span class="tool-text">{TEXTS[state]}</span>
      </button>
      <span class="hidden" role="status">
        {state === 'ready' ? '' : TEXTS[state]}
      </span>
    </>
  );
}

const TEXTS = { ready: 'Copy link', copied: 'Link copied', failed: 'Not copied' };
const SHOWN_MS = 2000;
