import type { Person } from '../call/model.ts';
import { Icon, type IconName } from './icon.tsx';
import { Sound, Video } from './video.tsx';

interface Props {
  person: Person;
  track: 'camera' | 'screen';
  picture: MediaStream | undefined;
  isSealed: boolean;
}

/** One picture of a person, with whose it is and how safe it is. */
export function Tile({ person, track, picture, isSealed }: Props) {
  const { id, name, isSelf, keys, link, isVerified, sending } = person;
  const sound = isSelf ? undefined : person[track];
  const called = isSelf ? `${name} (you)` : name;
  const title = track === 'screen' ? `${called}: screen` : called;
  return (
    <li
      class="tile"
      data-member={id}
      data-track={track}
      data-name={name}
      data-keys={keys}
      data-link={link}
      data-verified={String(isVerified)}
      data-self={isSelf ? '' : undefined}
      data-speaking={track === 'camera' && person.isSpeaking ? '' : undefined}
    >
      {picture ? (
        <Video stream={picture} label={title} isMirrored={isSelf && track === 'camera'} />
      ) : (
        <span class="avatar" aria-hidden="true" data-hue={hueOf(id)}>
          {initials(name)}
        </span>
      )}
      {sound && <Sound stream={sound} />}
      {!isSelf && link !== 'connected' && <p class="tile-link">{LINKS[link]}</p>}
      <div class="tile-foot">
        <p class="tile-name">
          {track === 'camera' && !sending.microphone && (
            <>
              <Icon name="microphone-off" />
              <span class="hidden">Muted: </span>
            </>
          )}
          <span>{title}</span>
        </p>
        {!isSelf && <KeyMark keys={keys} isVerified={isVerified} isSealed={isSealed} />}
      </div>
    </li>
  );
}

/** How safe what a person says is. */
function KeyMark({ keys, isVerified, isSealed }: Pick<Person, 'keys' | 'isVerified'> & { isSealed: boolean }) {
  const mark = isSealed ? (keys === 'secured' && isVerified ? 'verified' : keys) : 'open';
  const { icon, text } = MARKS[mark];
  return (
    <p class="tile-keys" data-mark={mark}>
      <Icon name={icon} />
      <span class="tile-keys-text">{text}</span>
    </p>
  );
}

const MARKS: Record<Person['keys'] | 'verified' | 'open', { icon: IconName; text: string }> = {
  secured: { icon: 'lock', text: 'Sealed' },
  verified: { icon: 'safety', text: 'Verified' },
  pending: { icon: 'hourglass', text: 'Waiting for keys' },
  bypassed: { icon: 'unlock', text: 'Not protected' },
  rejected: { icon: 'close', text: 'Not let in' },
  open: { icon: 'unlock', text: 'Not sealed' },
};

const LINKS: Record<Person['link'], string> = {
  connecting: 'Connecting',
  connected: '',
  reconnecting: 'Reconnecting',
  failed: 'No connection',
};

/** The first letters of the first and the last word. */
function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** One of the colours of `people.css`, always the same for one person. */
function hueOf(id: string): number {
  return [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HUES;
}

const HUES = 6;
