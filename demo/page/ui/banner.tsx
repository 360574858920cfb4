import { Icon } from './icon.tsx';

/** Tells everybody in a room that was made without encryption. */
export function Banner() {
  return (
    <p class="banner" id="banner" role="alert">
      <Icon name="unlock" />
      <span>
        <strong>This room is not sealed.</strong> Whoever runs the servers can see and hear it. For a
        sealed call, <a href="/">create another room</a>.
      </span>
    </p>
  );
}
