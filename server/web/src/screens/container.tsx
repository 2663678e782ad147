// SPDX-License-Identifier: AGPL-3.0-or-later
// One container: its wells as they are, and the same as a table.
import type {Row} from '../api.ts';
import type {Cell, Column} from '../grid/grid.ts';
import {GridView} from '../grid/GridView.tsx';
import {_, ngettext} from '../i18n.ts';
import type {Well} from '../plate/plate.ts';
import {PlateView} from '../plate/PlateView.tsx';
import {Empty, Fault, Loaded, Screen} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {axesOf, unavailableOf} from './step-parts.tsx';

type Content = Row<'container_wells'>;

const GROUPS = 6;

/** One colour a project, in the order in which they come. */
export function wellsOf(rows: Content[]): Map<string, Well> {
  const projects = [...new Set(rows.map((row) => row.project ?? ''))];
  return new Map(rows.map((row) => [`${row.y}:${row.x}`, {name: row.name ?? '',
    group: projects.indexOf(row.project ?? '') % GROUPS,
    ...(row.project ? {detail: row.project} : {})}]));
}

function columns(): (Column & {show(row: Content): Cell | string})[] {
  return [
    {key: 'well', title: _('Well'), width: 64, show: (row) => row.well ?? ''},
    {key: 'name', title: _('Sample'), width: 180, show: (row) => row.name ?? ''},
    {key: 'id', title: _('Id'), width: 110, show: (row) => row.lims_id ?? ''},
    {key: 'project', title: _('Project'), width: 200, show: (row) => row.project ?? ''},
  ];
}

const STATES: Record<string, () => string> = {
  EMPTY: () => _('Empty'), POPULATED: () => _('Populated'),
  DEPLETED: () => _('Depleted'), DISCARDED: () => _('Discarded'),
};

export default function ContainerScreen({params}: {params: Record<string, string>}) {
  const id = params.container ?? '';
  const look = useView('container', {container: id});
  const wells = useView('container_wells', {container: id}, true);
  const container = look.page?.rows[0];
  const rows = wells.page?.rows ?? [];
  const shown = columns();
  if (look.page && !container)
    return <Screen title={_('There is no such container')}>
      <Fault fault={new Error(_('No container has the id {id}.', {id}))} />
    </Screen>;
  return <Screen title={container?.name ?? _('Container')}
    ready={container !== undefined && wells.page !== null} facts={container && <>
      <span class="id">{container.lims_id}</span>
      <span>{container.type}</span>
      <span>{STATES[container.state ?? '']?.() ?? container.state}</span>
      <span>{ngettext('{n} sample', '{n} samples', container.occupied ?? rows.length)}</span>
    </>}>
    <Loaded look={look}>{() => container && <div class="scrolls padded stack">
      <PlateView options={{
        label: _('{container}, {type}',
          {container: container.name ?? '', type: container.type ?? ''}),
        axes: axesOf(container), wells: wellsOf(rows), unavailable: unavailableOf(container),
      }} />
      {wells.fault && <Fault fault={wells.fault} retry={wells.reload} />}
      {rows.length === 0
        ? <Empty title={_('This container is empty')} />
        : <div class="tall"><GridView options={{label: _('Content'), columns: shown,
          count: rows.length, frozen: 1,
          get: (row, col) => rows[row] && shown[col]!.show(rows[row])}} /></div>}
    </div>}</Loaded>
  </Screen>;
}
