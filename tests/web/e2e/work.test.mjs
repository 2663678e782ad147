// SPDX-License-Identifier: AGPL-3.0-or-later
// Looking at work: Lab View and its live counts, the queue, a step, a project.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Api, launch, makeLab, newPage, open, quiet, ready, signIn, textOf, waitForText}
  from '../lib.mjs';

const N = 1200; // more than two pages of the queue
const RUN = 96;

let browser;
let context;
let api;
let lab;
let step;

before(async () => {
  api = await new Api().signIn();
  lab = await makeLab(api, 'Webwork', N);
  [step] = (await api.view('lab')).filter((row) => row.step_id === lab.step);
  browser = await launch();
  context = await browser.createBrowserContext();
  await context.overridePermissions(process.env.BASE, ['clipboard-read', 'clipboard-write']);
  const page = await newPage(context);
  await signIn(page);
  await page.close();
});
after(() => browser?.close());

async function countOf(page) {
  return page.evaluate((name) => {
    const line = [...document.querySelectorAll('ul.steps li')]
      .find((one) => one.querySelector('[data-step]').firstChild.textContent === name);
    return Number(line.querySelector('.count').textContent.replace(/\D/g, ''));
  }, step.step);
}

test('Lab View shows what waits and follows it without being loaded again', async () => {
  const page = await newPage(context);
  await open(page, '/');
  const before = await countOf(page);
  assert.equal(before, step.queued);
  await page.evaluate(() => {
    window.sameDocument = true;
  });
  const [config] = await api.view('step_containers', {step: lab.step});
  const ids = (await api.view('queue', {step: lab.step, limit: RUN, filter: 'Webwork'}))
    .map((row) => row.artifact_id);
  lab.run = await api.do('step.begin@1', {step: lab.step,
    inputs: ids.map((artifact) => ({artifact})),
    ...(config ? {container_type: config.container_type_id} : {})});
  await page.waitForFunction((name, wanted) => {
    const line = [...document.querySelectorAll('ul.steps li')]
      .find((one) => one.querySelector('[data-step]').firstChild.textContent === name);
    return Number(line.querySelector('.count').textContent.replace(/\D/g, '')) === wanted;
  }, {timeout: 5_000}, step.step, before - RUN);
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  quiet(page);
  await page.close();
});

test('two windows share one event stream, and the second takes it over', async () => {
  const streams = [];
  const pages = [];
  for (let i = 0; i < 2; i++) {
    const page = await newPage(context, {window: true});
    page.on('request', (request) => {
      if (request.url().endsWith('/json/v1/events'))
        streams.push(i);
    });
    await open(page, '/');
    pages.push(page);
  }
  assert.deepEqual(await Promise.all(pages.map((page) => page.evaluate(() => document.hidden))),
    [false, false]);
  await pages[1].waitForFunction(async () => {
    const {held, pending} = await navigator.locks.query();
    return held.length === 1 && pending.length === 1;
  });
  assert.deepEqual(streams, [0]);
  const taken = pages[1].waitForRequest((request) => request.url().endsWith('/json/v1/events'));
  await pages[0].close();
  await taken;
  assert.deepEqual(streams, [0, 1]);
  quiet(pages[1]);
  await pages[1].close();
});

test('keys lead from Lab View into a queue', async () => {
  const page = await newPage(context);
  await open(page, '/');
  await page.focus('[data-step]');
  const first = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press('ArrowDown');
  const second = await page.evaluate(() => document.activeElement.textContent);
  assert.notEqual(second, first);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.pathname.startsWith('/queue/'));
  await ready(page);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  quiet(page);
  await page.close();
});

async function openQueue() {
  const page = await newPage(context);
  await open(page, `/queue/${encodeURIComponent(step.step_lims_id ?? lab.step)}`);
  await page.waitForSelector('.grid-body [role=gridcell]');
  return page;
}

/** The first column's texts that are in the page, in order. */
function names(page) {
  return page.$$eval('.grid-body [role=row]', (rows) => rows
    .sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))
    .map((row) => row.querySelector('[aria-colindex="1"]')?.textContent));
}

test('a queue keeps few rows in the page and finds the last one', async () => {
  const page = await openQueue();
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  assert.ok(nodes < 3000, `${nodes} nodes`);
  const total = Number(await page.$eval('.grid', (grid) => grid.getAttribute('aria-rowcount'))) - 1;
  assert.ok(total >= N - RUN);
  await page.click('.grid-body [role=gridcell]');
  await page.keyboard.down('Control');
  await page.keyboard.press('End');
  await page.keyboard.up('Control');
  await page.waitForFunction((last) => {
    const row = document.querySelector(`[aria-rowindex="${last + 1}"]`);
    return row && !row.textContent.includes('…');
  }, {}, total);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'gridcell');
  quiet(page);
  await page.close();
});

test('filter, order and choice work together', async () => {
  const page = await openQueue();
  await page.keyboard.down('Control');
  await page.keyboard.down('Shift');
  await page.keyboard.press('F');
  await page.keyboard.up('Shift');
  await page.keyboard.up('Control');
  await page.keyboard.type('Webwork-0100');
  await page.waitForFunction(() =>
    document.querySelector('.grid')?.getAttribute('aria-rowcount') === '11');
  await page.click('.toolbar button');
  await waitForText(page, '.toolbar [role=status]', '10 selected');
  await page.evaluate(() =>
    [...document.querySelectorAll('.grid-head button')]
      .find((one) => one.textContent.startsWith('Sample')).click());
  await page.waitForFunction(() => document.querySelector('[aria-sort=ascending]'));
  await page.waitForFunction(() => document.querySelector('[aria-rowindex="2"] [aria-colindex="1"]')
    .textContent === 'Webwork-01000');
  await page.evaluate(() => document.querySelector('[aria-sort=ascending] button').click());
  await page.waitForFunction(() => document.querySelector('[aria-rowindex="2"] [aria-colindex="1"]')
    .textContent === 'Webwork-01009');
  assert.equal(await page.$$eval('[role=row][aria-selected=true]', (rows) => rows.length), 10);
  await page.click('input[type=search][aria-keyshortcuts="Control+Shift+F"]');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('1');
  await waitForText(page, '.toolbar [role=status]', '10 selected are hidden by the filter');
  quiet(page);
  await page.close();
});

test('a range of rows is chosen by keys and copied for a spreadsheet', async () => {
  const page = await openQueue();
  await page.focus('.grid-body [role=gridcell][tabindex="0"]');
  await page.keyboard.press('Space');
  await page.keyboard.down('Shift');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Shift');
  assert.equal(await page.$$eval('[role=row][aria-selected=true]', (rows) => rows.length), 3);
  await page.keyboard.down('Control');
  await page.keyboard.press('c');
  await page.keyboard.up('Control');
  await waitForText(page, '.grid-status', '3 rows copied');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const lines = text.split('\n').map((line) => line.split('\t'));
  assert.equal(lines.length, 3);
  assert.deepEqual(lines.map((cells) => cells[0]), (await names(page)).slice(0, 3));
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.closest('.grid')), null);
  quiet(page);
  await page.close();
});

test('the details of a sample open beside the queue', async () => {
  const page = await openQueue();
  await page.focus('.grid-body [role=gridcell][tabindex="0"]');
  const [first] = await names(page);
  await page.keyboard.press('Enter');
  await page.waitForSelector('aside dl');
  assert.ok((await textOf(page, 'aside h2')).startsWith(first));
  quiet(page);
  await page.close();
});

test('a step can be read: milestones, plate, values, next steps', async () => {
  const page = await newPage(context);
  const path = `/step/${encodeURIComponent(lab.run.lims_id)}`;
  await open(page, path);
  await page.waitForSelector('.milestones [aria-current=step]');
  assert.match(await textOf(page, '.title .facts'), new RegExp(lab.run.lims_id));
  await open(page, `${path}/details`);
  await page.waitForSelector('.grid-body [role=gridcell]');
  const rows = Number(await page.$eval('.grid', (grid) => grid.getAttribute('aria-rowcount'))) - 1;
  assert.equal(rows, RUN);
  await open(page, `${path}/next`);
  await page.waitForSelector('.grid-body [role=gridcell]');
  quiet(page);
  await page.close();
});

test('each well of the plate has its name and the arrows lead through them', async (t) => {
  if (!lab.run.containers?.length) {
    t.skip('the demonstration step makes no container');
    return;
  }
  const outputs = lab.run.outputs.slice(0, 3).map((one) => one.artifact ?? one);
  await api.do('step.place@1', {run: lab.run.run, places: outputs.map((artifact, i) =>
    ({artifact, container: lab.run.containers[0].container ?? lab.run.containers[0],
      well: `${'ABC'[i]}:1`}))});
  const page = await newPage(context);
  await open(page, `/step/${encodeURIComponent(lab.run.lims_id)}/placement`);
  await page.waitForSelector('.well.full');
  const wells = await page.$$eval('.well', (all) => all.map((well) => well.ariaLabel));
  assert.match(wells[0], /^A:1, \S/);
  assert.ok(wells.includes('H:12, empty'));
  await page.focus('.well[tabindex="0"]');
  await page.keyboard.press('ArrowDown');
  assert.match(await page.evaluate(() => document.activeElement.ariaLabel), /^B:1, /);
  assert.match(await textOf(page, '.well-line'), /^B:1, /);
  quiet(page);
  await page.close();
});

test('a project lists its samples', async () => {
  const page = await newPage(context);
  await open(page, '/projects');
  await page.waitForSelector('.grid-body a');
  await page.evaluate(() =>
    [...document.querySelectorAll('.grid-body a')].find((one) => one.textContent === 'Webwork').click());
  await page.waitForFunction(() => location.pathname.startsWith('/projects/'));
  await page.waitForSelector('aside dl');
  await ready(page);
  assert.equal(await textOf(page, 'h1'), 'Webwork');
  assert.equal(await page.$eval('.grid', (grid) => grid.getAttribute('aria-rowcount')), String(N + 1));
  quiet(page);
  await page.close();
});

test('search finds a project and goes straight to an exact id', async () => {
  const page = await newPage(context);
  await open(page, '/');
  await page.keyboard.down('Control');
  await page.keyboard.press('k');
  await page.keyboard.up('Control');
  await page.keyboard.type(lab.run.lims_id);
  await page.keyboard.press('Enter');
  await page.waitForFunction((id) => location.pathname === `/step/${id}`, {}, lab.run.lims_id);
  await ready(page);
  await open(page, '/search?q=zzz-nothing-is-called-this');
  await waitForText(page, '.state h2', 'Nothing found');
  quiet(page);
  await page.close();
});

test('without a connection the page says so and keeps what it shows', async () => {
  const page = await newPage(context);
  await open(page, '/');
  await page.setOfflineMode(true);
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await waitForText(page, '.banner.warn', 'You are offline');
  assert.ok(await page.$('ul.steps li'));
  await page.setOfflineMode(false);
  await page.waitForFunction(() => !document.querySelector('.banner.warn'));
  quiet(page);
  await page.close();
});
