// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {catalogue} from './po2json.mjs';
import {allTexts, textsOf} from './pot.mjs';

test('texts are found among types, tags and templates', () => {
  const code = `const a = useState<Error | null>(null);
    const b = <p title={_('It is here')}>{\`\${ngettext('{n} row', '{n} rows', n)}\`}</p>;`;
  assert.deepEqual(textsOf(code, 'tsx', 'a.tsx'),
    [{id: 'It is here', plural: undefined}, {id: '{n} row', plural: '{n} rows'}]);
});

test('a text that is put together is refused', () =>
  assert.throws(() => textsOf('_(a + b)', 'ts', 'b.ts'), /is no literal/));

test('German is complete', () => {
  const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
  const {texts} = catalogue(readFileSync(join(web, '../../po/de.po'), 'utf8'), 'de.po');
  assert.deepEqual(allTexts(web).map((entry) => entry.id).filter((id) => !(id in texts)), []);
});
