// SPDX-License-Identifier: AGPL-3.0-or-later
// What matches a text or a scan, by kind.
import {useEffect} from 'preact/hooks';
import type {Row} from '../api.ts';
import {_, num} from '../i18n.ts';
import {go, place} from '../nav.ts';
import {useStore} from '../store.ts';
import {Empty, Link, Loaded, Screen} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {containerPath, projectPath, samplePath, stepPath} from './paths.ts';

type Hit = Row<'search'>;

const KINDS: Record<string, () => string> = {
  SAMPLE: () => _('Samples'), PROJECT: () => _('Projects'), CONTAINER: () => _('Containers'),
  DERIVED: () => _('Derived samples'), STEP: () => _('Steps'),
};

/** Where a hit leads to; a derived sample has no page of its own. */
export function pathOf(hit: Hit): string | null {
  const id = hit.lims_id ?? hit.id;
  switch (hit.kind) {
    case 'SAMPLE': return samplePath(id);
    case 'CONTAINER': return containerPath(id);
    case 'PROJECT': return projectPath(id);
    case 'STEP': return stepPath(id);
    default: return null;
  }
}

export default function Search() {
  const path = useStore(place);
  const text = new URLSearchParams(path.split('?')[1] ?? '').get('q') ?? '';
  const look = useView('search', text ? {text} : null);
  const hits = look.page?.rows ?? [];
  const exact = hits.filter((hit) => hit.exact === 1 || hit.lims_id === text);
  const only = exact.length === 1 ? pathOf(exact[0]!) : null;
  useEffect(() => {
    if (only)
      go(only, true);
  }, [only]);
  const kinds = [...new Set(hits.map((hit) => hit.kind ?? ''))];
  return <Screen title={_('Search for “{text}”', {text})} ready={look.page !== null}>
    <div class="scrolls padded">
      <Loaded look={look}>{() => hits.length === 0
        ? <Empty title={_('Nothing found for “{text}”', {text})}
          text={_('Search by name, id or barcode.')} />
        : kinds.map((kind) => <section class="card" key={kind}>
          <h2>{KINDS[kind]?.() ?? kind} ({num(hits.filter((hit) => hit.kind === kind).length)})</h2>
          <ul class="plain">
            {hits.filter((hit) => hit.kind === kind).map((hit) => {
              const target = pathOf(hit);
              return <li key={hit.id}>
                {target ? <Link href={target}>{hit.name}</Link> : hit.name}
                {' '}<span class="id">{hit.lims_id}</span>
                <div class="mut">{hit.place}</div>
              </li>;
            })}
          </ul>
        </section>)}
      </Loaded>
    </div>
  </Screen>;
}
