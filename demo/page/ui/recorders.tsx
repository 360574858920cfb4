import type { Call } from '../call/call.ts';
import type { Person } from '../call/model.ts';
import { Icon } from './icon.tsx';

/** Who records, or wants to: each person decides for itself. */
export function Recorders({ call }: { call: Call }) {
  const recorders = call.people.value.filter(({ recorder }) => recorder);
  return (
    <div role="alert">
      {recorders.map((person) => (
        <Recorder key={person.id} call={call} person={person} />
      ))}
    </div>
  );
}

function Recorder({ call, person }: { call: Call; person: Person }) {
  const { id, name, recorder } = person;
  const isAllowed = recorder === 'given';
  return (
    <div class="banner recorder" data-recorder={name} data-consent={recorder}>
      <Icon name={isAllowed ? 'record' : 'hourglass'} />
      <p>
        {isAllowed ? (
          <>
            <strong>{name} is recording you.</strong> It sees and hears what you send.
          </>
        ) : (
          <>
            <strong>{name} wants to record this call.</strong> It sees and hears nothing of yours
            unless you allow it.
          </>
        )}
      </p>
      <button
        type="button"
        class={isAllowed ? 'recorder-stop' : 'recorder-allow primary'}
        onClick={() => call.setConsent(id, !isAllowed)}
      >
        {isAllowed ? 'Stop recording me' : 'Allow'}
      </button>
    </div>
  );
}
