import { ActionButton } from './action-button.tsx';

/** Puts the link where it can be pasted from. */
export function CopyLink({ url }: { url: string }) {
  return (
    <ActionButton
      id="copy-link"
      icon="link"
      label="Copy link"
      done="Link copied"
      failed="Not copied"
      act={() => navigator.clipboard.writeText(url)}
    />
  );
}
