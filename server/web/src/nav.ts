// SPDX-License-Identifier: AGPL-3.0-or-later
// Where the client is. Kept out of main.tsx, so that a screen does not import the entry.
import {store} from './store.ts';

export const place = store(here());

function here(): string {
  return typeof location === 'undefined' ? '/' : location.pathname + location.search;
}

/** Goes to a path of ours; with replace, Back skips the present one. */
export function go(path: string, replace = false): void {
  if (path === here())
    return;
  if (replace)
    history.replaceState(null, '', path);
  else
    history.pushState(null, '', path);
  place.set(here());
}

export function followHistory(): void {
  addEventListener('popstate', () => place.set(here()));
}

/** A click that should stay in this page: plain, with the first button. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/** A handler for links: goes there without loading the page anew. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget as HTMLAnchorElement;
  if (!isPlainClick(event) || event.defaultPrevented)
    return;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** Matches '/step/:run/:tab?' and gives the named parts, null if the path is another one. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/').filter(Boolean);
  const parts = (path.split('?')[0] ?? '').split('/').filter(Boolean);
  const found: Record<string, string> = {};
  if (parts.length > wanted.length)
    return null;
  for (const [i, name] of wanted.entries()) {
    const part = parts[i];
    if (part === undefined) {
      if (name.endsWith('?'))
        continue;
      return null;
    }
    if (!name.startsWith(':')) {
      if (part !== name)
        return null;
      continue;
    }
    try {
      found[name.replace(/[:?]/g, '')] = decodeURIComponent(part);
    } catch {
      return null;
    }
  }
  return found;
}
