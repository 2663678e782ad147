// SPDX-License-Identifier: AGPL-3.0-or-later
// Lab View: what work is there for me, now.
import {useEffect, useRef, useState} from 'preact/hooks';
import type {Row} from '../api.ts';
import {_, moment, ngettext, num} from '../i18n.ts';
import {store, useStore} from '../store.ts';
import {AsOf, Empty, Link, Loaded, Screen, stateWord} from '../ui/parts.tsx';
import {useView} from '../ui/useView.ts';
import {queuePath, stepPath} from './paths.ts';

type LabRow = Row<'lab'>;
type RunRow = Row<'my_runs'>;

const RECENT = 20;

interface Protocol {
  id: string;
  name: string;
  steps: LabRow[];
}

/** Kept while the page is open; nothing of it is stored. */
const onlyWithWork = store(false);
const workflow = store('');

export function byProtocol(rows: LabRow[], withWork: boolean): Protocol[] {
  const protocols = new Map<string, Protocol>();
  for (const row of rows) {
    if (withWork && !row.queued && !row.in_progress)
      continue;
    const id = row.protocol_id ?? '';
    const protocol = protocols.get(id) ?? {id, name: row.protocol ?? '', steps: []};
    protocol.steps.push(row);
    protocols.set(id, protocol);
  }
  return [...protocols.values()];
}

/** A number that lights up once when it has changed. */
function Count({value}: {value: number}) {
  const last = useRef(value);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (last.current !== value)
      setChanges((n) => n + 1);
    last.current = value;
  }, [value]);
  return <span key={changes} aria-hidden="true"
    class={changes > 0 ? 'count flash' : 'count'}>{num(value)}</span>;
}

function StepLine({row, first, run}: {row: LabRow; first: boolean; run: RunRow | undefined}) {
  const queued = row.queued ?? 0;
  const high = row.high ?? 0;
  const inProgress = row.in_progress ?? 0;
  return <li class={queued + inProgress === 0 ? 'idle' : ''}>
    <a href={queuePath(row.step_lims_id ?? row.step_id)}
      tabIndex={first ? 0 : -1} data-step>
      {row.step}
      <span class="hidden">, {ngettext('{n} sample waiting', '{n} samples waiting', queued)}
        {high > 0 && `, ${ngettext('{n} of high priority', '{n} of high priority', high)}`}
      </span>
    </a>
    {inProgress > 0 && (run
      ? <Link class="pill" href={stepPath(run.lims_id)}>
        {ngettext('{n} in progress', '{n} in progress', inProgress)}
      </Link>
      : <span class="pill">{ngettext('{n} in progress', '{n} in progress', inProgress)}</span>)}
    {high > 0 && <span class="badge" aria-hidden="true">!{num(high)}</span>}
    <Count value={queued} />
  </li>;
}

/** Arrows go from step to step, Tab from card to card. */
function onCardKey(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  const links = [...list.querySelectorAll<HTMLElement>('[data-step]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const target = {ArrowDown: links[at + 1], ArrowUp: links[at - 1], Home: links[0],
    End: links[links.length - 1]}[event.key];
  if (at < 0 || !target)
    return;
  event.preventDefault();
  for (const link of links)
    link.tabIndex = link === target ? 0 : -1;
  target.focus();
}

function ProtocolCard({protocol, runs}: {protocol: Protocol; runs: RunRow[]}) {
  return <section class="card" aria-label={protocol.name}>
    <h2>{protocol.name}</h2>
    <ul class="steps" onKeyDown={onCardKey}>
      {protocol.steps.map((row, i) => {
        const mine = runs.filter((run) => run.mine && run.step_id === row.step_id);
        return <StepLine key={row.step_id} row={row} first={i === 0}
          run={mine.length === 1 ? mine[0] : undefined} />;
      })}
    </ul>
  </section>;
}

function RunCard({title, runs}: {title: string; runs: RunRow[]}) {
  return <section class="card">
    <h2>{title}</h2>
    <ul class="plain">
      {runs.map((run) => <li key={run.run_id}>
        <Link href={stepPath(run.lims_id)}>
          {run.step} <span class="id">{run.lims_id}</span>
        </Link>
        <div class="mut">
          {[ngettext('{n} sample', '{n} samples', run.samples ?? 0), stateWord(run.state),
            run.mine ? '' : run.technician, moment(run.changed_at)].filter(Boolean).join(' · ')}
        </div>
      </li>)}
    </ul>
  </section>;
}

function Side({runs}: {runs: RunRow[]}) {
  const recent = useView('recent', {limit: RECENT});
  const mine = runs.filter((run) => run.mine);
  const others = runs.filter((run) => !run.mine);
  return <aside tabIndex={0} aria-label={_('Work in progress and recent activity')}>
    {mine.length > 0 && <RunCard runs={mine}
      title={_('My work in progress ({n})', {n: num(mine.length)})} />}
    {others.length > 0 && <RunCard runs={others}
      title={_('Work of others ({n})', {n: num(others.length)})} />}
    <section class="card">
      <h2>{_('Recent activity')}</h2>
      <Loaded look={recent}>{() => recent.page!.rows.length === 0
        ? <p class="mut">{_('Nothing has happened yet.')}</p>
        : <ul class="plain">{recent.page!.rows.map((row) => <li key={row.run_id}>
          <Link href={stepPath(row.lims_id)}>
            {row.step} <span class="id">{row.lims_id}</span>
          </Link>
          <div class="mut">{[stateWord(row.state), row.technician,
            moment(row.completed_at ?? row.changed_at)].filter(Boolean).join(' · ')}</div>
        </li>)}</ul>}
      </Loaded>
    </section>
  </aside>;
}

function Filters() {
  const withWork = useStore(onlyWithWork);
  const chosen = useStore(workflow);
  const workflows = useView('workflows', {}, true);
  return <div class="toolbar">
    <label><input type="checkbox" checked={withWork} onChange={(event: Event) =>
      onlyWithWork.set((event.currentTarget as HTMLInputElement).checked)} />
      {_('Only steps with work')}
    </label>
    <label>{_('Workflow')} <select value={chosen} onChange={(event: Event) =>
      workflow.set((event.currentTarget as HTMLSelectElement).value)}>
      <option value="">{_('All')}</option>
      {workflows.page?.rows.map((row) =>
        <option key={row.workflow_id} value={row.workflow_id ?? ''}>{row.name}</option>)}
    </select></label>
  </div>;
}

function Cards({rows, runs}: {rows: LabRow[]; runs: RunRow[]}) {
  const withWork = useStore(onlyWithWork);
  const protocols = byProtocol(rows, withWork);
  if (rows.length === 0)
    return <Empty title={_('No active protocols')}
      text={_('Steps appear here when a workflow is active.')} />;
  if (protocols.length === 0)
    return <Empty title={_('No work is queued')} text={_('No step has samples waiting.')}>
      <button type="button" onClick={() => onlyWithWork.set(false)}>{_('Show all steps')}</button>
    </Empty>;
  return <div class="cards">
    {protocols.map((protocol) =>
      <ProtocolCard key={protocol.id} protocol={protocol} runs={runs} />)}
  </div>;
}

export default function LabView() {
  const chosen = useStore(workflow);
  const lab = useView('lab', chosen ? {workflow: chosen} : {}, true);
  const runs = useView('my_runs', {}, true);
  const myRuns = runs.page?.rows ?? [];
  return <Screen title={_('Lab View')} ready={lab.page !== null}
    facts={lab.page && <AsOf micros={lab.page.asOf} />}>
    <Filters />
    <div class="with-side scrolls">
      <div class="main-region">
        <Loaded look={lab}>{() => <Cards rows={lab.page!.rows} runs={myRuns} />}</Loaded>
      </div>
      <Side runs={myRuns} />
    </div>
  </Screen>;
}
