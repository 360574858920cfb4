import { Icon } from './icon.tsx';

/** Title of a part that can be closed. */
export function SideHead({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  return (
    <div class="side-head">
      <h2 id={id}>{title}</h2>
      <button type="button" class="close" onClick={onClose}>
        <Icon name="close" />
        <span class="hidden">Close {title}</span>
      </button>
    </div>
  );
}
