// SPDX-License-Identifier: AGPL-3.0-or-later
// A view as a screen shows it: read once, read again after a poke, old rows kept meanwhile.
import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {view, wholeView, type Page, type ViewName} from '../api.ts';
import type {Views} from '../api-types.ts';
import {onPoke} from '../events.ts';

export interface Look<V extends ViewName> {
  page: Page<V> | null;
  fault: Error | null;
  /** A first or a new reading is under way. */
  busy: boolean;
  reload(): void;
}

interface State<V extends ViewName> {
  key: string;
  page: Page<V> | null;
  fault: Error | null;
  busy: boolean;
}

/** Reads @name with @args, null for nothing to read yet; @whole reads all pages. */
export function useView<V extends ViewName>(name: V, args: Views[V]['args'] | null,
  whole = false): Look<V> {
  const key = JSON.stringify([name, args]);
  const [state, setState] = useState<State<V>>({key, page: null, fault: null, busy: true});
  const running = useRef<AbortController | null>(null);

  const load = useCallback(async (keep: boolean) => {
    if (args === null)
      return;
    running.current?.abort();
    const abort = running.current = new AbortController();
    setState((old) => ({...old, key, page: keep ? old.page : null, busy: true, fault: null}));
    try {
      const page = await (whole ? wholeView : view)(name, args, abort.signal);
      setState({key, page, fault: null, busy: false});
    } catch (fault) {
      if (!abort.signal.aborted)
        setState((old) => ({...old, fault: fault as Error, busy: false}));
    }
  }, [key, whole]);

  useEffect(() => {
    void load(false);
    const stop = onPoke(() => void load(true));
    return () => {
      stop();
      running.current?.abort();
    };
  }, [load]);

  const current = state.key === key;
  return {page: current ? state.page : null, fault: current ? state.fault : null,
    busy: !current || state.busy, reload: () => void load(true)};
}
