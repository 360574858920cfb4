import type { Visit } from './visit.ts';

/** What to be called. */
export function NameField({ visit: { name } }: { visit: Visit }) {
  return (
    <div class="field">
      <label for="name">Your name</label>
      <input
        id="name"
        type="text"
        required
        maxLength={MAX_LENGTH}
        autoComplete="nickname"
        value={name.value}
        onInput={({ currentTarget }) => (name.value = currentTarget.value)}
      />
    </div>
  );
}

const MAX_LENGTH = 64;
