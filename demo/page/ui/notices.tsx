import type { Notice } from '../call/model.ts';

/** What went wrong, the newest first. */
export function Notices({ notices }: { notices: readonly Notice[] }) {
  return (
    <section>
      <h3 id="notices-heading">Problems</h3>
      {notices.length === 0 && <p class="hint">None so far.</p>}
      <ol id="notices" class="notices" aria-labelledby="notices-heading">
        {notices.map(({ at, code, severity, text }, index) => (
          <li key={`${at} ${code} ${index}`} data-code={code} data-severity={severity}>
            <p>
              <strong>{code}</strong> <time>{new Date(at).toTimeString().slice(0, 8)}</time>
            </p>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
