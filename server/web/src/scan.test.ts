// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Burst} from './scan.ts';

/** Types a text with a pause between keys and ends it with Enter. */
function typed(text: string, pause: number, burst = new Burst(), from = 1000): string | null {
  let at = from;
  for (const key of text)
    burst.add(key, at += pause);
  return burst.add('Enter', at + pause);
}

test('a fast burst that Enter ends is a scan', () => assert.equal(typed('27-2001', 10), '27-2001'));
test('a person types slower', () => assert.equal(typed('27-2001', 120), null));
test('three characters are too few', () => assert.equal(typed('abc', 10), null));

test('what was typed slowly before a scan is no part of it', () => {
  const burst = new Burst();
  burst.add('x', 0);
  assert.equal(typed('S-0001', 10, burst, 500), 'S-0001');
});

test('capital letters come with Shift in between', () => {
  const burst = new Burst();
  let at = 0;
  for (const key of ['Shift', 'A', 'Shift', 'C', 'Shift', 'C', '1'])
    burst.add(key, at += 5);
  assert.equal(burst.add('Enter', at + 5), 'ACC1');
});

test('a key that is no character breaks the burst', () => {
  const burst = new Burst();
  for (const [i, key] of ['a', 'b', 'c', 'd', 'ArrowDown', 'e'].entries())
    burst.add(key, i * 5);
  assert.equal(burst.add('Enter', 30), null);
});
