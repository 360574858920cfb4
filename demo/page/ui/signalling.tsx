import type { SignallingState } from '../call/model.ts';

/** How the connection to the server does. */
export function Signalling({ state }: { state: SignallingState }) {
  return (
    <p id="signalling" class="signalling" data-state={state} role="status" title={HINTS[state]}>
      <span class="hidden">Server: </span>
      {TEXTS[state]}
    </p>
  );
}

const TEXTS: Record<SignallingState, string> = {
  online: 'Online',
  reconnecting: 'Reconnecting',
  refused: 'Refused',
};

const HINTS: Record<SignallingState, string> = {
  online: 'Connected to the server, which tells who comes and goes.',
  reconnecting: 'The server is away. Picture and sound go on; nobody new can come.',
  refused: 'The server does not let this browser in. Inside tells why.',
};
