// SPDX-License-Identifier: AGPL-3.0-or-later
// Bundles src/**/*.test.ts for Node and runs node --test on the results and on tools/*.test.mjs.
import {build} from 'esbuild';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');

function tests(folder, ending) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) =>
    entry.isDirectory() ? tests(join(folder, entry.name), ending)
      : entry.name.endsWith(ending) ? [join(folder, entry.name)] : []).sort();
}

const found = tests(join(web, 'src'), '.test.ts');
const plain = tests(join(web, 'tools'), '.test.mjs');
if (found.length === 0 || plain.length === 0)
  throw new Error('there is no test');
const out = mkdtempSync(join(tmpdir(), 'meniscus-unit-'));
try {
  const result = await build({
    absWorkingDir: web, entryPoints: found, outdir: out, outExtension: {'.js': '.mjs'}, bundle: true,
    format: 'esm', platform: 'node', target: 'node18', metafile: true, logLevel: 'warning',
    jsx: 'automatic', jsxImportSource: 'preact', define: {LANGUAGES: '[]'},
  });
  const made = Object.keys(result.metafile.outputs).map((name) => resolve(web, name));
  const run = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...made, ...plain], {stdio: 'inherit'});
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, {recursive: true, force: true});
}
