// SPDX-License-Identifier: AGPL-3.0-or-later
// All projects, by filter and status.
import {useState} from 'preact/hooks';
import {view, type Row} from '../api.ts';
import type {Views} from '../api-types.ts';
import type {Cell, Column} from '../grid/grid.ts';
import {GridView} from '../grid/GridView.tsx';
import type {Pages} from '../grid/pages.ts';
import {usePages} from '../grid/usePages.ts';
import {_, day, ngettext, num} from '../i18n.ts';
import {go} from '../nav.ts';
import {Empty, Fault, priorityWord, Screen} from '../ui/parts.tsx';
import {projectPath} from './paths.ts';

type Project = Row<'projects'>;
type Status = NonNullable<Views['projects']['args']['status']>;

const PAGE = 500;

export function statusWord(status: string | null): string {
  switch (status) {
    case 'PENDING': return _('Pending');
    case 'OPEN': return _('Open');
    case 'CLOSED': return _('Closed');
    default: return status ?? '';
  }
}

function columns(): (Column & {show(row: Project): Cell | string})[] {
  return [
    {key: 'name', title: _('Project'), width: 240,
      show: (row) => ({text: row.name ?? '', href: projectPath(row.lims_id ?? row.project_id)})},
    {key: 'id', title: _('Id'), width: 100, show: (row) => row.lims_id ?? ''},
    {key: 'status', title: _('Status'), width: 90, show: (row) => statusWord(row.status)},
    {key: 'account', title: _('Account'), width: 180, show: (row) => row.account ?? ''},
    {key: 'client', title: _('Client'), width: 160, show: (row) => row.client ?? ''},
    {key: 'priority', title: _('Priority'), width: 96, show: (row) => priorityWord(row.priority)},
    {key: 'samples', title: _('Samples'), width: 90, num: true,
      show: (row) => num(row.samples ?? 0)},
    {key: 'done', title: _('Done'), width: 80, num: true, show: (row) => num(row.done ?? 0)},
    {key: 'open', title: _('Opened'), width: 120, show: (row) => day(row.open_date)},
  ];
}

function useProjects(filter: string, status: Status | ''): Pages<Project> | null {
  const args = {limit: PAGE, ...(filter ? {filter} : {}), ...(status ? {status} : {})};
  return usePages<Project>(JSON.stringify(args), (after, signal) =>
    view('projects', after ? {...args, after} : args, signal));
}

export default function Projects() {
  const [filter, setFilter] = useState('');
  const [status, setStatus] = useState<Status | ''>('');
  const pages = useProjects(filter, status);
  const shown = columns();
  const count = pages?.count ?? 0;
  return <Screen title={_('Projects')} ready={pages?.started === true}
    facts={pages?.counted && <span>{ngettext('{n} project', '{n} projects', count)}</span>}>
    <div class="toolbar">
      <input type="search" value={filter} placeholder={_('Filter')} aria-label={_('Filter')}
        onInput={(event: Event) => setFilter((event.currentTarget as HTMLInputElement).value)} />
      <div role="group" aria-label={_('Status')} class="chips">
        {(['', 'PENDING', 'OPEN', 'CLOSED'] as const).map((one) =>
          <button key={one} type="button" aria-pressed={status === one}
            onClick={() => setStatus(one)}>{one ? statusWord(one) : _('All')}</button>)}
      </div>
    </div>
    {pages?.fault && <Fault fault={pages.fault} retry={() => void pages.reload()} />}
    <div class="with-side fills">
      <div class="main-region">
        {pages?.started && count === 0 && (filter || status
          ? <Empty title={_('Nothing matches')}>
            <button type="button" onClick={() => {
              setFilter('');
              setStatus('');
            }}>{_('Clear filter')}</button>
          </Empty>
          : <Empty title={_('No projects yet')}
            text={_('Projects are created in the desktop program.')} />)}
        {pages && count > 0 && <GridView options={{label: _('Projects'), columns: shown, count,
          frozen: 1,
          get: (row, col) => pages.rows[row] && shown[col]!.show(pages.rows[row]),
          need: (_first, last) => pages.need(last),
          onopen: (row) => pages.rows[row] && go(projectPath(pages.rows[row].lims_id))}} />}
      </div>
    </div>
  </Screen>;
}
