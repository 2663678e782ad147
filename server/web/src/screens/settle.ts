// SPDX-License-Identifier: AGPL-3.0-or-later
// How a conflict is settled: which values stand against each other, and which command carries out
// what a person chose. Nothing of a command is lost by choosing: cells that are in no conflict were
// refused together with the others and go along again.
import type {Json} from '../api-types.ts';
import {listOf, objectOf} from './fields.ts';

type Members = Record<string, Json>;

export interface Conflicted {
  code: string | null;
  command: string | null;
  body: Json;
  seen: Json;
  there: Json;
}

/** One value: what was seen, what the command wrote (undefined if it did not), what is there now. */
export interface Line {
  owner: string;
  field: string;
  seen: Json;
  mine: Json | undefined;
  there: Json;
}

export type Pick = {choice: 'mine' | 'theirs'} | {choice: 'third'; value: string};

export interface Resolution {
  choice: string;
  next?: Members;
}

function ownerOf(cell: Members): string {
  return cell.sample === undefined ? `artifact:${cell.artifact}` : `sample:${cell.sample}`;
}

function argsOf(conflict: Conflicted): Members {
  return objectOf(objectOf(conflict.body).args);
}

/** What the command wrote, by owner and field. */
function written(args: Members): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const cell of listOf(args.cells)) {
    if (typeof cell.field === 'string')
      found.set(`${ownerOf(cell)} ${cell.field}`, cell.value ?? null);
  }
  for (const place of listOf(args.places)) {
    const {artifact, ...rest} = place;
    for (const [field, value] of Object.entries(rest))
      found.set(`artifact:${artifact} ${field}`, value);
  }
  return found;
}

/** A value of commands that name one object: project.update, container.rename, step.details. */
function plainValue(args: Members, field: string): Json | undefined {
  return args[field] ?? objectOf(args.fields)[field];
}

export function linesOf(conflict: Conflicted): Line[] {
  const seen = objectOf(conflict.seen);
  const there = objectOf(conflict.there);
  const args = argsOf(conflict);
  const mine = written(args);
  const lines: Line[] = [];
  for (const owner of new Set([...Object.keys(seen), ...Object.keys(there)])) {
    const before = objectOf(seen[owner]);
    const now = objectOf(there[owner]);
    for (const field of new Set([...Object.keys(before), ...Object.keys(now)]))
      lines.push({owner, field, seen: before[field] ?? null, there: now[field] ?? null,
        mine: mine.has(`${owner} ${field}`) ? mine.get(`${owner} ${field}`)
          : mine.size > 0 ? undefined : plainValue(args, field)});
  }
  return lines;
}

/** Values by owner and field, with those of @newer in place of the old ones. */
export function merged(there: Json, newer: Json): Json {
  const all: Members = {...objectOf(there)};
  for (const [owner, values] of Object.entries(objectOf(newer)))
    all[owner] = {...objectOf(all[owner]), ...objectOf(values)};
  return all;
}

/** Whether each value can be chosen by itself. */
export function byCell(conflict: Conflicted): boolean {
  return conflict.code === 'field_changed' && listOf(argsOf(conflict).cells).length > 0;
}

/** What was expected, brought up to what is there now. */
function expectNow(conflict: Conflicted): Members {
  return objectOf(merged(objectOf(conflict.body).expect ?? null, conflict.there));
}

function sameAgain(conflict: Conflicted, args: Members): Members {
  return {cmd: conflict.command, args, expect: expectNow(conflict)};
}

/** The command as it was, on what is there now: "mine", "apply", "redo". */
export function wholeAgain(conflict: Conflicted, choice: string): Resolution {
  return {choice, next: sameAgain(conflict, argsOf(conflict))};
}

/** What a third value means: a number stays a number, nothing takes the value away. */
function typed(value: string, like: Json | undefined): Json {
  const number = Number(value.trim().replace(',', '.'));
  if (value.trim() === '')
    return null;
  return typeof like === 'number' && Number.isFinite(number) ? number : value;
}

/** Puts the choices together, one a line, in the order of the lines. */
export function resolutionOf(conflict: Conflicted, lines: Line[], picks: Pick[]): Resolution {
  const chosen = new Map(lines.map((line, i) => [`${line.owner} ${line.field}`, picks[i]]));
  const args = argsOf(conflict);
  const cells = listOf(args.cells).flatMap((cell): Members[] => {
    const pick = chosen.get(`${ownerOf(cell)} ${cell.field}`);
    if (pick?.choice === 'theirs')
      return [];
    return pick?.choice === 'third' ? [{...cell, value: typed(pick.value, cell.value)}] : [cell];
  });
  if (cells.length === 0)
    return {choice: 'theirs'};
  const allMine = picks.every((pick) => pick.choice === 'mine');
  return {choice: allMine ? 'mine' : 'third', next: sameAgain(conflict, {...args, cells})};
}
