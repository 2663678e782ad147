// SPDX-License-Identifier: AGPL-3.0-or-later
// A value that screens follow: small enough that no state library is needed.
import {useEffect, useState} from 'preact/hooks';

export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls back after each change; the answer stops it. */
  follow(callback: (value: T) => void): () => void;
}

export function store<T>(initial: T): Store<T> {
  let value = initial;
  const followers = new Set<(value: T) => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value))
        return;
      value = next;
      for (const callback of [...followers])
        callback(value);
    },
    follow(callback) {
      followers.add(callback);
      return () => followers.delete(callback);
    },
  };
}

export function useStore<T>(followed: Store<T>): T {
  const [value, setValue] = useState(followed.get());
  useEffect(() => {
    setValue(followed.get());
    return followed.follow((next) => setValue(() => next));
  }, [followed]);
  return value;
}
