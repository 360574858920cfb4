import type { Shield } from '../call/model.ts';

/** Says whether the call is sealed, why not, and what to do. */
export function ShieldView({ shield: { state, title, reason, cure } }: { shield: Shield }) {
  return (
    <div class="shield-view" id="shield" data-state={state} role="status" aria-label="Encryption">
      <svg class="shield" viewBox="0 0 24 28" aria-hidden="true">
        <path class="shield-body" d="M12 1 23 5v8.5c0 6.4-4.5 11-11 13.5C5.5 24.5 1 19.9 1 13.5V5z" />
        <path class="shield-mark" d={MARKS[state]} />
      </svg>
      <div class="shield-text">
        <p class="shield-title" id="shield-title">
          {title}
        </p>
        <p class="shield-detail">
          <span id="shield-reason">{reason}</span> <span id="shield-cure">{cure}</span>
        </p>
      </div>
    </div>
  );
}

const MARKS: Record<Shield['state'], string> = {
  secured: 'm6.5 14 4 4 7-8',
  waiting: 'M12 8v6l4 2.5',
  problem: 'M12 7.5v8M12 19.5v.01',
  off: 'M8 10l8 8M16 10l-8 8',
};
