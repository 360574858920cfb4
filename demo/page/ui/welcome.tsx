import { useState } from 'preact/hooks';
import { Front } from './front.tsx';
import { NameField } from './name-field.tsx';
import { Trouble } from './trouble.tsx';
import type { Visit } from './visit.ts';

/** The front page: make a room, or follow a link to one. */
export function Welcome({ visit }: { visit: Visit }) {
  const [isSealed, setSealed] = useState(true);
  const [link, setLink] = useState('');
  return (
    <Front>
      <div class="welcome">
        <div class="welcome-text">
          <h1>Calls that no server can hear</h1>
          <p class="lead">
            Every picture, word and file is sealed in your browser and opened in those of the people
            you talk to. What lies between them carries bytes that it cannot read.
          </p>
          <ul class="promises">
            <li>Two to eight people, nothing to install, no account.</li>
            <li>The secret is in the link, behind the #, where no server sees it.</li>
            <li>Who speaks is proven by keys. Compare safety numbers to be sure.</li>
          </ul>
          <p>
            <a href="/inspect/">See what the server sees, take it apart</a>
          </p>
        </div>
        <div class="forms">
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              visit.create(isSealed);
            }}
          >
            <h2>Start a call</h2>
            <NameField visit={visit} />
            <label class="check" for="sealed">
              <input
                type="checkbox"
                role="switch"
                id="sealed"
                checked={isSealed}
                aria-describedby="sealed-hint"
                onChange={({ currentTarget }) => setSealed(currentTarget.checked)}
              />
              <span>Sealed</span>
            </label>
            <p class="hint" id="sealed-hint">
              {isSealed
                ? 'Nobody but those who have the link can see or hear the call.'
                : 'Whoever runs the server or the media server can see and hear the call. Everybody in it is told.'}
            </p>
            <button type="submit" id="create" class="primary">
              Create a room
            </button>
          </form>
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              visit.open(link);
            }}
          >
            <h2>Join a call</h2>
            <div class="field">
              <label for="link">A link that you were given</label>
              <div class="with-button">
                <input
                  id="link"
                  type="text"
                  inputMode="url"
                  autoComplete="off"
                  spellcheck={false}
                  required
                  value={link}
                  onInput={({ currentTarget }) => setLink(currentTarget.value)}
                />
                <button type="submit" id="open">
                  Open
                </button>
              </div>
            </div>
            <Trouble text={visit.trouble.value} />
          </form>
        </div>
      </div>
    </Front>
  );
}
