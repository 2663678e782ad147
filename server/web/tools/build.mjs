// SPDX-License-Identifier: AGPL-3.0-or-later
// Bundles the client into a folder: hashed names under assets/, index.html, catalogues, each file
// with .gz and .br beside it, and web.gresource.xml that lists them. The same sources give the same
// bytes. Usage: build.mjs OUT [PO-FOLDER]
import {build} from 'esbuild';
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';
import {catalogue} from './po2json.mjs';

const PREFIX = '/org/meniscus/Meniscus/web'; // where the server looks
const SMALLEST_PACKED = 200; // bytes; below it the headers weigh more than what is saved
const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(web, 'dist'));
const po = resolve(process.argv[3] ?? join(web, '../../po'));

function files(folder) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]);
}

function writeCatalogues() {
  let names = [];
  try {
    names = readdirSync(po).filter((name) => name.endsWith('.po')).sort();
  } catch {
    // A checkout without translations speaks English.
  }
  mkdirSync(join(out, 'locale'), {recursive: true});
  for (const name of names) {
    const json = catalogue(readFileSync(join(po, name), 'utf8'), name);
    writeFileSync(join(out, 'locale', name.replace(/\.po$/, '.json')), JSON.stringify(json));
  }
  return names.map((name) => name.replace(/\.po$/, ''));
}

async function bundle(languages) {
  const result = await build({
    absWorkingDir: web,
    entryPoints: ['src/main.tsx', 'src/styles/app.css'],
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    outdir: out,
    bundle: true, splitting: true, format: 'esm', minify: true, metafile: true,
    target: ['chrome120', 'firefox128', 'safari17'],
    jsx: 'automatic', jsxImportSource: 'preact',
    define: {LANGUAGES: JSON.stringify(languages)},
    legalComments: 'none',
    logLevel: 'warning',
  });
  return result.metafile.outputs;
}

function writeIndex(outputs) {
  const made = Object.entries(outputs).map(([path, output]) =>
    ({href: '/' + relative(out, resolve(web, path)), ...output}));
  const script = made.find((file) => file.entryPoint === 'src/main.tsx');
  const style = made.find((file) => file.entryPoint === 'src/styles/app.css');
  const early = script.imports.filter((item) => item.kind === 'import-statement')
    .map((item) => '/' + relative(out, resolve(web, item.path))).sort();
  const tags = [
    `<link rel="stylesheet" href="${style.href}">`,
    ...early.map((href) => `<link rel="modulepreload" href="${href}">`),
    `<script type="module" src="${script.href}"></script>`,
  ];
  const html = readFileSync(join(web, 'index.html'), 'utf8');
  writeFileSync(join(out, 'index.html'), html.replace('<!-- assets -->', tags.join('\n')));
}

function pack() {
  for (const file of files(out)) {
    const bytes = readFileSync(file);
    if (bytes.length <= SMALLEST_PACKED)
      continue;
    writeFileSync(file + '.gz', gzipSync(bytes, {level: 9}));
    writeFileSync(file + '.br', brotliCompressSync(bytes, {params: {
      [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length}}));
  }
}

function writeResources() {
  const names = files(out).map((file) => relative(out, file)).sort();
  const list = names.map((name) => `    <file>${name}</file>`).join('\n');
  writeFileSync(join(out, 'web.gresource.xml'),
    `<?xml version="1.0" encoding="UTF-8"?>\n<gresources>\n  <gresource prefix="${PREFIX}">\n${list}\n` +
    '  </gresource>\n</gresources>\n');
}

rmSync(out, {recursive: true, force: true});
mkdirSync(out, {recursive: true});
cpSync(join(web, 'public'), out, {recursive: true});
writeIndex(await bundle(writeCatalogues()));
pack();
writeResources();
const size = files(out).reduce((sum, file) => sum + statSync(file).size, 0);
console.log(`web client: ${files(out).length} files, ${Math.round(size / 1024)} KiB`);
