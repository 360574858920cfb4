import { useEffect, useRef, useState } from 'preact/hooks';
import type { Call } from '../call/call.ts';

/** Says who comes and goes to those who do not see it. */
export function Announcer({ call }: { call: Call }) {
  const people = call.people.value;
  const known = useRef(new Map<string, string>());
  const [news, setNews] = useState('');
  const present = people.map(({ id }) => id).join();
  useEffect(() => {
    const now = new Map(people.filter(({ isSelf }) => !isSelf).map(({ id, name }) => [id, name]));
    const came = [...now].filter(([id]) => !known.current.has(id)).map(([, name]) => `${name} came.`);
    const left = [...known.current].filter(([id]) => !now.has(id)).map(([, name]) => `${name} left.`);
    known.current = now;
    if (came.length + left.length > 0) setNews([...came, ...left].join(' '));
  }, [present]);
  return (
    <p class="hidden" role="status" id="news">
      {news}
    </p>
  );
}
