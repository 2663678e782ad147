// SPDX-License-Identifier: AGPL-3.0-or-later
// The frame around all screens, and which path is which screen.
import {render, type ComponentType} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {online, signedOut, view} from './api.ts';
import {onPoke, startEvents} from './events.ts';
import {_, loadLanguage, ngettext} from './i18n.ts';
import {followHistory, go, match, place} from './nav.ts';
import {startScanning} from './scan.ts';
import {resume, session, signOut} from './session.ts';
import {useStore} from './store.ts';
import SignIn, {SignInForm} from './screens/signin.tsx';
import LabView from './screens/labview.tsx';
import {Dialog} from './ui/dialog.tsx';
import {Busy, Fault, isTouchOnly, Link} from './ui/parts.tsx';
import {Shortcuts} from './ui/shortcuts.tsx';
import {Toast} from './ui/toast.tsx';

type Params = Record<string, string>;
type Screen = ComponentType<{params: Params}>;
type Load = () => Promise<{default: Screen}>;

/** Lab View is wanted at once; every other screen comes when it is opened. */
const ROUTES: {pattern: string; load?: Load; now?: Screen; area?: string}[] = [
  {pattern: '/', now: LabView, area: '/'},
  {pattern: '/queue/:step', load: () => import('./screens/queue.tsx'), area: '/'},
  {pattern: '/step/:run/:tab?', load: () => import('./screens/step.tsx'), area: '/'},
  {pattern: '/projects', load: () => import('./screens/projects.tsx'), area: '/projects'},
  {pattern: '/projects/:project', load: () => import('./screens/project.tsx'), area: '/projects'},
  {pattern: '/sample/:sample', load: () => import('./screens/sample.tsx'), area: '/projects'},
  {pattern: '/container/:container', load: () => import('./screens/container.tsx')},
  {pattern: '/search', load: () => import('./screens/search.tsx')},
  {pattern: '/conflicts/:conflict?', load: () => import('./screens/conflicts.tsx')},
  {pattern: '/:a?/:b?/:c?/:d?', load: () => import('./screens/missing.tsx')},
];

const OFFLINE_AFTER_MS = 5_000;

function routeOf(path: string) {
  for (const route of ROUTES) {
    const params = match(route.pattern, path);
    if (params)
      return {route, params};
  }
  return {route: ROUTES[ROUTES.length - 1]!, params: {}};
}

/** The screen of a route; its file comes on first use. */
function Routed({path}: {path: string}) {
  const {route, params} = routeOf(path);
  const [loaded, setLoaded] = useState<{route: unknown; Screen: Screen} | null>(null);
  const [fault, setFault] = useState<Error | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let wanted = true;
    setFault(null);
    route.load?.().then(
      (module) => wanted && setLoaded({route, Screen: module.default}),
      () => wanted && setFault(new Error(_('This screen cannot be loaded.'))));
    return () => {
      wanted = false;
    };
  }, [route, tries]);
  const Screen = route.now ?? (loaded?.route === route ? loaded.Screen : null);
  if (fault)
    return <Fault fault={fault} retry={() => setTries(tries + 1)} />;
  // Another object on the same kind of screen begins anew.
  const key = route.pattern + JSON.stringify(params.step ?? params.run ?? params.project ?? params.sample ??
    params.container ?? '');
  return Screen ? <Screen key={key} params={params} /> : <Busy />;
}

function useConflicts(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const read = () => view('conflicts', {}).then(
      (page) => setCount(page.total ?? page.rows.length),
      () => setCount(0)); // the count in the frame is a help; the list itself says what fails
    void read();
    return onPoke(() => void read());
  }, []);
  return count;
}

function SearchField() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        field.current?.focus();
        field.current?.select();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return <form role="search" onSubmit={(event: SubmitEvent) => {
    event.preventDefault();
    const text = field.current?.value.trim() ?? '';
    if (text)
      go(`/search?q=${encodeURIComponent(text)}`);
  }}>
    <input ref={field} type="search" name="q" placeholder={_('Search or scan')}
      aria-label={_('Search or scan')} aria-keyshortcuts="Control+K" autocomplete="off" />
  </form>;
}

function Header({area}: {area?: string}) {
  const who = useStore(session);
  const conflicts = useConflicts();
  return <header>
    <span class="brand">Meniscus</span>
    <nav aria-label={_('Main')}>
      <Link href="/" current={area === '/'}>{_('Lab View')}</Link>
      <Link href="/projects" current={area === '/projects'}>{_('Projects')}</Link>
    </nav>
    <SearchField />
    {conflicts > 0 && <Link href="/conflicts" class="alarm">
      {ngettext('{n} conflict', '{n} conflicts', conflicts)}
    </Link>}
    <span class="who">{who?.name}</span>
    <button type="button" onClick={() => void signOut()}>{_('Sign out')}</button>
  </header>;
}

function useLongOffline(): boolean {
  const up = useStore(online);
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (up) {
      setLong(false);
      return;
    }
    const timer = setTimeout(() => setLong(true), OFFLINE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [up]);
  return long;
}

function Banners() {
  const offline = useLongOffline();
  return <div class="banners" role="status">
    {offline && <div class="banner warn">
      {_('You are offline. What you see may be old.')}
    </div>}
    {isTouchOnly() && <div class="banner info">
      {_('Read-only on touch screens. Use a computer with a mouse to run steps.')}
    </div>}
  </div>;
}

function Shell() {
  const path = useStore(place);
  const who = useStore(session);
  const ended = useStore(signedOut);
  const {route} = routeOf(path);
  const main = useRef<HTMLElement>(null);
  return <>
    <a class="skip" href="#main" onClick={(event: MouseEvent) => {
      event.preventDefault();
      main.current?.querySelector<HTMLElement>('h1')?.focus();
    }}>{_('Skip to the content')}</a>
    <Header area={route.area} />
    <Banners />
    <main id="main" ref={main}><Routed path={path} /></main>
    <Toast />
    <Shortcuts />
    {ended && <Dialog title={_('Your session has ended. Sign in to go on.')}>
      <SignInForm user={who?.username} />
    </Dialog>}
  </>;
}

function App() {
  const who = useStore(session);
  const [fault, setFault] = useState<Error | null>(null);
  const begin = () => {
    setFault(null);
    resume().catch((trouble: Error) => setFault(trouble));
  };
  useEffect(begin, []);
  if (fault)
    return <main><h1>Meniscus</h1><Fault fault={fault} retry={begin} /></main>;
  if (who === undefined)
    return <main><Busy /></main>;
  return who === null || who.mustChange ? <SignIn /> : <Shell />;
}

followHistory();
startEvents();
startScanning();
void loadLanguage().then(() => render(<App />, document.getElementById('app')!));
