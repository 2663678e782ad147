// SPDX-License-Identifier: AGPL-3.0-or-later
// One project: what it is, and its samples.
import {useState} from 'preact/hooks';
import {view, type Row} from '../api.ts';
import type {Json} from '../api-types.ts';
import type {Cell, Column} from '../grid/grid.ts';
import {GridView} from '../grid/GridView.tsx';
import type {Pages} from '../grid/pages.ts';
import {usePages} from '../grid/usePages.ts';
import {_, day, ngettext} from '../i18n.ts';
import {go} from '../nav.ts';
import {Empty, Fault, Loaded, priorityWord, Screen} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {fieldColumns, fieldText, objectOf} from './fields.ts';
import {samplePath} from './paths.ts';
import {statusWord} from './projects.tsx';

type Project = Row<'project'>;
type Sample = Row<'project_samples'> & Record<string, Json>;
type Field = Row<'fields'>;

const PAGE = 500;

function useSamples(project: string, filter: string): Pages<Sample> | null {
  const args = {project, limit: PAGE, ...(filter ? {filter} : {})};
  return usePages<Sample>(JSON.stringify(args), async (after, signal) => {
    const page = await view('project_samples', after ? {...args, after} : args, signal);
    return {...page, rows: page.rows as Sample[]};
  });
}

function sampleColumns(cols: string[],
  fields: Field[]): (Column & {show(row: Sample): Cell | string})[] {
  return [
    {key: 'name', title: _('Sample'), width: 180,
      show: (row) => ({text: row.name ?? '', href: samplePath(row.lims_id ?? row.sample_id)})},
    {key: 'id', title: _('Id'), width: 110, show: (row) => row.lims_id ?? ''},
    {key: 'container', title: _('Container'), width: 140, show: (row) => row.container ?? ''},
    {key: 'well', title: _('Well'), width: 64, show: (row) => row.well ?? ''},
    {key: 'stage', title: _('Where'), width: 240, show: (row) => row.stage ?? ''},
    {key: 'received', title: _('Received'), width: 120, show: (row) => day(row.received_date)},
    ...fieldColumns(cols, fields).map((column) =>
      ({...column, show: (row: Sample) => fieldText(row[column.key], column.kind)})),
  ];
}

/** The values of the project's own fields, by title. */
function ownFields(project: Project, fields: Field[]): [string, string][] {
  const values = objectOf(project.fields);
  return fieldColumns(Object.keys(values), fields)
    .map((column) => [column.title, fieldText(values[column.key], column.kind)]);
}

function Facts({project, fields}: {project: Project; fields: Field[]}) {
  const facts: [string, string][] = [
    [_('Status'), statusWord(project.status)],
    [_('Account'), project.account ?? ''],
    [_('Client'), project.client ?? ''],
    [_('Priority'), priorityWord(project.priority)],
    [_('Opened'), day(project.open_date)],
    [_('Closed'), day(project.close_date)],
    ...ownFields(project, fields),
  ];
  return <aside tabIndex={0} aria-label={_('Project details')}>
    <section class="card">
      <h2>{_('Project details')}</h2>
      <dl>{facts.map(([name, value]) => <>
        <dt>{name}</dt><dd>{value || '–'}</dd>
      </>)}</dl>
    </section>
  </aside>;
}

export default function ProjectScreen({params}: {params: Record<string, string>}) {
  const id = params.project ?? '';
  const [filter, setFilter] = useState('');
  const look = useView('project', {project: id});
  const fields = useView('fields', {}, true);
  const pages = useSamples(id, filter);
  const project = look.page?.rows[0];
  const columns = sampleColumns(pages?.cols ?? [], fields.page?.rows ?? []);
  // Without a filter the project itself knows how many there are before all pages have come.
  const count = pages?.counted || filter ? pages?.count ?? 0
    : Math.max(project?.samples ?? 0, pages?.count ?? 0);
  return <Screen title={project?.name ?? _('Project')}
    ready={project !== undefined && pages?.started === true} facts={project && <>
      <span class="id">{project.lims_id}</span>
      <span>{statusWord(project.status)}</span>
      <span>{ngettext('{n} sample', '{n} samples', project.samples ?? 0)}</span>
    </>}>
    <div class="toolbar">
      <input type="search" value={filter} placeholder={_('Filter')} aria-label={_('Filter')}
        onInput={(event: Event) => setFilter((event.currentTarget as HTMLInputElement).value)} />
    </div>
    {pages?.fault && <Fault fault={pages.fault} retry={() => void pages.reload()} />}
    <Loaded look={look}>{() => project && <div class="with-side fills">
      <div class="main-region">
        {pages?.started && count === 0 && <Empty
          title={filter ? _('Nothing matches') : _('This project has no samples')} />}
        {pages && count > 0 && <GridView options={{label: _('Samples'), columns, count, frozen: 1,
          get: (row, col) => pages.rows[row] && columns[col]!.show(pages.rows[row]),
          need: (_first, last) => pages.need(last),
          onopen: (row) => pages.rows[row] && go(samplePath(pages.rows[row].lims_id))}} />}
      </div>
      <Facts project={project} fields={fields.page?.rows ?? []} />
    </div>}</Loaded>
  </Screen>;
}
