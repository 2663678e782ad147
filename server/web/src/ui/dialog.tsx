// SPDX-License-Identifier: AGPL-3.0-or-later
// A modal dialog on the element that browsers have for it: focus stays inside and comes back.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

export interface DialogProps {
  title: string;
  /** Without it the dialog cannot be left by Esc. */
  onClose?: () => void;
  children: ComponentChildren;
}

export function Dialog({title, onClose, children}: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return <dialog ref={element} aria-label={title} onCancel={(event: Event) => {
    event.preventDefault();
    onClose?.();
  }}>
    <h2>{title}</h2>
    {children}
  </dialog>;
}
