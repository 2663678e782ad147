// SPDX-License-Identifier: AGPL-3.0-or-later
// A device comes back with work that no longer holds: both sides are shown, and settling it works.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Api, launch, makeConflict, makeLab, newPage, open, quiet, signIn, textOf, waitForText}
  from '../lib.mjs';

let browser;
let context;
let api;
let lab;

before(async () => {
  api = await new Api().signIn();
  lab = await makeLab(api, 'Clash', 3);
  browser = await launch();
  context = await browser.createBrowserContext();
  const page = await newPage(context);
  await signIn(page);
  await page.close();
});
after(() => browser?.close());

function sampleId(at) {
  return lab.samples[at].sample ?? lab.samples[at];
}

/** The texts of the table's rows without the choices. */
function rows(page) {
  return page.$$eval('tbody tr', (all) => all.map((row) =>
    [...row.children].slice(0, 4).map((cell) => cell.textContent)));
}

async function chooseIn(page, row, label) {
  await page.evaluate((at, text) => {
    const found = [...document.querySelectorAll('tbody tr')[at].querySelectorAll('label')]
      .find((one) => one.textContent === text);
    found.querySelector('input').click();
  }, row, label);
}

async function press(page, label) {
  await page.evaluate((text) =>
    [...document.querySelectorAll('button')].find((one) => one.textContent === text).click(), label);
}

test('each value can be mine, theirs or another, and all of it is saved at once', async () => {
  const sample = sampleId(0);
  const conflict = await makeConflict(api, sample, 'Clash');
  const page = await newPage(context);
  await open(page, '/');
  await waitForText(page, 'header', '1 conflict');
  await open(page, `/conflicts/${conflict}`);
  await waitForText(page, 'tbody th', 'Clash-00001: name');
  assert.deepEqual(await rows(page), [
    ['Clash-00001: name', 'Clash seen', 'Clash mine', 'Clash-00001'],
    ['Clash-00001: Concentration', '–', '13.4', '14.3'],
  ]);
  await chooseIn(page, 0, 'mine');
  await page.type('tbody tr:nth-child(2) input:not([type])', '13,9');
  await press(page, 'Save choices');
  await waitForText(page, '.state h2', 'No conflicts');
  const [now] = await api.view('sample', {sample});
  assert.equal(now.name, 'Clash mine');
  assert.equal(Object.entries(now).filter(([key, value]) => /^f\d+$/.test(key) && value !== null)
    .map(([, value]) => Number(value))[0], 13.9);
  await page.waitForFunction(() => !document.querySelector('header').textContent.includes('conflict'));
  quiet(page);
  await page.close();
});

test('theirs everywhere leaves all as it is', async () => {
  const sample = sampleId(1);
  const conflict = await makeConflict(api, sample, 'Clash');
  const page = await newPage(context);
  await open(page, `/conflicts/${conflict}`);
  await page.waitForSelector('tbody tr');
  await press(page, 'All mine');
  await press(page, 'All theirs');
  await press(page, 'Save choices');
  await waitForText(page, '.state h2', 'No conflicts');
  const [now] = await api.view('sample', {sample});
  assert.equal(now.name, 'Clash-00002');
  await open(page, `/conflicts/${conflict}`);
  assert.equal(await textOf(page, '.state h2'), 'This conflict is settled');
  quiet(page);
  await page.close();
});

test('if the world moved on once more, the choices stay and can be saved on what is there now', async () => {
  const sample = sampleId(2);
  const conflict = await makeConflict(api, sample, 'Clash');
  const page = await newPage(context);
  await open(page, `/conflicts/${conflict}`);
  await page.waitForSelector('tbody tr');
  await press(page, 'All mine');
  await api.do('sample.set@1', {cells: [{sample, field: 'Concentration', value: 15}]});
  await press(page, 'Save choices');
  await page.waitForSelector('.banner.err');
  assert.equal(await page.$$eval('input[type=radio]:checked', (all) => all.length), 2);
  const [between] = await api.view('sample', {sample});
  assert.equal(between.name, 'Clash-00003');
  await waitForText(page, 'tbody td', '15');
  await press(page, 'Save choices');
  await waitForText(page, '.state h2', 'No conflicts');
  const [now] = await api.view('sample', {sample});
  assert.equal(now.name, 'Clash mine');
  quiet(page);
  await page.close();
});
