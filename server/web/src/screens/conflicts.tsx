// SPDX-License-Identifier: AGPL-3.0-or-later
// Conflicts: what I saw, what I did, what is there now. Both sides of each value are shown before
// anything is chosen, and nothing is settled before the choices are saved.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {act, Refusal, view, wholeView, type Row} from '../api.ts';
import type {Json} from '../api-types.ts';
import {_, moment, ngettext} from '../i18n.ts';
import {go} from '../nav.ts';
import {Empty, Fault, isTouchOnly, Link, Loaded, Screen} from '../ui/parts.tsx';
import {toast} from '../ui/toast.tsx';
import {useView} from '../ui/useView.ts';
import {fieldText, objectOf} from './fields.ts';
import {byCell, linesOf, merged, resolutionOf, wholeAgain, type Line, type Pick, type Resolution}
  from './settle.ts';

type ConflictRow = Row<'conflicts'>;
type Whole = Row<'conflict'>;

const MOST_NAMES = 20;

const CODES: Record<string, () => string> = {
  field_changed: () => _('The value was changed meanwhile'),
  well_taken: () => _('The well was taken meanwhile'),
  moved_on: () => _('The sample has moved on'),
  step_done: () => _('The step was completed meanwhile'),
  gone: () => _('It no longer exists'),
  rule_changed: () => _('The step’s rules were changed'),
  denied: () => _('The right for it is missing'),
  invalid: () => _('The server refused it'),
  error: () => _('The server failed at it'),
};

function codeWord(code: string | null): string {
  return CODES[code ?? '']?.() ?? code ?? '';
}

/** What each code offers as a whole; others are offered where the work was done. */
const WHOLE: Record<string, string[]> = {
  field_changed: ['mine', 'theirs'], moved_on: ['apply', 'drop'], step_done: ['theirs'],
  rule_changed: ['redo', 'drop'], well_taken: ['drop'], gone: ['drop'], denied: ['drop'],
  invalid: ['drop'], error: ['drop'],
};

const CHOICES: Record<string, () => string> = {
  mine: () => _('Keep mine'), theirs: () => _('Keep theirs'), drop: () => _('Drop mine'),
  apply: () => _('Apply to where it is now'), redo: () => _('Do it again'),
};

/** Names of the objects in the lines, as far as a view tells them. */
function useNames(conflict: Whole, lines: Line[]): Map<string, string> {
  const [names, setNames] = useState(new Map<string, string>());
  const owners = [...new Set(lines.map((line) => line.owner))].slice(0, MOST_NAMES);
  useEffect(() => {
    const run = objectOf(objectOf(conflict.body).args).run;
    const add = (owner: string, name: string | null | undefined) => {
      if (name)
        setNames((old) => new Map(old).set(owner, name));
    };
    const ask = async (owner: string) => {
      const [kind, id = ''] = owner.split(':');
      if (kind === 'sample')
        add(owner, (await view('sample', {sample: id})).rows[0]?.name);
      else if (kind === 'project')
        add(owner, (await view('project', {project: id})).rows[0]?.name);
      else if (kind === 'container')
        add(owner, (await view('container', {container: id})).rows[0]?.name);
    };
    const askRun = async () => {
      for (const pair of (await wholeView('run_pairs', {run: String(run)})).rows) {
        add(`artifact:${pair.output_id}`, pair.output);
        add(`artifact:${pair.input_id}`, pair.input);
      }
    };
    const nothing = () => {}; // a name is a help; the line shows without it
    owners.forEach((owner) => void ask(owner).catch(nothing));
    if (typeof run === 'string')
      void askRun().catch(nothing);
  }, [conflict.conflict_id]);
  return names;
}

function shown(value: Json | undefined): string {
  return fieldText(value) || '–';
}

interface LinesProps {
  lines: Line[];
  names: Map<string, string>;
  mineAt: string;
  /** Without it the lines only show. */
  picks?: Pick[];
  onPick?: (at: number, pick: Pick) => void;
}

function Choice({line, at, pick, onPick}: {line: Line; at: number; pick: Pick;
  onPick: (at: number, pick: Pick) => void}) {
  const name = `choice-${at}`;
  const third = pick.choice === 'third' ? pick.value : '';
  return <td><div class="choices">
    <label><input type="radio" name={name} checked={pick.choice === 'mine'}
      onChange={() => onPick(at, {choice: 'mine'})} />{_('mine')}</label>
    <label><input type="radio" name={name} checked={pick.choice === 'theirs'}
      onChange={() => onPick(at, {choice: 'theirs'})} />{_('theirs')}</label>
    <label><input type="radio" name={name} checked={pick.choice === 'third'}
      onChange={() => onPick(at, {choice: 'third', value: third})} />{_('another')}</label>
    <input value={third} aria-label={_('Another value for {field}', {field: line.field})}
      maxLength={500} onInput={(event: Event) => onPick(at,
        {choice: 'third', value: (event.currentTarget as HTMLInputElement).value})} />
  </div></td>;
}

function Lines({lines, names, mineAt, picks, onPick}: LinesProps) {
  return <div class="wide"><table>
    <thead><tr>
      <th scope="col">{_('Where')}</th><th scope="col">{_('I saw')}</th>
      <th scope="col">{_('Mine')} {mineAt}</th><th scope="col">{_('Now')}</th>
      {picks && <th scope="col">{_('Choose')}</th>}
    </tr></thead>
    <tbody>{lines.map((line, i) => <tr key={`${line.owner} ${line.field}`}>
      <th scope="row">{[names.get(line.owner), line.field].filter(Boolean).join(': ')}</th>
      <td>{shown(line.seen)}</td><td>{shown(line.mine)}</td><td>{shown(line.there)}</td>
      {picks && onPick && <Choice line={line} at={i} pick={picks[i]!} onPick={onPick} />}
    </tr>)}</tbody>
  </table></div>;
}

/** Gives the choice as a command. If the world moved on once more, what is there now is taken over,
 * so that the same choices can be saved again.
 */
function useSettle(conflict: Whole, onMoved: (there: Json) => void) {
  const [fault, setFault] = useState<Error | null>(null);
  const settle = async (resolution: Resolution, reason = '') => {
    setFault(null);
    try {
      await act('conflict.resolve@1', {conflict: conflict.conflict_id ?? '', ...resolution,
        ...(reason ? {reason} : {})} as never);
      toast(_('Conflict settled'));
      go('/conflicts');
    } catch (trouble) {
      setFault(trouble as Error);
      if (trouble instanceof Refusal && trouble.conflict?.there)
        onMoved(trouble.conflict.there);
    }
  };
  return {fault, settle};
}

/** Values chosen one by one; to begin with, what is there now stays. */
function Cells({conflict, lines, names, mineAt, onMoved}: {conflict: Whole; lines: Line[];
  names: Map<string, string>; mineAt: string; onMoved: (there: Json) => void}) {
  const [chosen, setPicks] = useState<Pick[]>([]);
  const picks = lines.map((_line, i): Pick => chosen[i] ?? {choice: 'theirs'});
  const {fault, settle} = useSettle(conflict, onMoved);
  const all = (choice: 'mine' | 'theirs') => setPicks(lines.map(() => ({choice})));
  if (isTouchOnly())
    return <Lines lines={lines} names={names} mineAt={mineAt} />;
  return <>
    {fault && <Fault fault={fault} />}
    <Lines lines={lines} names={names} mineAt={mineAt} picks={picks} onPick={(at, pick) =>
      setPicks(picks.map((old, i) => i === at ? pick : old))} />
    <div class="settle">
      <button type="button" onClick={() => all('mine')}>{_('All mine')}</button>
      <button type="button" onClick={() => all('theirs')}>{_('All theirs')}</button>
      <button type="button" class="primary"
        onClick={() => void settle(resolutionOf(conflict, lines, picks))}>{_('Save choices')}</button>
    </div>
  </>;
}

function Settle({conflict, onMoved}: {conflict: Whole; onMoved: (there: Json) => void}) {
  const [reason, setReason] = useState('');
  const {fault, settle} = useSettle(conflict, onMoved);
  const choices = WHOLE[conflict.code ?? ''] ?? [];
  const begin = (choice: string) => settle(['theirs', 'drop'].includes(choice)
    ? {choice} : wholeAgain(conflict, choice), reason);
  if (isTouchOnly() || choices.length === 0)
    return null;
  return <div class="settle">
    {fault && <Fault fault={fault} />}
    <label>{_('Reason')} <input value={reason} maxLength={500} onInput={(event: Event) =>
      setReason((event.currentTarget as HTMLInputElement).value)} /></label>
    {choices.map((choice) => {
      const lacks = choice === 'drop' && reason.trim() === '';
      return <button key={choice} type="button" disabled={lacks}
        title={lacks ? _('Dropping needs a reason') : undefined}
        onClick={() => void begin(choice)}>{CHOICES[choice]!()}</button>;
    })}
    <p class="mut">{_('Further choices are offered in the desktop program.')}</p>
  </div>;
}

/** When the command was given, as far as it tells. */
function mineAtOf(conflict: Whole): string {
  const at = objectOf(conflict.body).performed_at;
  return typeof at === 'number' ? `(${moment(at)})` : '';
}

function Conflict({conflict: stored}: {conflict: Whole}) {
  const [moved, setMoved] = useState<Json>(null);
  const conflict = useMemo(() => ({...stored, there: merged(stored.there, moved)}),
    [stored.conflict_id, moved]);
  const lines = useMemo(() => linesOf(conflict), [conflict]);
  const names = useNames(conflict, lines);
  const mineAt = mineAtOf(conflict);
  return <section class="card">
    <h2>{codeWord(conflict.code)}</h2>
    <p>{conflict.detail}</p>
    {byCell(conflict)
      ? <Cells conflict={conflict} lines={lines} names={names} mineAt={mineAt} onMoved={setMoved} />
      : <>
        {lines.length > 0 && <Lines lines={lines} names={names} mineAt={mineAt} />}
        <Settle conflict={conflict} onMoved={setMoved} />
      </>}
  </section>;
}

function Compare({id}: {id: string}) {
  const look = useView('conflict', {conflict: id});
  return <Loaded look={look}>{() => {
    const conflict = look.page?.rows[0];
    return conflict && conflict.state === 'OPEN' ? <Conflict conflict={conflict} />
      : <Empty title={_('This conflict is settled')}>
        <Link href="/conflicts">{_('Conflicts')}</Link>
      </Empty>;
  }}</Loaded>;
}

function List({rows, current}: {rows: ConflictRow[]; current: string}) {
  return <nav aria-label={_('Conflicts')} class="card">
    <ul class="plain">{rows.map((row) => <li key={row.conflict_id}>
      <Link href={`/conflicts/${row.conflict_id}`} current={row.conflict_id === current}>
        {row.detail ?? row.command}
      </Link>
      <div class="mut">{codeWord(row.code)}</div>
    </li>)}</ul>
  </nav>;
}

export default function Conflicts({params}: {params: Record<string, string>}) {
  const look = useView('conflicts', {}, true);
  const rows = look.page?.rows ?? [];
  const current = params.conflict ?? rows[0]?.conflict_id ?? '';
  return <Screen title={_('Conflicts')} ready={look.page !== null}
    facts={look.page && <span>{ngettext('{n} conflict', '{n} conflicts', rows.length)}</span>}>
    <Loaded look={look}>{() => rows.length === 0 && !params.conflict
      ? <Empty title={_('No conflicts')} text={_('All your work has been taken over.')} />
      : <div class="with-list scrolls padded">
        <List rows={rows} current={current} />
        {current && <Compare key={current} id={current} />}
      </div>}
    </Loaded>
  </Screen>;
}
