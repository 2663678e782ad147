// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {match} from './nav.ts';

for (const [pattern, path, found] of [
  ['/', '/', {}],
  ['/', '/queue/1', null],
  ['/queue/:step', '/queue/122-4', {step: '122-4'}],
  ['/queue/:step', '/queue', null],
  ['/step/:run/:tab?', '/step/24-1', {run: '24-1'}],
  ['/step/:run/:tab?', '/step/24-1/details?x=1', {run: '24-1', tab: 'details'}],
  ['/step/:run/:tab?', '/step/24-1/a/b', null],
  ['/queue/:step', '/queue/a%20b', {step: 'a b'}],
  ['/queue/:step', '/queue/%E0%A4', null],
] as const) {
  test(`${pattern} and ${path}`, () => assert.deepEqual(match(pattern, path), found));
}
