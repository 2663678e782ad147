// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Refusal, sentenceOf, toPage} from '../api.ts';
import {toSession} from '../session.ts';
import {fieldColumns, fieldText} from './fields.ts';
import {byProtocol} from './labview.tsx';
import {milestonesOf, milestoneStates, shownMilestone} from './step.tsx';
import {matching} from './queue.tsx';
import {axesOf, outputsOf} from './step-parts.tsx';

test('rows become objects by the names of the columns', () => {
  const page = toPage<'workflows'>({cols: ['workflow_id', 'name'], rows: [['w', 'One']], as_of: 5});
  assert.deepEqual(page.rows, [{workflow_id: 'w', name: 'One'}]);
  assert.equal(page.next, null);
  assert.equal(page.asOf, 5);
});

test('a refusal tells its first fault and how many more there are', () => {
  const fault = {at: '', code: 'x', message: 'S-1 has no well.'};
  assert.equal(sentenceOf({faults: [fault]}, 422), 'S-1 has no well.');
  assert.equal(sentenceOf({faults: [fault, fault, fault]}, 422), 'S-1 has no well. (and 2 more)');
  assert.equal(sentenceOf({}, 502), 'The server answered with code 502.');
  assert.equal(new Refusal('no', 403).status, 403);
});

test('a session is read in both its forms', () => {
  assert.deepEqual(toSession({user: 'ada', roles: 'A, B'}).roles, ['A', 'B']);
  assert.equal(toSession({user: {id: 'u', name: 'Ada', username: 'ada'}}).name, 'Ada');
});

test('steps stand under their protocols in the order of the lab', () => {
  const row = (protocol: string, step: string, queued: number) =>
    ({protocol_id: protocol, protocol, step_id: step, step, queued, in_progress: 0}) as never;
  const rows = [row('P', 'one', 0), row('P', 'two', 3), row('Q', 'three', 0)];
  assert.deepEqual(byProtocol(rows, false).map((one) => [one.name, one.steps.length]),
    [['P', 2], ['Q', 1]]);
  assert.deepEqual(byProtocol(rows, true).map((one) => [one.name, one.steps.length]), [['P', 1]]);
});

test('milestones before the state are done, those after it are to come', () => {
  const all = ['PLACEMENT', 'RECORD_DETAILS', 'ASSIGN_NEXT_STEPS'];
  assert.deepEqual(milestoneStates(all, 'RECORD_DETAILS'), ['done', 'current', 'later']);
  assert.deepEqual(milestoneStates(all, 'STARTED'), ['later', 'later', 'later']);
  assert.deepEqual(milestoneStates(all, 'COMPLETED'), ['done', 'done', 'done']);
  assert.equal(shownMilestone(all, 'RECORD_DETAILS', 'placement'), 'PLACEMENT');
  assert.equal(shownMilestone(all, 'RECORD_DETAILS', 'no-such-tab'), 'RECORD_DETAILS');
  assert.equal(shownMilestone(all, 'COMPLETED', undefined), 'ASSIGN_NEXT_STEPS');
});

test('milestones come as one text', () => {
  assert.deepEqual(milestonesOf({milestones: 'PLACEMENT RECORD_DETAILS'}),
    ['PLACEMENT', 'RECORD_DETAILS']);
  assert.deepEqual(milestonesOf({milestones: null}), []);
});

test('names that are pasted find samples by name, id or container', () => {
  const rows = [
    {artifact_id: 'a', name: 'S-1', lims_id: '2-1', container: 'P', container_lims_id: '27-1'},
    {artifact_id: 'b', name: 'S-2', lims_id: '2-2', container: 'P', container_lims_id: '27-1'},
    {artifact_id: 'c', name: 'S-3', lims_id: '2-3', container: 'Q', container_lims_id: '27-2'},
  ] as never;
  assert.deepEqual(matching(rows, ['S-1', '2-2', 'S-9']), {ids: ['a', 'b'], missing: ['S-9']});
  assert.deepEqual(matching(rows, ['27-1', 'S-1']), {ids: ['a', 'b'], missing: []});
});

test('an output of several inputs is one row', () => {
  const pairs = [{output_id: 'o', input_id: 'a'}, {output_id: 'o', input_id: 'b'},
    {output_id: null, input_id: 'c'}] as never;
  assert.equal(outputsOf(pairs).length, 2);
});

test('axes come from the container type', () => {
  const axes = axesOf({x_size: 12, y_size: 8, x_alpha: 0, y_alpha: 1, x_offset: 1,
    y_offset: 0} as never);
  assert.deepEqual(axes,
    {xSize: 12, ySize: 8, xAlpha: false, yAlpha: true, xOffset: 1, yOffset: 0});
});

for (const [value, kind, text] of [
  [null, 'TEXT', ''], ['12.5', 'NUMBER', '12.5'], ['12345', 'NUMBER', '12,345'],
  ['abc', 'NUMBER', 'abc'], [12345.5, '', '12,345.5'], [true, 'CHECK', 'Yes'],
  ['false', 'CHECK', 'No'], ['2026-11-24', 'DATE', 'Nov 24, 2026'], ['007', 'TEXT', '007'],
] as const) {
  test(`${JSON.stringify(value)} as ${kind || 'itself'} is “${text}”`, () =>
    assert.equal(fieldText(value, kind), text));
}

test('custom fields are the columns named f and a number', () => {
  const field = {key: 'f12', title: 'Conc.', type: 'NUMERIC', options: '{"unit": "ng/µl"}'} as never;
  const columns = fieldColumns(['name', 'f12', 'from_step', 'f7'], [field]);
  assert.deepEqual(columns.map((column) => [column.key, column.title, column.num]),
    [['f12', 'Conc. (ng/µl)', true], ['f7', 'f7', false]]);
});
