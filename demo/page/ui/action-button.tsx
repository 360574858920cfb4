import { useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

interface Props {
  id: string;
  icon: IconName;
  label: string;
  /** Said for a moment when it was done. */
  done: string;
  /** Said for a moment when it could not be. */
  failed: string;
  hint?: string;
  act: () => Promise<void>;
}

/** A button that says how it went. */
export function ActionButton({ id, icon, label, done, failed, hint, act }: Props) {
  const [outcome, setOutcome] = useState('');
  const attempt = async (): Promise<void> => {
    try {
      await act();
      setOutcome(done);
    } catch {
      setOutcome(failed);
    }
    setTimeout(() => setOutcome(''), SHOWN_MS);
  };
  return (
    <>
      <button type="button" id={id} class="tool" title={hint} onClick={() => void attempt()}>
        <Icon name={outcome === done ? 'check' : icon} />
        <span class="tool-text">{outcome || label}</span>
      </button>
      <span class="hidden" role="status">
        {outcome}
      </span>
    </>
  );
}

const SHOWN_MS = 2000;
