// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {axisName, wellName, type Axes} from './wells.ts';

const PLATE: Axes = {xSize: 12, ySize: 8, xAlpha: false, yAlpha: true, xOffset: 1, yOffset: 0};

for (const [at, name] of [[0, 'A'], [25, 'Z'], [26, 'AA'], [51, 'AZ'], [52, 'BA']] as const) {
  test(`row ${at} is ${name}`, () => assert.equal(axisName(true, 0, at), name));
}

test('numbers count from the offset', () => {
  assert.equal(axisName(false, 1, 0), '1');
  assert.equal(axisName(false, 0, 11), '11');
});

test('a well is row, colon, column', () => assert.equal(wellName(PLATE, 1, 6), 'B:7'));
