// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';
import {_, day, ngettext, num, pickLanguage, useCatalogue} from './i18n.ts';

const ENGLISH = {lang: 'en', forms: {one: 0, other: 1}, texts: {}};
afterEach(() => useCatalogue(ENGLISH));

test('English is the text itself, with its values filled in', () => {
  assert.equal(_('Hello {name}', {name: 'Ada'}), 'Hello Ada');
  assert.equal(_('Hello {name}'), 'Hello {name}');
  assert.equal(ngettext('{n} row', '{n} rows', 1), '1 row');
  assert.equal(ngettext('{n} row', '{n} rows', 10_000), '10,000 rows');
});

test('a catalogue gives its own text and as many forms as the language has', () => {
  useCatalogue({lang: 'pl', forms: {one: 0, few: 1, many: 2},
    texts: {Well: 'Dołek', '{n} row': ['{n} wiersz', '{n} wiersze', '{n} wierszy']}});
  assert.equal(_('Well'), 'Dołek');
  assert.equal(_('Not there'), 'Not there');
  assert.deepEqual([1, 3, 5].map((n) => ngettext('{n} row', '{n} rows', n)),
    ['1 wiersz', '3 wiersze', '5 wierszy']);
});

test('numbers and days follow the language', () => {
  useCatalogue({lang: 'de', forms: {one: 0, other: 1}, texts: {}});
  assert.equal(num(1234.5), '1.234,5');
  assert.equal(day('2026-11-24'), '24.11.2026');
  assert.equal(day(null), '');
});

for (const [wanted, have, picked] of [
  [['de-AT', 'en'], ['de', 'pl'], 'de'],
  [['pt-BR'], ['pt', 'pt_BR'], 'pt_BR'],
  [['en-GB', 'de'], ['de'], 'en'],
  [['ja', 'de'], ['de'], 'de'],
  [[], ['de'], 'en'],
] as const) {
  test(`of ${have.join()} for ${wanted.join() || 'nobody'}: ${picked}`, () =>
    assert.equal(pickLanguage(wanted, have), picked));
}
