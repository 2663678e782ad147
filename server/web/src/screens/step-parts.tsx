// SPDX-License-Identifier: AGPL-3.0-or-later
// The three milestones of a Standard step, to read.
import {useMemo, useState} from 'preact/hooks';
import type {Row} from '../api.ts';
import type {Json} from '../api-types.ts';
import type {Cell, Column, GridOptions} from '../grid/grid.ts';
import {GridView} from '../grid/GridView.tsx';
import {_, ngettext, num} from '../i18n.ts';
import type {Well} from '../plate/plate.ts';
import {PlateView} from '../plate/PlateView.tsx';
import {type Axes} from '../plate/wells.ts';
import {Empty, Link, Loaded, qcWord} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {fieldText, listOf, titled} from './fields.ts';
import {containerPath} from './paths.ts';

type Pair = Row<'run_pairs'> & Record<string, Json>;
type Container = Row<'run_containers'>;
type Placed = Row<'run_placements'>;
type Field = Row<'run_fields'>;

const GROUPS = 6;

type Shape = Pick<Container, 'x_size' | 'y_size' | 'x_alpha' | 'y_alpha' | 'x_offset' |
  'y_offset'>;

export function axesOf(container: Shape): Axes {
  return {xSize: container.x_size ?? 1, ySize: container.y_size ?? 1,
    xAlpha: Boolean(container.x_alpha), yAlpha: Boolean(container.y_alpha),
    xOffset: container.x_offset ?? 0, yOffset: container.y_offset ?? 0};
}

/** Outputs once each, however many inputs they have. */
export function outputsOf(pairs: Pair[]): Pair[] {
  const seen = new Set<string | null>();
  return pairs.filter((pair) => {
    const id = pair.output_id ?? pair.input_id;
    const first = !seen.has(id);
    seen.add(id);
    return first;
  });
}

/** The same colour for the same project. */
function groupsOf(pairs: Pair[]): Map<string, number> {
  const projects = new Map<string, number>();
  const groups = new Map<string, number>();
  for (const pair of pairs) {
    const project = pair.project ?? '';
    const group = projects.get(project) ?? projects.size % GROUPS;
    projects.set(project, group);
    groups.set(pair.output_id ?? '', group);
  }
  return groups;
}

function wellsOf(container: Container, placed: Placed[], pairs: Pair[]): Map<string, Well> {
  const groups = groupsOf(pairs);
  const byOutput = new Map(pairs.map((pair) => [pair.output_id, pair]));
  const wells = new Map<string, Well>();
  for (const place of placed) {
    if (place.container_id !== container.container_id)
      continue;
    const pair = byOutput.get(place.artifact_id);
    const from = [pair?.in_container, pair?.in_well].filter(Boolean).join(' ');
    const detail = [pair?.project, from && _('from {place}', {place: from})]
      .filter(Boolean).join(', ');
    const group = groups.get(place.artifact_id ?? '');
    wells.set(`${place.y}:${place.x}`, {name: place.name ?? '', foreign: !place.own,
      ...(detail ? {detail} : {}), ...(group === undefined ? {} : {group})});
  }
  return wells;
}

export function unavailableOf(container: Pick<Container, 'unavailable'>): Set<string> {
  return new Set(listOf(container.unavailable).map((well) =>
    typeof well === 'string' ? well : `${well.y}:${well.x}`));
}

function Legend({pairs}: {pairs: Pair[]}) {
  const groups = groupsOf(pairs);
  const names = new Map<number, Set<string>>();
  for (const pair of pairs) {
    const group = groups.get(pair.output_id ?? '') ?? 0;
    names.set(group, (names.get(group) ?? new Set()).add(pair.project ?? _('no project')));
  }
  return <ul class="legend" aria-label={_('Projects')}>
    {[...names].map(([group, projects]) => <li key={group}>
      <span class="swatch" data-group={group} aria-hidden="true" />{[...projects].join(', ')}
    </li>)}
  </ul>;
}

export function Placement({run}: {run: string}) {
  const containers = useView('run_containers', {run}, true);
  const placements = useView('run_placements', {run}, true);
  const pairs = useView('run_pairs', {run}, true);
  const [shown, setShown] = useState(0);
  const all = containers.page?.rows ?? [];
  const outputs = outputsOf((pairs.page?.rows ?? []) as Pair[]);
  const waiting = outputs.filter((pair) => !pair.container_id);
  const container = all[Math.min(shown, all.length - 1)];
  return <div class="with-side fills">
    <div class="main-region padded">
      <Loaded look={containers}>{() => !container
        ? <Empty title={_('No container yet')}
          text={_('The samples of this step have not been placed.')} />
        : <>
          {all.length > 1 && <div class="toolbar" role="group" aria-label={_('Containers')}>
            {all.map((one, i) => <button key={one.container_id} type="button"
              aria-pressed={one === container} onClick={() => setShown(i)}>{one.name}</button>)}
          </div>}
          <p class="facts"><Link href={containerPath(container.lims_id)}>
            {container.name}</Link> <span class="id">{container.lims_id}
          </span> {container.type}</p>
          <PlateView key={container.container_id} options={{
            label: _('{container}, {type}',
              {container: container.name ?? '', type: container.type ?? ''}),
            axes: axesOf(container),
            wells: wellsOf(container, placements.page?.rows ?? [], outputs),
            unavailable: unavailableOf(container),
          }} />
          <Legend pairs={outputs} />
        </>}
      </Loaded>
      {placements.fault && <p class="trouble" role="alert">{placements.fault.message}</p>}
    </div>
    <aside tabIndex={0} aria-label={_('Samples to place')}>
      <section class="card">
        <h2>{_('Samples to place ({n})', {n: num(waiting.length)})}</h2>
        <Loaded look={pairs}>{() => waiting.length === 0
          ? <p class="mut">{_('All samples are placed.')}</p>
          : <ul class="plain">{waiting.map((pair) =>
            <li key={pair.output_id}>{pair.output ?? pair.input}</li>)}</ul>}
        </Loaded>
      </section>
    </aside>
  </div>;
}

interface DetailColumn extends Column {
  show(pair: Pair): Cell | string;
}

function detailColumns(fields: Field[]): DetailColumn[] {
  const custom = fields.filter((field) => field.place === 'SAMPLE_TABLE').map((field) => {
    const key = field.key ?? '';
    const number = field.kind === 'NUMBER';
    return {key, num: number, width: number ? 120 : 160,
      title: titled(field.title, field.unit) + (field.required ? '*' : ''),
      show: (pair: Pair) => fieldText(pair[key], field.kind ?? '')};
  });
  return [
    {key: 'output', title: _('Sample'), width: 180, show: (pair) => pair.output ?? pair.input ?? ''},
    {key: 'container', title: _('Container'), width: 140, show: (pair) => pair.container ?? ''},
    {key: 'well', title: _('Well'), width: 64, show: (pair) => pair.well ?? ''},
    ...custom,
    {key: 'qc_flag', title: _('QC'), width: 96, show: (pair) => ({text: qcWord(pair.qc_flag),
      look: pair.qc_flag === 'FAILED' ? 'bad' : pair.qc_flag === 'PASSED' ? 'good' : ''})},
  ];
}

function table<T>(label: string, columns: (Column & {show(row: T): Cell | string})[],
  rows: T[]): GridOptions {
  return {label, columns, count: rows.length, frozen: 1,
    get: (row, col) => columns[col]!.show(rows[row]!)};
}

function StepFields({fields}: {fields: Field[]}) {
  const own = fields.filter((field) => field.place === 'STEP');
  return <aside tabIndex={0} aria-label={_('Step details')}>
    <section class="card">
      <h2>{_('Step details')}</h2>
      {own.length === 0
        ? <p class="mut">{_('This step has no fields of its own.')}</p>
        : <dl>{own.map((field) => <>
          <dt>{titled(field.title, field.unit)}</dt>
          <dd>{fieldText(field.value, field.kind ?? '') || '–'}</dd>
        </>)}</dl>}
    </section>
  </aside>;
}

export function RecordDetails({run}: {run: string}) {
  const pairs = useView('run_pairs', {run}, true);
  const fields = useView('run_fields', {run}, true);
  const known = fields.page?.rows ?? [];
  const columns = useMemo(() => detailColumns(known), [fields.page]);
  const rows = outputsOf((pairs.page?.rows ?? []) as Pair[]);
  return <div class="with-side fills">
    <div class="main-region">
      {fields.fault && <p class="trouble" role="alert">{fields.fault.message}</p>}
      <Loaded look={pairs}>{() => rows.length === 0
        ? <Empty title={_('No samples')} />
        : <GridView options={table(_('Record details'), columns, rows)} />}
      </Loaded>
    </div>
    <StepFields fields={known} />
  </div>;
}

type Action = Row<'run_actions'>;

function actionText(row: Action): string {
  const next = row.next_step ?? '';
  switch (row.action) {
    case 'NEXTSTEP': return _('Advance to {step}', {step: next});
    case 'REPEAT': return _('Repeat step');
    case 'COMPLETEREPEAT': return _('Complete and repeat');
    case 'COMPLETE': return _('Mark protocol as complete');
    case 'REMOVE': return _('Remove from workflow');
    case 'REVIEW': return _('Request manager review');
    case 'REWORK': return _('Rework from an earlier step');
    case 'STORE': return _('Store for later');
    case 'LEAVE': return _('Leave in QC protocol');
    default: return row.action ?? '';
  }
}

export function NextSteps({run}: {run: string}) {
  const look = useView('run_actions', {run}, true);
  const rows = look.page?.rows ?? [];
  const missing = rows.filter((row) => !row.action).length;
  const columns: (Column & {show(row: Action): Cell | string})[] = [
    {key: 'name', title: _('Sample'), width: 200, show: (row) => row.name ?? ''},
    {key: 'qc', title: _('QC'), width: 96, show: (row) => ({text: qcWord(row.qc_flag),
      look: row.qc_flag === 'FAILED' ? 'bad' : row.qc_flag === 'PASSED' ? 'good' : ''})},
    {key: 'next', title: _('Next step'), width: 280,
      show: (row) => row.action ? actionText(row) : {text: _('none yet'), look: 'pending'}},
  ];
  return <div class="with-side fills">
    <div class="main-region">
      {missing > 0 && <p class="facts padded">
        {ngettext('{n} sample without a next step', '{n} samples without a next step', missing)}
      </p>}
      <Loaded look={look}>{() => rows.length === 0
        ? <Empty title={_('No samples')} />
        : <GridView options={table(_('Next steps'), columns, rows)} />}
      </Loaded>
    </div>
  </div>;
}
