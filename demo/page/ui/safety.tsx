import { useEffect, useState } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import type { Person } from '../call/model.ts';
import { Dialog } from './dialog.tsx';

interface Props {
  call: Call;
  isOpen: boolean;
  onClose: () => void;
}

/** Numbers to compare: the same on both sides if nobody is in the middle. */
export function Safety({ call, isOpen, onClose }: Props) {
  const others = call.people.value.filter(({ isSelf }) => !isSelf);
  // Numbers change when somebody's key does.
  const keys = others.map(({ id, keys, fingerprint }) => `${id} ${keys} ${fingerprint}`).join();
  return (
    <Dialog id="safety" title="Safety numbers" isOpen={isOpen} onClose={onClose}>
      <p>
        Compare them side by side, or over a messenger that you trust. If they are the same, nobody is
        in the middle.
        {!call.hasSecret && ' The link of this room has no secret, so it is worth the effort.'}
      </p>
      <section class="number-card">
        <h3>The whole room</h3>
        <p class="hint">The same for all, once all are here.</p>
        <SafetyNumber call={call} id="room-number" keys={keys} />
      </section>
      {others.map((person) => (
        <PersonNumber key={person.id} call={call} person={person} />
      ))}
      {others.length === 0 && <p class="hint">Nobody else is here yet.</p>}
    </Dialog>
  );
}

function PersonNumber({ call, person }: { call: Call; person: Person }) {
  const { id, name, keys, fingerprint, isVerified } = person;
  return (
    <section class="number-card">
      <h3>{name} and you</h3>
      <SafetyNumber call={call} member={id} keys={`${keys} ${fingerprint}`} />
      <label class="check">
        <input
          type="checkbox"
          data-verify={id}
          checked={isVerified}
          disabled={keys !== 'secured'}
          onChange={({ currentTarget }) => call.setVerified(id, currentTarget.checked)}
        />
        <span>{name} has the same number: verified</span>
      </label>
    </section>
  );
}

interface NumberProps {
  call: Call;
  id?: string;
  /** Whose; absent: of the room. */
  member?: string;
  /** The number is asked for again when this changes. */
  keys: string;
}

function SafetyNumber({ call, id, member, keys }: NumberProps) {
  const [number, setNumber] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    call.safetyNumber(member).then(
      (number) => isCurrent && setNumber(number),
      () => isCurrent && setNumber(undefined), // there is none before the keys
    );
    return () => {
      isCurrent = false;
    };
  }, [call, member, keys]);
  return (
    <p class="number" id={id} data-number={member}>
      {number === undefined ? (
        <span class="hint">Comes with the keys</span>
      ) : (
        number.split(' ').map((group, index) => [index > 0 && ' ', <span key={index}>{group}</span>])
      )}
    </p>
  );
}
