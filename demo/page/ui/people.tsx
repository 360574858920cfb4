import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import type { Person } from '../call/model.ts';
import { bestTile, useSize, WIDEST } from './tile-size.ts';
import { Tile } from './tile.tsx';

/** Everybody, in tiles as large as there is room for; a shared screen comes before them. */
export function People({ call }: { call: Call }) {
  // Recorders have no picture: `Recorders` shows them.
  const people = call.people.value.filter(({ recorder }) => !recorder);
  const screens = people.filter((person) => pictureOf(call, person, 'screen'));
  return (
    <div id="people" class="people" data-layout={screens.length > 0 ? 'screen' : 'grid'}>
      {screens.length > 0 && (
        <Tiles label="Shared screens" count={screens.length} isWhole>
          {screens.map((person) => (
            <Tile
              key={person.id}
              person={person}
              track="screen"
              picture={pictureOf(call, person, 'screen')}
              isSealed={call.isSealed}
            />
          ))}
        </Tiles>
      )}
      <Tiles label="People" count={people.length}>
        {people.map((person) => (
          <Tile
            key={person.id}
            person={person}
            track="camera"
            picture={pictureOf(call, person, 'camera')}
            isSealed={call.isSealed}
          />
        ))}
      </Tiles>
    </div>
  );
}

/** The picture, if the person shows one. */
function pictureOf(call: Call, person: Person, track: 'camera' | 'screen'): MediaStream | undefined {
  const stream = person.isSelf ? call.media[track].value : person[track];
  return person.sending[track] && stream?.getVideoTracks().length ? stream : undefined;
}

interface TilesProps {
  label: string;
  count: number;
  /** Nothing of the pictures is cut off. */
  isWhole?: boolean;
  children: ComponentChildren;
}

function Tiles({ label, count, isWhole = false, children }: TilesProps) {
  const list = useRef<HTMLUListElement>(null);
  const size = useSize(list);
  // Faces are in the middle: on a phone held upright, tiles may be upright, too.
  const narrowest = isWhole ? WIDEST : size.height > size.width ? 3 / 4 : 1;
  const { width, height } = bestTile(count, size, narrowest);
  return (
    <ul
      ref={list}
      class="tiles"
      aria-label={label}
      style={{ '--tile-width': `${width}px`, '--tile-height': `${height}px` }}
    >
      {children}
    </ul>
  );
}
