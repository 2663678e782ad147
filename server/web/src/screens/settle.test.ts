// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {byCell, linesOf, merged, resolutionOf, wholeAgain, type Pick} from './settle.ts';

const CONFLICT = {
  code: 'field_changed', command: 'sample.set@1',
  body: {args: {cells: [
    {sample: 's', field: 'name', value: 'Mine'},
    {sample: 's', field: 'Conc.', value: 13.4},
    {sample: 't', field: 'Conc.', value: 9},
  ]}, expect: {'sample:s': {name: 'Old', 'Conc.': null}, 'sample:t': {'Conc.': 1}}},
  seen: {'sample:s': {name: 'Old', 'Conc.': null}},
  there: {'sample:s': {name: 'New', 'Conc.': 14.3}},
};
const LINES = linesOf(CONFLICT);
const EXPECT = {'sample:s': {name: 'New', 'Conc.': 14.3}, 'sample:t': {'Conc.': 1}};
const MINE: Pick = {choice: 'mine'};
const THEIRS: Pick = {choice: 'theirs'};

test('each value that stands against another is a line', () => {
  assert.deepEqual(LINES, [
    {owner: 'sample:s', field: 'name', seen: 'Old', mine: 'Mine', there: 'New'},
    {owner: 'sample:s', field: 'Conc.', seen: null, mine: 13.4, there: 14.3},
  ]);
  assert.equal(byCell(CONFLICT), true);
});

test('mine is the same command on what is there now', () => {
  assert.deepEqual(resolutionOf(CONFLICT, LINES, [MINE, MINE]), {choice: 'mine',
    next: {cmd: 'sample.set@1', args: CONFLICT.body.args, expect: EXPECT}});
});

test('one mine, one theirs leaves the other cell out', () => {
  assert.deepEqual(resolutionOf(CONFLICT, LINES, [THEIRS, MINE]), {choice: 'third',
    next: {cmd: 'sample.set@1', expect: EXPECT, args: {cells: [
      {sample: 's', field: 'Conc.', value: 13.4}, {sample: 't', field: 'Conc.', value: 9}]}}});
});

test('theirs everywhere still carries the cells that are in no conflict', () => {
  assert.deepEqual(resolutionOf(CONFLICT, LINES, [THEIRS, THEIRS]).next,
    {cmd: 'sample.set@1', expect: EXPECT, args: {cells: [{sample: 't', field: 'Conc.', value: 9}]}});
  const alone = {...CONFLICT, body: {args: {cells: [{sample: 's', field: 'name', value: 'Mine'}]}}};
  assert.deepEqual(resolutionOf(alone, LINES, [THEIRS, THEIRS]), {choice: 'theirs'});
});

test('a third value of a number is a number, with comma or point; nothing is nothing', () => {
  const values = (value: string) => (resolutionOf(CONFLICT, LINES,
    [THEIRS, {choice: 'third', value}]).next as never as {args: {cells: {value: unknown}[]}})
    .args.cells[0]!.value;
  assert.equal(values('14,1'), 14.1);
  assert.equal(values('14.2'), 14.2);
  assert.equal(values(' '), null);
  assert.equal(values('lost'), 'lost');
});

test('what is there once more takes the place of what was there', () =>
  assert.deepEqual(merged('{"a:1": {"x": 1, "y": 2}}', {'a:1': {x: 3}, 'b:1': {z: 4}}),
    {'a:1': {x: 3, y: 2}, 'b:1': {z: 4}}));

test('a command on one object is chosen as a whole', () => {
  const conflict = {code: 'field_changed', command: 'project.update@1',
    body: '{"args": {"project": "p", "name": "Mine", "fields": {"Cost": "7"}}}',
    seen: '{"project:p": {"name": "Old", "Cost": null}}',
    there: '{"project:p": {"name": "New", "Cost": "8"}}'};
  assert.equal(byCell(conflict), false);
  assert.deepEqual(linesOf(conflict).map((line) => line.mine), ['Mine', '7']);
  assert.deepEqual(wholeAgain(conflict, 'mine').next!.expect, {'project:p': {name: 'New', Cost: '8'}});
});

test('a well shows where the sample was to go', () => {
  const conflict = {code: 'well_taken', command: 'step.place@1',
    body: {args: {places: [{artifact: 'a', container: 'c', well: 'B:7'}]}},
    seen: {'artifact:a': {well: null}}, there: {'artifact:a': {well: 'C:1'}}};
  assert.deepEqual(linesOf(conflict),
    [{owner: 'artifact:a', field: 'well', seen: null, mine: 'B:7', there: 'C:1'}]);
});
