import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { SideHead } from './side-head.tsx';

interface Props {
  id: string;
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** Something to be dealt with before the rest; Escape closes it, and the focus goes back. */
export function Dialog({ id, title, isOpen, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (isOpen && !current!.open) current!.showModal();
    if (!isOpen) current!.close();
  }, [isOpen]);
  return (
    <dialog id={id} class="dialog" ref={dialog} aria-labelledby={`${id}-heading`} onClose={onClose}>
      <SideHead id={`${id}-heading`} title={title} onClose={onClose} />
      {isOpen && children}
    </dialog>
  );
}
