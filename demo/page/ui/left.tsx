import { useEffect, useRef } from 'preact/hooks';
import { Front } from './front.tsx';
import type { Visit } from './visit.ts';

/** After the call. */
export function Left({ visit }: { visit: Visit }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Front>
      <div class="left">
        <h1 ref={heading} tabIndex={-1}>
          You have left the call
        </h1>
        <p class="lead">
          Your keys are wiped. Those who stay have made new ones, which your browser does not get.
        </p>
        <div class="left-ways">
          <button
            type="button"
            id="come-back"
            class="primary"
            disabled={visit.isJoining.value}
            onClick={() => void visit.comeBack()}
          >
            Come back
          </button>
          <a class="button" href="/">
            Start another call
          </a>
        </div>
        <p>
          <a href="/inspect/">See what the server sees, take it apart</a>
        </p>
      </div>
    </Front>
  );
}
