// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {moveTarget, type Place} from './keys.ts';

const EXTENT = {rows: 100, cols: 10, page: 20, rtl: false};
const FROM = {row: 50, col: 5};

const CASES: [string, boolean, Place | null][] = [
  ['ArrowDown', false, {row: 51, col: 5}],
  ['ArrowDown', true, {row: 99, col: 5}],
  ['ArrowUp', false, {row: 49, col: 5}],
  ['ArrowUp', true, {row: 0, col: 5}],
  ['ArrowLeft', false, {row: 50, col: 4}],
  ['ArrowLeft', true, {row: 50, col: 0}],
  ['ArrowRight', false, {row: 50, col: 6}],
  ['ArrowRight', true, {row: 50, col: 9}],
  ['Home', false, {row: 50, col: 0}],
  ['Home', true, {row: 0, col: 0}],
  ['End', false, {row: 50, col: 9}],
  ['End', true, {row: 99, col: 9}],
  ['PageDown', false, {row: 70, col: 5}],
  ['PageUp', false, {row: 30, col: 5}],
  ['a', false, null],
  ['Tab', false, null],
];

for (const [key, control, expected] of CASES) {
  test(`${control ? 'Ctrl+' : ''}${key}`, () =>
    assert.deepEqual(moveTarget(key, control, FROM, EXTENT), expected));
}

test('from right to left the side arrows swap', () => {
  const rtl = {...EXTENT, rtl: true};
  assert.deepEqual(moveTarget('ArrowLeft', false, FROM, rtl), {row: 50, col: 6});
  assert.deepEqual(moveTarget('ArrowRight', true, FROM, rtl), {row: 50, col: 0});
});
