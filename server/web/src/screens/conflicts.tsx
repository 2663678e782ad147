// SPDX-License-Identifier: AGPL-3.0-or-later
// Conflicts: what I saw, what I did, what is there now. Both sides of each value are shown before
// anything is chosen; what needs a new command is settled where the work was done.
import {useState} from 'preact/hooks';
import {act, type Row} from '../api.ts';
import type {Json} from '../api-types.ts';
import {_, moment, ngettext} from '../i18n.ts';
import {go} from '../nav.ts';
import {Empty, Fault, isTouchOnly, Link, Loaded, Screen} from '../ui/parts.tsx';
import {toast} from '../ui/toast.tsx';
import {useView} from '../ui/useView.ts';
import {fieldText, listOf, objectOf} from './fields.ts';

type ConflictRow = Row<'conflicts'>;
type Whole = Row<'conflict'>;

const CODES: Record<string, () => string> = {
  field_changed: () => _('The value was changed meanwhile'),
  well_taken: () => _('The well was taken meanwhile'),
  moved_on: () => _('The sample has moved on'),
  step_done: () => _('The step was completed meanwhile'),
  gone: () => _('It no longer exists'),
  rule_changed: () => _('The step’s rules were changed'),
};

/** The choices of each code that need no new command; the others do. */
const SIMPLE: Record<string, string> = {
  field_changed: 'theirs', step_done: 'theirs', well_taken: 'drop', moved_on: 'drop', gone: 'drop',
  denied: 'drop', invalid: 'drop', error: 'drop',
};

function codeWord(code: string | null): string {
  return CODES[code ?? '']?.() ?? code ?? '';
}

export interface Line {
  where: string;
  seen: string;
  mine: string;
  there: string;
}

/** Values of nested objects by their path: {"artifact:1": {"f12": 3}} gives "artifact:1 f12". */
function flat(value: Record<string, Json>, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, member] of Object.entries(value)) {
    const path = prefix ? `${prefix} ${name}` : name;
    if (member !== null && typeof member === 'object' && !Array.isArray(member)) {
      for (const [deep, text] of flat(member, path))
        found.set(deep, text);
    } else {
      found.set(path, fieldText(member));
    }
  }
  return found;
}

/** What a command wrote, in the form of what was seen: cells and places become objects by id. */
function written(args: Record<string, Json>): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of [...listOf(args.cells), ...listOf(args.places)]) {
    const {artifact, sample, field, value, ...rest} = entry;
    const owner = artifact === undefined ? `sample:${sample}` : `artifact:${artifact}`;
    if (typeof field === 'string')
      found.set(`${owner} ${field}`, fieldText(value));
    for (const [name, text] of flat(rest, owner))
      found.set(name, text);
  }
  return found.size > 0 ? found : flat(args);
}

/** One line a value that was seen or is there now, in this order. */
export function lines(conflict: {seen?: Json; there?: Json; body?: Json}): Line[] {
  const seen = flat(objectOf(conflict.seen));
  const there = flat(objectOf(conflict.there));
  const body = objectOf(conflict.body);
  const mine = written(objectOf(body.args ?? body));
  const places = [...new Set([...seen.keys(), ...there.keys()])];
  return places.map((where) => ({where, seen: seen.get(where) ?? '',
    mine: mine.get(where) ?? '', there: there.get(where) ?? ''}));
}

function Settle({conflict}: {conflict: Whole}) {
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<Error | null>(null);
  const choice = SIMPLE[conflict.code ?? ''];
  const choose = async () => {
    try {
      await act('conflict.resolve@1',
        {conflict: conflict.conflict_id ?? '', choice: choice!, ...(reason ? {reason} : {})} as never);
      toast(_('Conflict settled'));
      go('/conflicts');
    } catch (trouble) {
      setFault(trouble as Error);
    }
  };
  const lacksReason = choice === 'drop' && reason.trim() === '';
  return <div class="settle">
    {fault && <Fault fault={fault} />}
    {choice && !isTouchOnly() && <>
      <label>{_('Reason')} <input value={reason} maxLength={500} onInput={(event: Event) =>
        setReason((event.currentTarget as HTMLInputElement).value)} /></label>
      <button type="button" disabled={lacksReason} onClick={() => void choose()}
        title={lacksReason ? _('Dropping needs a reason') : undefined}>
        {choice === 'drop' ? _('Drop mine') : _('Keep theirs')}
      </button>
    </>}
    <p class="mut">{_('Further choices are offered in the desktop program.')}</p>
  </div>;
}

/** When the command was given, as far as it tells. */
function mineAt(conflict: Whole): string {
  const at = objectOf(conflict.body).performed_at;
  return typeof at === 'number' ? `(${moment(at)})` : '';
}

function Compare({id}: {id: string}) {
  const look = useView('conflict', {conflict: id});
  return <Loaded look={look}>{() => {
    const conflict = look.page?.rows[0];
    if (!conflict)
      return <Empty title={_('This conflict is settled')}>
        <Link href="/conflicts">{_('Conflicts')}</Link>
      </Empty>;
    return <section class="card">
      <h2>{codeWord(conflict.code)}</h2>
      <p>{conflict.detail}</p>
      <table>
        <thead><tr>
          <th scope="col">{_('Where')}</th><th scope="col">{_('I saw')}</th>
          <th scope="col">{_('Mine')} {mineAt(conflict)}</th>
          <th scope="col">{_('Now')}</th>
        </tr></thead>
        <tbody>{lines(conflict).map((line) => <tr key={line.where}>
          <th scope="row">{line.where}</th><td>{line.seen || '–'}</td><td>{line.mine || '–'}</td>
          <td>{line.there || '–'}</td>
        </tr>)}</tbody>
      </table>
      <Settle conflict={conflict} />
    </section>;
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
