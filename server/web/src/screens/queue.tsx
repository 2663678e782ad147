// SPDX-License-Identifier: AGPL-3.0-or-later
// The queue of a step: which samples wait, and choosing among them.
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import {view, wholeView, type Row} from '../api.ts';
import type {Json, Views} from '../api-types.ts';
import {countLine, type Cell, type Column, type Grid, type GridOptions, type RowChoice}
  from '../grid/grid.ts';
import {GridView} from '../grid/GridView.tsx';
import type {Pages} from '../grid/pages.ts';
import {usePages} from '../grid/usePages.ts';
import {_, moment, ngettext, num} from '../i18n.ts';
import {takeScans} from '../scan.ts';
import {Empty, Fault, isTouchOnly, Link, Loaded, priorityWord, qcWord, Screen,
  stageWord} from '../ui/parts.tsx';
import {toast} from '../ui/toast.tsx';
import {useView} from '../ui/useView.ts';
import {fieldColumns, fieldText} from './fields.ts';
import {containerPath, samplePath, stepPath} from './paths.ts';

type QueueRow = Row<'queue'> & Record<string, Json>;
type QueueArgs = Views['queue']['args'];

const PAGE = 500;

interface QueueColumn extends Column {
  show(row: QueueRow): Cell | string;
  /** How the server calls this order. */
  order?: string;
}

function builtIn(): QueueColumn[] {
  return [
    {key: 'name', title: _('Sample'), width: 180, order: 'name', show: (row) => row.name ?? ''},
    {key: 'container', title: _('Container'), width: 140, order: 'container',
      show: (row) => row.container ?? ''},
    {key: 'well', title: _('Well'), width: 64, show: (row) => row.well ?? ''},
    {key: 'project', title: _('Project'), width: 180, order: 'project',
      show: (row) => row.project ?? ''},
    {key: 'priority', title: _('Priority'), width: 96, order: 'priority',
      show: (row) => ({text: priorityWord(row.priority), look: row.priority === 1 ? 'strong' : ''})},
    {key: 'days', title: _('Days queued'), width: 110, num: true, order: 'queued',
      show: (row) => row.days === null ? '' : num(row.days)},
    {key: 'qc', title: _('QC'), width: 96, show: (row) => qcWord(row.qc_flag)},
  ];
}

function columnsOf(cols: string[], fields: Row<'fields'>[]): QueueColumn[] {
  const custom = fieldColumns(cols, fields).map((column): QueueColumn =>
    ({...column, order: column.key, show: (row) => fieldText(row[column.key], column.kind)}));
  return [...builtIn(), ...custom].map((column) =>
    ({...column, sortable: Boolean(column.order)}));
}

interface Order {
  key: string;
  descending: boolean;
}

function useQueue(step: string, filter: string, order: Order | null) {
  const sort = order && (builtIn().find((column) => column.key === order.key)?.order ?? order.key);
  const descending = order?.descending ?? false;
  const args: QueueArgs = {step, limit: PAGE, ...(filter ? {filter} : {}),
    ...(sort ? {sort, descending} : {})};
  return usePages<QueueRow>(JSON.stringify(args), async (after, signal) => {
    const page = await view('queue', after ? {...args, after} : args, signal);
    return {...page, rows: page.rows as QueueRow[]};
  });
}

/** Which samples are chosen, by id: the choice outlives filter and order. */
function useChoice(step: string, filter: string, pages: Pages<QueueRow> | null) {
  const chosen = useRef(new Set<string>()).current;
  const [version, setVersion] = useState(0);
  const [hidden, setHidden] = useState(0);
  const changed = () => setVersion((n) => n + 1);

  const ids = async () => (await wholeView('queue_ids', filter ? {step, filter} : {step})).rows
    .map((row) => row.artifact_id ?? '');
  const all = async () => {
    for (const id of await ids())
      chosen.add(id);
    changed();
  };
  const none = () => {
    chosen.clear();
    changed();
  };
  useEffect(() => {
    let wanted = true;
    if (!filter || chosen.size === 0) {
      setHidden(0);
      return;
    }
    void ids().then((shown) => {
      if (wanted)
        setHidden(chosen.size - shown.filter((id) => chosen.has(id)).length);
    }, () => {}); // only a help; the rows themselves say what fails
    return () => {
      wanted = false;
    };
  }, [filter, version]);

  const idAt = (row: number) => pages?.rows[row]?.artifact_id;
  const choice: RowChoice = {
    has: (row) => chosen.has(idAt(row) ?? ''),
    set(first, last, value) {
      for (let row = first; row <= last; row++) {
        const id = idAt(row);
        if (id && value)
          chosen.add(id);
        else if (id)
          chosen.delete(id);
      }
      changed();
    },
    all: (value) => void (value ? all() : none()),
  };
  const choose = (more: string[]) => {
    for (const id of more)
      chosen.add(id);
    changed();
  };
  return {choice, size: chosen.size, hidden, all, none, choose};
}

/** Which of the waiting samples have one of these names, ids or containers, and what has none. */
export function matching(rows: QueueRow[], texts: string[]): {ids: string[]; missing: string[]} {
  const ids = new Set<string>();
  const missing: string[] = [];
  for (const text of texts) {
    const found = rows.filter((row) => [row.name, row.lims_id, row.sample_lims_id, row.container,
      row.container_lims_id].includes(text));
    if (found.length === 0)
      missing.push(text);
    for (const row of found)
      ids.add(row.artifact_id ?? '');
  }
  return {ids: [...ids], missing};
}

/** Chooses what was scanned or pasted, and tells what does not wait here. */
function useFinder(step: string, choose: (ids: string[]) => void) {
  const [missing, setMissing] = useState<string[]>([]);
  const find = async (texts: string[]) => {
    const only = texts.length === 1 ? {filter: texts[0]} : {};
    const page = await wholeView('queue', {step, limit: PAGE, ...only});
    const found = matching(page.rows as QueueRow[], texts);
    setMissing(found.missing);
    choose(found.ids);
    if (found.ids.length > 0)
      toast(ngettext('{n} sample selected', '{n} samples selected', found.ids.length));
  };
  return {missing, find, forget: () => setMissing([])};
}

function Missing({texts, close}: {texts: string[]; close: () => void}) {
  return <div class="banner warn" role="alert">
    <span>{_('Not in this queue: {names}', {names: texts.join(', ')})}</span>
    {texts.length === 1 && <Link href={`/search?q=${encodeURIComponent(texts[0]!)}`}>
      {_('Search')}
    </Link>}
    <button type="button" onClick={close}>{_('Close')}</button>
  </div>;
}

function Details({row, close}: {row: QueueRow; close: () => void}) {
  const history = useView('sample_history', {sample: row.sample_lims_id ?? ''});
  return <aside tabIndex={0} aria-label={_('Details of {name}', {name: row.name ?? ''})}>
    <section class="card">
      <h2><Link href={samplePath(row.sample_lims_id)}>{row.name}</Link>
        {' '}<span class="id">{row.lims_id}</span></h2>
      <dl>
        <dt>{_('Project')}</dt><dd>{row.project}</dd>
        <dt>{_('Container')}</dt><dd>
          <Link href={containerPath(row.container_lims_id)}>
            {row.container}</Link> {row.well}
        </dd>
        <dt>{_('Priority')}</dt><dd>{priorityWord(row.priority)}</dd>
        <dt>{_('Queued at')}</dt><dd>{moment(row.queued_at)}</dd>
        <dt>{_('From step')}</dt><dd>{row.from_step ?? '–'}</dd>
      </dl>
      <button type="button" onClick={close}>{_('Close')}</button>
    </section>
    <section class="card">
      <h2>{_('History')}</h2>
      <Loaded look={history}>{() => history.page!.rows.length === 0
        ? <p class="mut">{_('Nothing has happened yet.')}</p>
        : <ul class="plain">{history.page!.rows.map((entry, i) => <li key={i}>
          {entry.run_lims_id
            ? <Link href={stepPath(entry.run_lims_id)}>{entry.step}</Link>
            : entry.step}
          <div class="mut">{[stageWord(entry.status), entry.person, moment(entry.at)]
            .filter(Boolean).join(' · ')}</div>
        </li>)}</ul>}
      </Loaded>
    </section>
  </aside>;
}

function optionsOf(label: string, columns: QueueColumn[], pages: Pages<QueueRow>): GridOptions {
  return {
    label, columns, count: pages.count, frozen: 1,
    get(row, col) {
      const data = pages.rows[row];
      return data && columns[col]!.show(data);
    },
    need: (_first, last) => pages.need(last),
  };
}

export default function Queue({params}: {params: Record<string, string>}) {
  const step = params.step ?? '';
  const config = useView('step_config', {step});
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState<Order | null>(null);
  const [open, setOpen] = useState<QueueRow | null>(null);
  const grid = useRef<Grid | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const info = config.page?.rows[0];
  const fields = useView('fields', {}, true);
  const pages = useQueue(step, filter, order);
  const cols = pages?.cols.join() ?? '';
  const columns = useMemo(() => columnsOf(pages?.cols ?? [], fields.page?.rows ?? []),
    [cols, fields.page]);
  const {choice, size, hidden, all, none, choose} = useChoice(step, filter, pages);
  const finder = useFinder(step, choose);
  const name = info?.step ?? _('Queue');
  const total = pages?.count ?? 0;

  useEffect(() => grid.current?.toTop(), [filter, order]);
  useEffect(() => isTouchOnly() ? undefined : takeScans((text) => void finder.find([text])),
    [step]);
  const onPaste = (event: ClipboardEvent) => {
    const names = (event.clipboardData?.getData('text/plain') ?? '').split(/[\r\n]+/)
      .map((name) => name.trim()).filter(Boolean);
    if (names.length < 2 || isTouchOnly())
      return;
    event.preventDefault();
    void finder.find(names);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.ctrlKey || !event.shiftKey || event.key.toLowerCase() !== 'f')
        return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  const options = pages && {
    ...optionsOf(_('Queue of {step}', {step: name}), columns, pages),
    ...(isTouchOnly() ? {} : {rows: choice}),
    ...(order ? {sort: order} : {}),
    onsort: (key: string) =>
      setOrder({key, descending: order?.key === key && !order.descending}),
    onopen: (row: number) => setOpen(pages.rows[row] ?? null),
  };
  return <Screen title={name} ready={pages?.started === true && config.page !== null}
    facts={<>
      {info?.protocol && <span>{info.protocol}</span>}
      {pages?.counted && <span>{ngettext('{n} sample', '{n} samples', total)}</span>}
    </>}>
    <div class="toolbar">
      <input ref={field} type="search" value={filter} placeholder={_('Filter or scan')}
        aria-label={_('Filter or scan')} aria-keyshortcuts="Control+Shift+F" onPaste={onPaste}
        onInput={(event: Event) => setFilter((event.currentTarget as HTMLInputElement).value)} />
      {!isTouchOnly() && <>
        <button type="button" onClick={() => void all()}>{_('Select all')}</button>
        <button type="button" onClick={none} disabled={size === 0}>{_('None')}</button>
      </>}
      <span role="status">
        {countLine(total, pages?.counted ?? false, size)}
        {hidden > 0 && ` · ${ngettext('{n} selected is hidden by the filter',
          '{n} selected are hidden by the filter', hidden)}`}
      </span>
    </div>
    {finder.missing.length > 0 && <Missing texts={finder.missing} close={finder.forget} />}
    {config.fault && <Fault fault={config.fault} retry={config.reload} />}
    {pages?.fault && <Fault fault={pages.fault} retry={() => void pages.reload()} />}
    <div class="with-side fills">
      <div class="main-region">
        {pages?.started && total === 0 && (filter
          ? <Empty title={_('Nothing matches')}>
            <button type="button" onClick={() => setFilter('')}>{_('Clear filter')}</button>
          </Empty>
          : <Empty title={_('Nothing is waiting for this step')}>
            <Link href="/">{_('Lab View')}</Link>
          </Empty>)}
        {options && total > 0 && <GridView options={options} grid={(it) => {
          grid.current = it;
        }} />}
      </div>
      {open && <Details row={open} close={() => setOpen(null)} />}
    </div>
  </Screen>;
}
