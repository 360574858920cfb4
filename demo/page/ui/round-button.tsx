import { Icon, type IconName } from './icon.tsx';

interface Props {
  id: string;
  icon: IconName;
  label: string;
  /** A button that stays on or off. */
  isPressed?: boolean;
  /** Something that the button shows or hides. */
  controls?: string;
  isExpanded?: boolean;
  /** How much there is that was not looked at. */
  count?: number;
  onClick: () => void;
}

/** A button of the call: a picture in a circle, and a word under it. */
export function RoundButton({ id, icon, label, isPressed, controls, isExpanded, count = 0, onClick }: Props) {
  return (
    <button
      type="button"
      id={id}
      class="round"
      aria-pressed={isPressed}
      aria-controls={controls}
      aria-expanded={isExpanded}
      onClick={onClick}
    >
      <span class="round-icon">
        <Icon name={icon} />
        {count > 0 && <span class="badge">{count}</span>}
      </span>
      <span class="round-text">
        {label}
        {count > 0 && <span class="hidden">, {count} new</span>}
      </span>
    </button>
  );
}
