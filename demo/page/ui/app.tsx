import { CallView } from './call-view.tsx';
import { Left } from './left.tsx';
import { Lobby } from './lobby.tsx';
import { Welcome } from './welcome.tsx';
import type { Visit } from './visit.ts';

/** The page: one of its views. */
export function App({ visit }: { visit: Visit }) {
  const call = visit.call.value;
  switch (visit.view.value) {
    case 'call':
      return call && <CallView call={call} visit={visit} />;
    case 'left':
      return <Left visit={visit} />;
    case 'lobby':
      return visit.link.value ? <Lobby visit={visit} link={visit.link.value} /> : <Welcome visit={visit} />;
  }
}
