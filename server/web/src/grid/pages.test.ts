// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Pages, type RowPage} from './pages.ts';

/** A source of numbers from 0 in pages of ten, which counts how often it is asked. */
function source(total: number, tellTotal = true) {
  const asked: (string | null)[] = [];
  const fetch = async (after: string | null): Promise<RowPage<number>> => {
    asked.push(after);
    const first = Number(after ?? 0);
    const rows = Array.from({length: Math.min(10, total - first)}, (_unused, i) => first + i);
    const end = first + rows.length;
    return {rows, cols: ['n'], next: end < total ? String(end) : null, total: tellTotal ? total : null};
  };
  return {asked, fetch};
}

function settled(pages: Pages<number>): Promise<void> {
  return new Promise((resolve) => {
    const look = () => pages.busy ? setImmediate(look) : resolve();
    setImmediate(look);
  });
}

test('only the pages that are needed come, in order', async () => {
  const {asked, fetch} = source(100);
  const pages = new Pages(fetch, () => {});
  pages.need(5);
  await settled(pages);
  assert.deepEqual(asked, [null]);
  assert.equal(pages.count, 100);
  pages.need(34);
  await settled(pages);
  assert.deepEqual(asked, [null, '10', '20', '30']);
  assert.equal(pages.rows[34], 34);
});

test('what the pages hold counts more than the total that was told', async () => {
  const {fetch} = source(15);
  const pages = new Pages(async (after: string | null) => ({...await fetch(after), total: 17}),
    () => {});
  pages.need(0);
  await settled(pages);
  assert.equal(pages.count, 17);
  pages.need(16);
  await settled(pages);
  assert.equal(pages.count, 15);
});

test('without a total the count grows by what is known to follow', async () => {
  const {fetch} = source(25, false);
  const pages = new Pages(fetch, () => {});
  pages.need(0);
  await settled(pages);
  assert.equal(pages.count, 11);
  assert.equal(pages.counted, false);
  pages.need(24);
  await settled(pages);
  assert.equal(pages.count, 25);
});

test('a new reading takes as many rows as there were', async () => {
  const {asked, fetch} = source(100);
  const pages = new Pages(fetch, () => {});
  pages.need(15);
  await settled(pages);
  asked.length = 0;
  await pages.reload();
  assert.deepEqual(asked, [null, '10']);
  assert.equal(pages.rows.length, 20);
});

test('a fault stops the reading until it is read anew', async () => {
  let broken = true;
  const {fetch} = source(30);
  const pages = new Pages((after) => broken
    ? Promise.reject(new Error('broken')) : fetch(after), () => {});
  pages.need(5);
  await settled(pages);
  assert.equal(pages.fault?.message, 'broken');
  broken = false;
  await pages.reload();
  assert.equal(pages.fault, null);
  assert.equal(pages.rows.length, 10);
});
