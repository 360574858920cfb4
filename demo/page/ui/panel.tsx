import { useEffect, useState } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import type { Counters } from '../call/model.ts';
import { Figures } from './figures.tsx';
import { Notices } from './notices.tsx';
import { ServerView } from './server-view.tsx';
import { SideHead } from './side-head.tsx';
import { TrackTable } from './track-table.tsx';

interface Props {
  call: Call;
  isOpen: boolean;
  onClose: () => void;
}

/** What goes on inside: counters, keys, problems, and what the server sees. */
export function Panel({ call, isOpen, onClose }: Props) {
  const [counters, setCounters] = useState<Counters>();
  useEffect(() => {
    if (!isOpen) return undefined;
    const look = (): void => void call.counters().then(setCounters, () => {});
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [call, isOpen]);
  return (
    <section class="side panel" id="panel" hidden={!isOpen} aria-labelledby="panel-heading">
      <SideHead id="panel-heading" title="Inside" onClose={onClose} />
      <div class="panel-scroll" tabIndex={0} role="group" aria-label="Figures">
        {isOpen && (
          <>
            <Figures call={call} counters={counters} />
            <TrackTable call={call} stats={counters?.frameseal} />
            <ServerView call={call} relayed={call.serverView()} />
          </>
        )}
        <Notices notices={call.notices.value} />
      </div>
    </section>
  );
}

const EVERY_MS = 1000;
