// SPDX-License-Identifier: AGPL-3.0-or-later
// The pages of a view under a filter and an order; read again after a poke.
import {useEffect, useRef, useState} from 'preact/hooks';
import {onPoke} from '../events.ts';
import {Pages, type FetchPage} from './pages.ts';

/** A change of @key begins anew; the old rows stay until the first of the new ones are there. */
export function usePages<T>(key: string, fetch: FetchPage<T>): Pages<T> | null {
  const [, setVersion] = useState(0);
  const pages = useRef<Pages<T> | null>(null);
  useEffect(() => {
    const next = new Pages<T>(fetch, () => {
      pages.current = next;
      setVersion((n) => n + 1);
    });
    pages.current ??= next;
    next.need(0);
    const stop = onPoke(() => void next.reload());
    return () => {
      stop();
      next.stop();
    };
  }, [key]);
  return pages.current;
}
