import { useEffect, useState } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import { Announcer } from './announcer.tsx';
import { Banner } from './banner.tsx';
import { Controls } from './controls.tsx';
import { CopyLink } from './copy-link.tsx';
import { DeviceChoice } from './device-choice.tsx';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Panel } from './panel.tsx';
import { People } from './people.tsx';
import { Recorders } from './recorders.tsx';
import { Rotate } from './rotate.tsx';
import { Safety } from './safety.tsx';
import { ShieldView } from './shield-view.tsx';
import { SideChat } from './side-chat.tsx';
import { Signalling } from './signalling.tsx';
import { Trouble } from './trouble.tsx';
import type { Visit } from './visit.ts';

/** A part of the view that comes and goes. */
export type Side = 'chat' | 'panel';

/** The call: people, what keeps them safe, and what they can do. */
export function CallView({ call, visit }: { call: Call; visit: Visit }) {
  const [sides, setSides] = useState<ReadonlySet<Side>>(() => new Set(isWide() ? ['chat'] : []));
  const [dialog, setDialog] = useState<'safety' | 'devices'>();
  const closeDialog = (): void => setDialog(undefined);
  const toggle = (side: Side): void => {
    // Where there is no room for both, one takes the other's place.
    const others = hasRoomForBoth() ? [...sides].filter((other) => other !== side) : [];
    setSides(new Set(sides.has(side) ? others : [...others, side]));
  };
  const close = (side: Side): void => {
    toggle(side);
    document.getElementById(`open-${side}`)?.focus();
  };
  const closeOnEscape = ({ key, target }: KeyboardEvent): void => {
    // A dialog closes itself, and beside the people nothing is in the way.
    if (key !== 'Escape' || (target as Element).closest('dialog') || isWide()) return;
    for (const side of sides) close(side);
  };
  useEffect(() => {
    document.getElementById('call-heading')?.focus();
  }, []);

  return (
    <div class="call" onKeyDown={closeOnEscape}>
      <header class="call-head">
        <h1 class="hidden" id="call-heading" tabIndex={-1}>
          Call
        </h1>
        <ShieldView shield={call.shield.value} />
        <div class="tools" role="group" aria-label="Keys and room">
          <Signalling state={call.signalling.value} />
          {call.isSealed && (
            <>
              <button type="button" id="open-safety" class="tool" onClick={() => setDialog('safety')}>
                <Icon name="safety" />
                <span class="tool-text">Safety numbers</span>
              </button>
              <Rotate call={call} />
            </>
          )}
          <CopyLink url={visit.url} />
          <button
            type="button"
            id="open-devices"
            class="tool tool-icon"
            title="Devices"
            onClick={() => setDialog('devices')}
          >
            <Icon name="sliders" />
            <span class="tool-text">Devices</span>
          </button>
          <button
            type="button"
            id="open-panel"
            class="tool"
            aria-controls="panel"
            aria-expanded={sides.has('panel')}
            onClick={() => toggle('panel')}
          >
            <Icon name="gauge" />
            <span class="tool-text">Inside</span>
          </button>
        </div>
      </header>
      <div class="call-notes">
        {!call.isSealed && <Banner />}
        <Recorders call={call} />
      </div>
      <main class="call-main">
        <div class="stage">
          <People call={call} />
          <Trouble text={call.media.trouble.value ?? ''} />
        </div>
        <Panel call={call} isOpen={sides.has('panel')} onClose={() => close('panel')} />
        <SideChat call={call} isOpen={sides.has('chat')} onClose={() => close('chat')} />
      </main>
      <Controls
        call={call}
        isChatOpen={sides.has('chat')}
        onChat={() => toggle('chat')}
        onLeave={() => visit.leave()}
      />
      {call.isSealed && (
        <Safety call={call} isOpen={dialog === 'safety'} onClose={closeDialog} />
      )}
      <Dialog id="devices" title="Devices" isOpen={dialog === 'devices'} onClose={closeDialog}>
        <p>Which camera and microphone the others see and hear.</p>
        <DeviceChoice media={call.media} />
      </Dialog>
      <Announcer call={call} />
    </div>
  );
}

/** Side by side with the people; as in `call.css`. */
const isWide = (): boolean => matchMedia('(min-width: 901px)').matches;
const hasRoomForBoth = (): boolean => matchMedia('(min-width: 1101px)').matches;
