// SPDX-License-Identifier: AGPL-3.0-or-later
// The client's texts as a gettext template, to be joined to that of the C sources with msgcat.
// esbuild first takes types and JSX away, on which extractors stumble; what is left are calls with
// plain string literals, and anything else as a text is an error. Usage: pot.mjs OUT.pot
import {transformSync} from 'esbuild';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, extname, join, relative, resolve} from 'node:path';
import {argv} from 'node:process';
import {fileURLToPath, pathToFileURL} from 'node:url';

const LITERAL = /"(?:[^"\\]|\\.)*"/y;
const CALL = /(?<![\w$.])(_|ngettext)\(\s*/g;

function sources(folder) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name))
      : /(?<!\.test|\.d)\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : []);
}

function literalAt(code, at) {
  LITERAL.lastIndex = at;
  return LITERAL.exec(code)?.[0];
}

/** Texts of one file: [{id, plural}]. */
export function textsOf(code, loader, name) {
  const plain = transformSync(code, {loader, jsx: 'automatic', charset: 'utf8'}).code
    .replace(/^(?:export )?function (?:_|ngettext)\(.*$/gm, '');
  const texts = [];
  for (const call of plain.matchAll(CALL)) {
    const at = call.index + call[0].length;
    const id = literalAt(plain, at);
    if (!id)
      throw new Error(`${name}: the text of ${plain.slice(call.index, at + 30)} is no literal`);
    const rest = /\s*,\s*/y;
    rest.lastIndex = at + id.length;
    const plural = call[1] === 'ngettext' && rest.exec(plain)
      ? literalAt(plain, rest.lastIndex) : undefined;
    if (call[1] === 'ngettext' && !plural)
      throw new Error(`${name}: ngettext (${id}) has no second literal`);
    texts.push({id: JSON.parse(id), plural: plural && JSON.parse(plural)});
  }
  return texts;
}

/** All texts of the client by id, with the files that have them. */
export function allTexts(web) {
  const all = new Map();
  for (const file of sources(join(web, 'src')).sort()) {
    const name = 'server/web/' + relative(web, file);
    for (const {id, plural} of textsOf(readFileSync(file, 'utf8'), extname(file).slice(1), name)) {
      const entry = all.get(id) ?? {id, files: new Set()};
      entry.plural ??= plural;
      entry.files.add(name);
      all.set(id, entry);
    }
  }
  return [...all.values()];
}

function print(entry) {
  const lines = [`#: ${[...entry.files].join(' ')}`, `msgid ${JSON.stringify(entry.id)}`];
  if (entry.plural)
    lines.push(`msgid_plural ${JSON.stringify(entry.plural)}`, 'msgstr[0] ""', 'msgstr[1] ""');
  else
    lines.push('msgstr ""');
  return lines.join('\n') + '\n';
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
  const head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n' +
    '"Content-Transfer-Encoding: 8bit\\n"\n';
  writeFileSync(argv[2], [head, ...allTexts(web).map(print)].join('\n'));
}
