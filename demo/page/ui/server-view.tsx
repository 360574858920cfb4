import type { Call, Relayed } from '../call/call.ts';
import { hexadecimal } from './format.ts';
import { Snow } from './snow.tsx';

/** All that the server that connects people got to see of late. */
export function ServerView({ call, relayed }: { call: Call; relayed: readonly Relayed[] }) {
  const names = new Map(call.people.value.map(({ id, name }) => [id, name]));
  const called = (id: string | null): string => (id === null ? 'all' : (names.get(id) ?? 'left'));
  return (
    <section id="server-view">
      <h3>What the server sees</h3>
      <p class="hint">
        A byte a pixel: snow, for what is sealed. It knows who sends to whom, when, and how much.
      </p>
      <Snow pieces={relayed} />
      <ul class="legend">
        {LEGEND.map(([what, text]) => (
          <li key={what}>
            <span class="swatch" data-what={what} aria-hidden="true" />
            {text}
          </li>
        ))}
      </ul>
      <ol class="relayed" aria-label="The last that went through the server">
        {relayed.slice(-SHOWN).toReversed().map(({ at, from, to, what, bytes }, index) => (
          <li key={`${at} ${index}`} data-what={what}>
            <p>
              {called(from)} to {called(to)} <span class="hint">{TEXTS[what]}, {bytes.length} bytes</span>
            </p>
            <code>{hexadecimal(bytes.subarray(0, BYTES_SHOWN))}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

const TEXTS = { key: 'keys, wrapped', sealed: 'sealed', plain: 'readable' } as const;
const LEGEND = Object.entries(TEXTS);
const SHOWN = 4;
const BYTES_SHOWN = 30;
