// SPDX-License-Identifier: AGPL-3.0-or-later
// One line that says what was done, never what failed.
import {useEffect} from 'preact/hooks';
import {store, useStore} from '../store.ts';

const SHOWN_MS = 5_000;
const shown = store<{text: string} | null>(null);

export function toast(text: string): void {
  shown.set({text});
}

export function Toast() {
  const current = useStore(shown);
  useEffect(() => {
    if (!current)
      return;
    const timer = setTimeout(() => shown.set(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [current]);
  return <div class="toast-place" role="status">
    {current && <div class="toast">{current.text}</div>}
  </div>;
}
