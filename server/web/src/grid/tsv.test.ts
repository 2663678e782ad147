// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fromTsv, toTsv} from './tsv.ts';

const CASES: [string, string, string[][]][] = [
  ['one cell', 'a', [['a']]],
  ['a block', 'a\tb\nc\td', [['a', 'b'], ['c', 'd']]],
  ['the last line end is dropped', 'a\nb\n', [['a'], ['b']]],
  ['CRLF', 'a\tb\r\nc\td\r\n', [['a', 'b'], ['c', 'd']]],
  ['empty cells', '\t\n\t', [['', ''], ['', '']]],
  ['an empty row within', 'a\n\nb', [['a'], [''], ['b']]],
  ['quotes around a line end', '"a\nb"\tc', [['a\nb', 'c']]],
  ['doubled quotes', '"say ""hi"""\tx', [['say "hi"', 'x']]],
  ['a quote inside is itself', '5" tube\tx', [['5" tube', 'x']]],
  ['an open quote is itself', '"abc\td', [['"abc', 'd']]],
];

for (const [name, text, cells] of CASES) {
  test(`from TSV: ${name}`, () => assert.deepEqual(fromTsv(text), cells));
}

test('what is copied is what is pasted', () => {
  const cells = [['plain', '"quoted"', 'two\nlines'], ['tab\there', '', 'Prøve µ']];
  assert.deepEqual(fromTsv(toTsv(cells)), cells);
});
