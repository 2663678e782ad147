// SPDX-License-Identifier: AGPL-3.0-or-later
// What the built client may weigh. DIST is the folder that tools/build.mjs wrote.
import assert from 'node:assert/strict';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {test} from 'node:test';

const KB = 1000;
const dist = process.env.DIST;
const here = dirname(fileURLToPath(import.meta.url));
const assets = join(dist, 'assets');

/** Bytes over the wire: the packed form if there is one. */
function weight(path) {
  try {
    return statSync(path + '.gz').size;
  } catch {
    return statSync(path).size;
  }
}

const files = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name));

test('a usable Lab View weighs at most 40 kB', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const needed = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((found) => found[1]);
  assert.ok(needed.some((name) => name.endsWith('.js')) && needed.some((name) => name.endsWith('.css')));
  const bytes = needed.reduce((sum, name) => sum + weight(join(dist, name)),
    weight(join(dist, 'index.html')));
  console.log(`compared Lab View: ${bytes} bytes`);
  assert.ok(bytes <= 40 * KB, `${bytes} bytes`);
});

test('all scripts and styles weigh at most 120 kB', () => {
  const bytes = files.reduce((sum, name) => sum + weight(join(assets, name)), 0);
  console.log(`compared all scripts and styles: ${bytes} bytes in ${files.length} files`);
  assert.ok(bytes <= 120 * KB, `${bytes} bytes`);
});

for (const name of files) {
  test(`${name} weighs at most 25 kB`, () => assert.ok(weight(join(assets, name)) <= 25 * KB));
}

test('at most three packages run in the page', () => {
  const manifest = JSON.parse(readFileSync(join(here, '../../server/web/package.json'), 'utf8'));
  assert.ok(Object.keys(manifest.dependencies).length <= 3);
});

test('neither lock file names a registry', () => {
  for (const path of ['../../server/web/package-lock.json', 'package-lock.json'])
    assert.doesNotMatch(readFileSync(join(here, path), 'utf8'), /"resolved"|https?:\/\/(?!opencollective|github\.com|tidelift|www\.patreon|paypal)[^"]*registry/);
});

test('visible text is in the catalogue: no bare words between tags', () => {
  const folder = join(here, '../../server/web/src');
  const found = [];
  for (const name of readdirSync(folder, {recursive: true}).map(String)) {
    if (!name.endsWith('.tsx'))
      continue;
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    lines.forEach((line, i) => {
      const bare = />([^<>{}()=;]*[A-Za-z]{3,}[^<>{}()=;]*)<\//.exec(line);
      if (bare && !/^\s*Meniscus\s*$/.test(bare[1]) && !/^\s*(\*|\/\/)/.test(line))
        found.push(`${name}:${i + 1}: ${bare[1].trim()}`);
    });
  }
  assert.deepEqual(found, []);
});
