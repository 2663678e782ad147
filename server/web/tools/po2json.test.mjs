// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {catalogue, parse, pluralTable} from './po2json.mjs';

const HEAD = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n' +
  '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n';

/** Plural-Forms as gettext has them, and what the browser's categories must map to. */
const FORMS = {
  de: ['nplurals=2; plural=(n != 1);', {one: 0, other: 1}],
  ja: ['nplurals=1; plural=0;', {other: 0}],
  pl: ['nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);',
    {one: 0, few: 1, many: 2}],
  ar: ['nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : ' +
    'n%100>=11 ? 4 : 5);', {zero: 0, one: 1, two: 2, few: 3, many: 4, other: 5}],
};

for (const [language, [header, table]] of Object.entries(FORMS)) {
  test(`plural forms of ${language}`, () =>
    assert.deepEqual(pluralTable(language, `Plural-Forms: ${header}`), table));
}

test('forms that contradict the browser stop the build', () =>
  assert.throws(() => pluralTable('de', 'Plural-Forms: nplurals=2; plural=(n > 7);'),
    /is form 0 and/));

test('an expression that is none is never evaluated', () =>
  assert.throws(() => pluralTable('de', 'Plural-Forms: nplurals=2; plural=process;'),
    /no plural expression/));

test('fuzzy, empty and obsolete entries are left out, lines are joined', () => {
  const {texts} = catalogue(HEAD +
    'msgid "Well"\nmsgstr "Position"\n\n' +
    '#, fuzzy\nmsgid "Guess"\nmsgstr "Geraten"\n\n' +
    'msgid "Empty"\nmsgstr ""\n\n' +
    'msgid ""\n"Long "\n"text"\nmsgstr ""\n"Langer "\n"Text"\n\n' +
    'msgid "{n} row"\nmsgid_plural "{n} rows"\nmsgstr[0] "{n} Zeile"\nmsgstr[1] "{n} Zeilen"\n\n' +
    'msgctxt "verb"\nmsgid "Open"\nmsgstr "Öffnen"\n\n' +
    '#~ msgid "Old"\n#~ msgstr "Alt"\n', 'de.po');
  assert.deepEqual(texts, {Well: 'Position', 'Long text': 'Langer Text',
    '{n} row': ['{n} Zeile', '{n} Zeilen'], 'verb\u0004Open': 'Öffnen'});
});

test('escapes are those of gettext', () =>
  assert.equal(parse('msgid "a\\"b\\n\\tc"\nmsgstr "x"\n')[0].id, 'a"b\n\tc'));
