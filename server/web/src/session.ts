// SPDX-License-Identifier: AGPL-3.0-or-later
// Who is signed in. The token against forged requests stays in memory only.
import {call, setCsrf, signedOut} from './api.ts';
import {store} from './store.ts';

export interface Session {
  id: string;
  name: string;
  username: string;
  roles: string[];
  rights: string[];
  mustChange: boolean;
}

/** undefined: not asked yet; null: nobody. */
export const session = store<Session | null | undefined>(undefined);

interface WireUser {
  id?: string;
  person_id?: string;
  name?: string;
  username?: string;
}

interface WireSession {
  user?: string | WireUser;
  name?: string;
  username?: string;
  roles?: string[] | string;
  rights?: string[] | string;
  csrf?: string;
  must_change?: boolean;
}

function list(value: string[] | string | undefined): string[] {
  if (Array.isArray(value))
    return value;
  return (value ?? '').split(',').map((part) => part.trim()).filter(Boolean);
}

export function toSession(wire: WireSession): Session {
  const user: WireUser = typeof wire.user === 'object' ? wire.user : {username: wire.user};
  const username = user.username ?? wire.username ?? '';
  return {
    id: user.id ?? user.person_id ?? '',
    name: user.name ?? wire.name ?? username,
    username,
    roles: list(wire.roles),
    rights: list(wire.rights),
    mustChange: wire.must_change ?? false,
  };
}

async function readMe(): Promise<void> {
  const wire = await call('GET', '/auth/v1/me') as WireSession;
  setCsrf(wire.csrf ?? '');
  session.set(toSession(wire));
  signedOut.set(false);
}

/** Asks who is signed in; nobody is an answer, an unreachable server is not. */
export async function resume(): Promise<void> {
  try {
    await readMe();
  } catch (fault) {
    if ((fault as {status?: number}).status !== 401)
      throw fault;
    session.set(null);
    signedOut.set(false);
  }
}

export async function signIn(user: string, password: string): Promise<void> {
  const wire = await call('POST', '/auth/v1/login', {user, password}) as WireSession;
  setCsrf(wire.csrf ?? '');
  await readMe();
}

export async function changePassword(old: string, next: string): Promise<void> {
  await call('POST', '/auth/v1/password', {old, new: next});
  await readMe();
}

export async function signOut(): Promise<void> {
  await call('POST', '/auth/v1/logout', {});
  setCsrf('');
  session.set(null);
}
