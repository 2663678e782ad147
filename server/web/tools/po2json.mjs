// SPDX-License-Identifier: AGPL-3.0-or-later
// One gettext catalogue to JSON: {lang, forms: {category: index}, texts: {id: text or [texts]}}.
// The page may not evaluate the catalogue's Plural-Forms expression (its policy forbids eval), so
// the expression is evaluated here, and compared with what the browser's plural categories say.
import {readFileSync} from 'node:fs';
import {argv, stdout} from 'node:process';
import {pathToFileURL} from 'node:url';

const CHECKED_TO = 2000;
const CONTEXT_END = '\u0004'; // gettext's own mark between context and text

function unquote(text) {
  return JSON.parse(text.replace(/\\([^nrt"\\])/g, '$1'));
}

/** Entries of a .po file: {flags, context, id, plural, texts}. */
export function parse(text) {
  const entries = [];
  let entry = null;
  let last = null;
  const begin = () => {
    entry = {flags: '', obsolete: false, texts: []};
    entries.push(entry);
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#~')) {
      continue;
    } else if (line.startsWith('#,')) {
      if (!entry || entry.id !== undefined)
        begin();
      entry.flags += line;
    } else if (line.startsWith('"')) {
      last.add(unquote(line));
    } else {
      const match = /^(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d+)\])?\s+(".*")$/.exec(line);
      if (!match)
        continue;
      const [, word, index, quoted] = match;
      if (!entry || ((word === 'msgctxt' || word === 'msgid') && entry.texts.length > 0) ||
          (word === 'msgctxt' && entry.id !== undefined))
        begin();
      const target = entry;
      const set = {
        msgctxt: (value) => { target.context = (target.context ?? '') + value; },
        msgid: (value) => { target.id = (target.id ?? '') + value; },
        msgid_plural: (value) => { target.plural = (target.plural ?? '') + value; },
        msgstr: (value) => {
          const at = Number(index ?? 0);
          target.texts[at] = (target.texts[at] ?? '') + value;
        },
      }[word];
      last = {add: set};
      set(unquote(quoted));
    }
  }
  return entries.filter((item) => item.id !== undefined);
}

/** Which plural category of the browser means which form of the catalogue. */
export function pluralTable(language, header) {
  const match = /nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;\\]+)/.exec(header);
  if (!match)
    throw new Error('no Plural-Forms in the header');
  const count = Number(match[1]);
  const expression = match[2].trim();
  if (!/^[n0-9\s?:!=<>&|%()+*/-]+$/.test(expression))
    throw new Error(`Plural-Forms is no plural expression: ${expression}`);
  const formOf = new Function('n', `return Number(${expression})`);
  const rules = new Intl.PluralRules(language.replace('_', '-'));
  const table = {};
  for (let n = 0; n <= CHECKED_TO; n++) {
    const category = rules.select(n);
    const form = formOf(n);
    if (form >= count)
      throw new Error(`form ${form} of ${count} for n = ${n}`);
    if (table[category] !== undefined && table[category] !== form)
      throw new Error(`“${category}” is form ${table[category]} and, for n = ${n}, ${form}`);
    table[category] = form;
  }
  return table;
}

/** The catalogue of the text of a .po file; fuzzy and untranslated entries are left out. */
export function catalogue(text, name) {
  const entries = parse(text);
  const header = entries.find((entry) => entry.id === '')?.texts[0] ?? '';
  const language = /^Language:\s*(\S+)/m.exec(header)?.[1] ?? name.replace(/\.po$/, '');
  const texts = {};
  for (const entry of entries) {
    const done = entry.texts.length > 0 && entry.texts.every((form) => form);
    if (entry.id === '' || !done || /\bfuzzy\b/.test(entry.flags))
      continue;
    const key = entry.context !== undefined ? entry.context + CONTEXT_END + entry.id : entry.id;
    texts[key] = entry.plural !== undefined ? entry.texts : entry.texts[0];
  }
  return {lang: language, forms: pluralTable(language, header), texts};
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href)
  stdout.write(JSON.stringify(catalogue(readFileSync(argv[2], 'utf8'), argv[2])) + '\n');
