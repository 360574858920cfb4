import { useEffect, useRef } from 'preact/hooks';
import { CopyLink } from './copy-link.tsx';
import { DeviceChoice } from './device-choice.tsx';
import { Front } from './front.tsx';
import { NameField } from './name-field.tsx';
import { Preview } from './preview.tsx';
import { Trouble } from './trouble.tsx';
import type { RoomLink } from './room-link.ts';
import type { Visit } from './visit.ts';

/** In front of a room: how one will be seen and called, and the link for the others. */
export function Lobby({ visit, link }: { visit: Visit; link: RoomLink }) {
  const media = visit.media.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Front>
      <div class="lobby">
        <section class="lobby-look" aria-label="Camera and microphone">
          <Preview media={media} />
          <DeviceChoice media={media} />
        </section>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            void visit.join();
          }}
        >
          <h1 ref={heading} tabIndex={-1}>
            Ready to join?
          </h1>
          <SealNote link={link} />
          <NameField visit={visit} />
          <button type="submit" id="join" class="primary" disabled={visit.isJoining.value}>
            {visit.isJoining.value ? 'Joining' : 'Join the call'}
          </button>
          <Trouble text={visit.trouble.value} />
          <div class="field">
            <label for="room-link">Link for the others</label>
            <div class="with-button">
              <input id="room-link" type="text" readOnly value={visit.url} />
              <CopyLink url={visit.url} />
            </div>
          </div>
        </form>
      </div>
    </Front>
  );
}

/** How safe the room is going to be. */
function SealNote({ link: { isSealed, secret } }: { link: RoomLink }) {
  if (!isSealed) {
    return (
      <p class="note" data-tone="bad">
        <strong>This room is not sealed.</strong> Whoever runs the servers can see and hear the call.
        For a sealed one, <a href="/">create another room</a>.
      </p>
    );
  }
  if (!secret) {
    return (
      <p class="note" data-tone="warn">
        <strong>Sealed, but the link has no secret.</strong> Compare safety numbers in the call: they
        are all that keeps the server from posing as somebody.
      </p>
    );
  }
  return (
    <p class="note" data-tone="good">
      <strong>Sealed with the link’s secret.</strong> Only those who have the whole link can take part.
    </p>
  );
}
