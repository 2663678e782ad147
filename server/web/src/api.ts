// SPDX-License-Identifier: AGPL-3.0-or-later
// Looking and acting: views and commands of the server, and how they fail.
import type {Commands, Json, Views} from './api-types.ts';
import {_, ngettext} from './i18n.ts';
import {store} from './store.ts';

export type ViewName = keyof Views & string;
export type Row<V extends ViewName> = Views[V]['row'];

export interface Page<V extends ViewName> {
  rows: Row<V>[];
  cols: string[];
  next: string | null;
  total: number | null;
  /** When the server read it, microseconds UTC. */
  asOf: number;
}

export interface FaultLine {
  at: string;
  code: string;
  message: string;
  values?: Record<string, Json>;
}

export interface Conflict {
  code: string;
  detail?: string;
  seen?: Json;
  there?: Json;
}

/** What the server answered in place of what was asked for. */
export class Refusal extends Error {
  constructor(message: string, readonly status: number, readonly faults: FaultLine[] = [],
    readonly conflict: Conflict | null = null, readonly retryAfter = 0) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Nobody answered. */
export class Offline extends Error {
  constructor() {
    super(_('The server cannot be reached.'));
    this.name = 'Offline';
  }
}

export const online = store(true);
/** Turns true when the server says that nobody is signed in (any more). */
export const signedOut = store(false);

let csrf = '';

export function setCsrf(token: string): void {
  csrf = token;
}

interface Envelope {
  outcome?: string;
  result?: Json;
  message?: string;
  faults?: FaultLine[];
  conflict?: {code?: string; detail?: string; seen?: Json; there?: Json};
}

/** The sentence a person reads first. */
export function sentenceOf(body: Envelope, status: number): string {
  const first = body.faults?.[0]?.message ?? body.conflict?.detail ?? body.message;
  const more = (body.faults?.length ?? 0) - 1;
  if (!first)
    return _('The server answered with code {status}.', {status});
  return more > 0
    ? `${first} ${ngettext('(and {n} more)', '(and {n} more)', more)}` : first;
}

async function refusal(answer: Response): Promise<Refusal> {
  let body: Envelope = {};
  try {
    body = await answer.json() as Envelope;
  } catch {
    // A proxy may answer with something else than JSON.
  }
  const conflict = body.conflict?.code ? {...body.conflict, code: body.conflict.code} : null;
  return new Refusal(sentenceOf(body, answer.status), answer.status, body.faults, conflict,
    Number(answer.headers.get('Retry-After') ?? 0));
}

/** One request. Answers the body; fails with Refusal or Offline. */
export async function call(method: 'GET' | 'POST', path: string, body?: unknown,
  signal?: AbortSignal): Promise<unknown> {
  const headers: Record<string, string> = {Accept: 'application/json'};
  if (body !== undefined)
    headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf)
    headers['X-CSRF-Token'] = csrf;
  let answer: Response;
  try {
    answer = await fetch(path, {method, headers, credentials: 'same-origin', signal,
      body: body === undefined ? undefined : JSON.stringify(body)});
  } catch (fault) {
    if (signal?.aborted)
      throw fault;
    online.set(false);
    throw new Offline();
  }
  online.set(true);
  if (answer.status === 401 && !path.startsWith('/auth/v1/login'))
    signedOut.set(true);
  if (!answer.ok)
    throw await refusal(answer);
  return answer.status === 204 ? null : answer.json();
}

function query(args: object): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined || value === null || value === '')
      continue;
    parts.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  const text = parts.toString();
  return text ? `?${text}` : '';
}

interface WirePage {
  cols: (string | {name: string})[];
  rows: Json[][];
  next?: string;
  total?: number;
  as_of: number;
}

/** Rows travel as arrays; screens read them by name. */
export function toPage<V extends ViewName>(wire: WirePage): Page<V> {
  const cols = wire.cols.map((col) => typeof col === 'string' ? col : col.name);
  const rows = wire.rows.map((cells) =>
    Object.fromEntries(cols.map((col, i) => [col, cells[i] ?? null])) as unknown as Row<V>);
  return {rows, cols, next: wire.next ?? null, total: wire.total ?? null, asOf: wire.as_of};
}

export async function view<V extends ViewName>(name: V, args: Views[V]['args'],
  signal?: AbortSignal): Promise<Page<V>> {
  const wire = await call('GET', `/json/v1/view/${name}${query(args)}`, undefined, signal);
  return toPage<V>(wire as WirePage);
}

/** All rows of a view that comes in pages, for lists that are never long. */
export async function wholeView<V extends ViewName>(name: V, args: Views[V]['args'],
  signal?: AbortSignal): Promise<Page<V>> {
  const whole = await view(name, args, signal);
  while (whole.next) {
    const page = await view(name, {...args, after: whole.next}, signal);
    whole.rows.push(...page.rows);
    whole.next = page.next;
  }
  return whole;
}

/** Gives a command; the answer is its result. A refusal or a conflict is thrown as Refusal. */
export async function act<C extends keyof Commands & string>(name: C, args: Commands[C],
  expect?: Record<string, Json>): Promise<Json> {
  const body = {cmd_id: crypto.randomUUID(), performed_at: Date.now() * 1000, args, expect};
  const answer = await call('POST', `/json/v1/do/${name}`, body) as Envelope;
  return answer.result ?? null;
}
