import type { Call } from '../call/call.ts';
import { ActionButton } from './action-button.tsx';

/** Seals with a fresh key from now on. */
export function Rotate({ call }: { call: Call }) {
  return (
    <ActionButton
      id="rotate"
      icon="rotate"
      label="Rotate keys"
      done="Fresh key used"
      failed="Not rotated"
      hint="Seal with a fresh key from now on; nothing stops"
      act={() => call.rotate()}
    />
  );
}
