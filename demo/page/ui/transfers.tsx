import type { Call } from '../call/call.ts';
import type { Transfer } from '../call/model.ts';
import { bytes } from './format.ts';
import { Icon } from './icon.tsx';

/** Files on their way, here or to others. */
export function Transfers({ call }: { call: Call }) {
  const names = new Map(call.people.value.map(({ id, name }) => [id, name]));
  return (
    <ul id="transfers" class="transfers" aria-label="Files">
      {call.transfers.value.map((transfer) => (
        <TransferItem
          key={transfer.id}
          call={call}
          transfer={transfer}
          other={names.get(transfer.with) ?? 'somebody who left'}
        />
      ))}
    </ul>
  );
}

function TransferItem({ call, transfer, other }: { call: Call; transfer: Transfer; other: string }) {
  const { id, direction, name, size, moved, state, url } = transfer;
  return (
    <li data-transfer={id} data-state={state} data-direction={direction}>
      <Icon name="file" />
      <div class="transfer-text">
        <p class="transfer-name" title={name}>
          {name}
        </p>
        <p class="transfer-fact">
          {direction === 'send' ? 'To' : 'From'} {other}, {bytes(size)}: {progress(transfer)}
        </p>
        {state === 'moving' && <progress aria-label={name} max={Math.max(size, 1)} value={moved} />}
      </div>
      {direction === 'receive' && state === 'offered' && (
        <div class="transfer-ways">
          <button type="button" class="accept primary" onClick={() => call.accept(id)}>
            Accept<span class="hidden"> {name}</span>
          </button>
          <button type="button" class="decline" onClick={() => call.decline(id)}>
            Decline<span class="hidden"> {name}</span>
          </button>
        </div>
      )}
      {url !== undefined && (
        <a class="save button" href={url} download={name}>
          Save<span class="hidden"> {name}</span>
        </a>
      )}
    </li>
  );
}

function progress({ state, direction, size, moved, reason }: Transfer): string {
  switch (state) {
    case 'offered':
      return direction === 'send' ? 'waiting for a yes' : 'offered to you';
    case 'moving':
      return `${size > 0 ? Math.floor((100 * moved) / size) : 100} %`;
    case 'done':
      return 'arrived whole';
    case 'declined':
      return 'declined';
    case 'failed':
      return reason ?? 'failed';
  }
}
