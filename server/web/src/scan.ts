// SPDX-License-Identifier: AGPL-3.0-or-later
// A scanner types like a keyboard, only faster. A burst of characters that no field takes is a scan
// and goes to the screen that is shown, else to the search.
import {go} from './nav.ts';

const SHORTEST = 4;
const LONGEST_GAP_MS = 60;

/** Tells bursts of keys from a person's typing. */
export class Burst {
  #text = '';
  #last = 0;

  /** Takes a key with its time in ms; the answer is the scanned text when Enter ends a burst. */
  add(key: string, at: number): string | null {
    if (at - this.#last > LONGEST_GAP_MS)
      this.#text = '';
    this.#last = at;
    if (key === 'Enter') {
      const text = this.#text;
      this.#text = '';
      return text.length >= SHORTEST ? text : null;
    }
    if ([...key].length === 1)
      this.#text += key;
    else if (key !== 'Shift')
      this.#text = '';
    return null;
  }
}

type Take = (text: string) => void;

const takers: Take[] = [];

/** While it is not stopped, scans go to this screen. */
export function takeScans(take: Take): () => void {
  takers.push(take);
  return () => {
    takers.splice(takers.indexOf(take), 1);
  };
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

export function startScanning(): void {
  const burst = new Burst();
  addEventListener('keydown', (event) => {
    if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const text = burst.add(event.key, event.timeStamp);
    if (text === null)
      return;
    event.preventDefault();
    event.stopPropagation();
    const take = takers[takers.length - 1] ??
      ((scanned: string) => go(`/search?q=${encodeURIComponent(scanned)}`));
    take(text);
  }, {capture: true});
}
