// SPDX-License-Identifier: AGPL-3.0-or-later
// Sign in: the whole page at first, a dialog over the page when a session has ended.
import {useEffect, useRef, useState} from 'preact/hooks';
import {Offline, Refusal} from '../api.ts';
import {_, ngettext} from '../i18n.ts';
import {changePassword, session, signIn} from '../session.ts';
import {useStore} from '../store.ts';

interface Trouble {
  text: string;
  wait: number;
}

function troubleOf(fault: unknown): Trouble {
  if (fault instanceof Refusal && fault.status === 401)
    return {text: _('User or password is wrong.'), wait: 0};
  if (fault instanceof Refusal && fault.status === 429)
    return {text: '', wait: fault.retryAfter || 1};
  if (fault instanceof Refusal || fault instanceof Offline)
    return {text: fault.message, wait: 0};
  throw fault;
}

/** Counts the seconds down that one has to wait. */
function useWait(trouble: Trouble | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    setLeft(trouble?.wait ?? 0);
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [trouble]);
  return left;
}

export function SignInForm({user: known = ''}: {user?: string}) {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const left = useWait(trouble);

  useEffect(() => (known ? password : first).current?.focus(), []);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || left > 0)
      return;
    setBusy(true);
    setTrouble(null);
    try {
      await signIn(first.current?.value.trim() ?? '', password.current?.value ?? '');
    } catch (fault) {
      setTrouble(troubleOf(fault));
      password.current?.focus();
      password.current?.select();
    } finally {
      setBusy(false);
    }
  };

  const text = left > 0
    ? ngettext('Too many tries. Wait {n} second.', 'Too many tries. Wait {n} seconds.', left)
    : trouble?.text;
  return <form class="card sign-in" onSubmit={submit}>
    <label>{_('User')}
      <input ref={first} name="user" autocomplete="username" required defaultValue={known}
        autocapitalize="none" spellcheck={false} />
    </label>
    <label>{_('Password')}
      <input ref={password} name="password" type="password" required
        autocomplete="current-password" aria-describedby="sign-in-trouble"
        aria-invalid={text ? true : undefined} />
    </label>
    <div id="sign-in-trouble" role="alert" class="trouble">{text}</div>
    <button type="submit" class="primary" disabled={busy || left > 0}>{_('Sign in')}</button>
  </form>;
}

function ChangePasswordForm() {
  const [trouble, setTrouble] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    if (data.get('next') !== data.get('again')) {
      setTrouble(_('The two new passwords differ.'));
      return;
    }
    try {
      await changePassword(String(data.get('old')), String(data.get('next')));
    } catch (fault) {
      setTrouble((fault as Error).message);
    }
  };
  return <form class="card sign-in" onSubmit={submit}>
    <p>{_('Your password must be changed before you go on.')}</p>
    <label>{_('Present password')}
      <input name="old" type="password" required autocomplete="current-password" />
    </label>
    <label>{_('New password')}
      <input name="next" type="password" required autocomplete="new-password" />
    </label>
    <label>{_('New password again')}
      <input name="again" type="password" required autocomplete="new-password"
        aria-describedby="change-trouble" />
    </label>
    <div id="change-trouble" role="alert" class="trouble">{trouble}</div>
    <button type="submit" class="primary">{_('Change password')}</button>
  </form>;
}

export default function SignIn() {
  const who = useStore(session);
  useEffect(() => {
    document.title = `${_('Sign in')} – Meniscus`;
    const frame = requestAnimationFrame(() => {
      document.documentElement.dataset.ready = 'sign-in';
    });
    return () => {
      cancelAnimationFrame(frame);
      delete document.documentElement.dataset.ready;
    };
  }, []);
  return <main class="sign-in-page">
    <h1>Meniscus</h1>
    {who?.mustChange ? <ChangePasswordForm /> : <SignInForm />}
  </main>;
}
