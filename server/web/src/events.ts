// SPDX-License-Identifier: AGPL-3.0-or-later
// "Something changed", from the server. A browser lets few connections to one server be open at a
// time, so all tabs share one stream: the tab that holds a lock has it and tells the others. A
// hidden tab gives the lock up; with all tabs hidden nothing is open. A poke carries no data and may
// be lost: everything is read again every minute and on return to the tab, too.
import {call, online} from './api.ts';
import {session} from './session.ts';

const EVENTS = '/json/v1/events';
const LOCK = 'meniscus-events';
const EVERY_MS = 60_000;
const LONGEST_WAIT_MS = 200; // spreads the reading of many browsers after one change
const RETRY_MS = 5_000;

const listeners = new Set<() => void>();
let waiting = 0;

/** Calls back when views may have changed; the answer stops it. */
export function onPoke(callback: () => void): () => void {
  listeners.add(callback);
  return () => listeners.delete(callback);
}

function tell(): void {
  waiting = 0;
  for (const callback of [...listeners])
    callback();
}

function poke(): void {
  if (waiting === 0 && !document.hidden)
    waiting = window.setTimeout(tell, Math.random() * LONGEST_WAIT_MS);
}

/** Holds a stream open until the answer is called. */
function openStream(onEvent: () => void): () => void {
  let source: EventSource | null = null;
  let retry = 0;
  let lost = false;
  const open = () => {
    source = new EventSource(EVENTS);
    source.addEventListener('poke', onEvent);
    source.onopen = () => {
      online.set(true);
      if (lost)
        onEvent(); // what happened meanwhile was not told
      lost = false;
    };
    source.onerror = () => {
      // Reading tells whether the server is gone or only the stream.
      if (!lost)
        onEvent();
      lost = true;
      // The browser tries again by itself unless the answer was an error.
      if (source?.readyState === EventSource.CLOSED)
        retry = window.setTimeout(open, RETRY_MS);
    };
  };
  open();
  return () => {
    clearTimeout(retry);
    source?.close();
  };
}

function shareStream(): () => void {
  const channel = new BroadcastChannel(LOCK);
  const abort = new AbortController();
  let close = () => {};
  channel.onmessage = () => poke();
  navigator.locks.request(LOCK, {signal: abort.signal}, () => new Promise<void>((release) => {
    const end = openStream(() => {
      channel.postMessage('poke');
      poke();
    });
    close = () => {
      end();
      release();
    };
  })).catch(() => {
    // Given up before the lock was ours.
  });
  return () => {
    abort.abort();
    close();
    channel.close();
  };
}

/** Locks exist only where the page came over TLS or from this machine. */
function listen(): () => void {
  return 'locks' in navigator && 'BroadcastChannel' in window ? shareStream() : openStream(poke);
}

let stop: (() => void) | null = null;

function update(): void {
  const wanted = !document.hidden && Boolean(session.get());
  if (wanted && !stop) {
    stop = listen();
    poke();
  } else if (!wanted && stop) {
    stop();
    stop = null;
  }
}

async function findServer(): Promise<void> {
  if (online.get() || document.hidden)
    return;
  try {
    await call('GET', '/auth/v1/me');
  } catch {
    return;
  }
  poke();
}

export function startEvents(): void {
  document.addEventListener('visibilitychange', update);
  session.follow(update);
  addEventListener('focus', poke);
  addEventListener('online', () => void findServer());
  setInterval(poke, EVERY_MS);
  setInterval(() => void findServer(), RETRY_MS);
  update();
}
