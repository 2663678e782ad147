// SPDX-License-Identifier: AGPL-3.0-or-later
// Every screen in light and dark: nothing that axe finds, nothing the policy stops, nothing in the
// console, nothing that scrolls sideways at twice the text size; a picture of each.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Api, axe, BASE, launch, makeConflict, makeLab, newPage, open, quiet, ready, shot, signIn, textOf}
  from '../lib.mjs';

const LARGE_TEXT = 640; // 1280 px at 200 % zoom

let browser;
let context;
const paths = new Map();

before(async () => {
  const api = await new Api().signIn();
  const lab = await makeLab(api, 'Screens', 96);
  const [config] = await api.view('step_containers', {step: lab.step});
  const waiting = await api.view('queue', {step: lab.step, limit: 24, filter: 'Screens'});
  const inputs = waiting.map((row) => ({artifact: row.artifact_id}));
  const run = await api.do('step.begin@1', {step: lab.step, inputs,
    ...(config ? {container_type: config.container_type_id} : {})});
  const outputs = run.outputs.map((one) => one.artifact ?? one).slice(0, 20);
  if (run.containers.length > 0)
    await api.do('step.place@1', {run: run.run, places: outputs.map((artifact, i) =>
      ({artifact, container: run.containers[0].container ?? run.containers[0],
        well: `${'ABCDEFGH'[i % 8]}:${Math.floor(i / 8) + 1}`}))});
  await makeConflict(api, lab.samples[30].sample ?? lab.samples[30], 'Screens');
  paths.set('lab-view', '/');
  paths.set('queue', `/queue/${lab.step}`);
  paths.set('placement', `/step/${run.lims_id}/placement`);
  paths.set('record-details', `/step/${run.lims_id}/details`);
  paths.set('next-steps', `/step/${run.lims_id}/next`);
  paths.set('projects', '/projects');
  paths.set('project', `/projects/${lab.project.lims_id}`);
  paths.set('sample', `/sample/${waiting[0].sample_lims_id}`);
  paths.set('container', `/container/${waiting[0].container_lims_id}`);
  paths.set('search', '/search?q=Screens-0');
  paths.set('conflicts', '/conflicts');
  paths.set('missing', '/no-such-page');
  browser = await launch();
  context = await browser.createBrowserContext();
  const page = await newPage(context);
  await signIn(page);
  await page.close();
});
after(() => browser?.close());

const SCREENS = ['lab-view', 'queue', 'placement', 'record-details', 'next-steps', 'projects',
  'project', 'sample', 'container', 'search', 'conflicts', 'missing'];

test('axe itself works here', async () => {
  const page = await newPage(context);
  await open(page, '/');
  await page.evaluate(() => document.body.append(document.createElement('input')));
  const {violations} = await axe(page);
  assert.ok(violations.some((one) => one.startsWith('label:')), violations.join('\n'));
  await page.close();
});

for (const scheme of ['light', 'dark']) {
  test(`sign in, ${scheme}`, async () => {
    const fresh = await browser.createBrowserContext();
    const page = await newPage(fresh, {scheme});
    await page.goto(BASE + '/');
    await ready(page, 'sign-in');
    await shot(page, `sign-in-${scheme}`);
    const {passes, violations} = await axe(page);
    assert.ok(passes > 5);
    assert.deepEqual(violations, []);
    quiet(page);
    await fresh.close();
  });

  for (const name of SCREENS) {
    test(`${name}, ${scheme}`, async () => {
      const page = await newPage(context, {scheme});
      await open(page, paths.get(name));
      await page.waitForNetworkIdle({idleTime: 100, concurrency: 1});
      await shot(page, `${name}-${scheme}`);
      const {passes, violations} = await axe(page);
      assert.ok(passes > 10);
      assert.deepEqual(violations, []);
      await page.setViewport({width: LARGE_TEXT, height: 800});
      const wider = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wider <= 0, `scrolls ${wider} px sideways`);
      const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
      assert.ok(nodes < 3000, `${nodes} nodes`);
      quiet(page);
      await page.close();
    });
  }
}

/** Says what the browser's user reads; the page asks for that catalogue. */
async function speak(page, language) {
  await page.evaluateOnNewDocument((tag) =>
    Object.defineProperty(navigator, 'languages', {get: () => [tag]}), language);
}

/** What the reader's system asks for, which no setting of the page can. */
for (const [look, feature] of [['forced', {name: 'forced-colors', value: 'active'}],
  ['contrast', {name: 'prefers-contrast', value: 'more'}]]) {
  test(`every screen with ${feature.name}`, async () => {
    const page = await newPage(context);
    const session = await page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia', {features: [feature]});
    for (const name of SCREENS) {
      await open(page, paths.get(name));
      await page.waitForNetworkIdle({idleTime: 100, concurrency: 1});
      assert.equal(await page.evaluate(({name: what, value}) =>
        matchMedia(`(${what}: ${value})`).matches, feature), true);
      await shot(page, `${name}-${look}`);
      assert.deepEqual((await axe(page)).violations, [], name);
    }
    quiet(page);
    await page.close();
  });
}

test('every screen in German', async () => {
  const page = await newPage(context);
  await speak(page, 'de-DE');
  for (const name of SCREENS) {
    await open(page, paths.get(name));
    await page.waitForNetworkIdle({idleTime: 100, concurrency: 1});
    await shot(page, `${name}-german`);
    assert.deepEqual((await axe(page)).violations, [], name);
  }
  quiet(page);
  await page.close();
});

test('German', async () => {
  const page = await newPage(context);
  await speak(page, 'de-DE');
  for (const [name, heading] of [['lab-view', 'Laborübersicht'], ['projects', 'Projekte']]) {
    await open(page, paths.get(name));
    assert.equal(await textOf(page, 'h1'), heading);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  }
  quiet(page);
  await page.close();
});

test('texts half as long again, with marks at their ends, fit and are all from the catalogue', async () => {
  const page = await newPage(context);
  await speak(page, 'de-DE');
  await page.setRequestInterception(true);
  const longer = (text) => `[${text} ${'·'.repeat(Math.ceil(text.length / 2))}]`;
  page.on('request', async (request) => {
    if (!request.url().endsWith('/locale/de.json'))
      return request.continue();
    const catalogue = await (await fetch(BASE + '/locale/de.json')).json();
    for (const id of Object.keys(catalogue.texts)) {
      const text = catalogue.texts[id];
      catalogue.texts[id] = Array.isArray(text) ? text.map(() => longer(id)) : longer(id);
    }
    return request.respond({contentType: 'application/json', body: JSON.stringify(catalogue)});
  });
  for (const [name, path] of paths) {
    await open(page, path);
    assert.match(await textOf(page, 'header nav'), /^\[Lab View ·+\]\[Projects ·+\]$/);
    for (const width of [1280, LARGE_TEXT]) {
      await page.setViewport({width, height: 800});
      const wider = await page.evaluate(() =>
        document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wider <= 0, `${name} scrolls ${wider} px sideways at ${width} px`);
    }
    await page.setViewport({width: 1280, height: 800});
    await shot(page, `${name}-long`);
  }
  quiet(page);
  await page.close();
});

test('a touch screen without a mouse only reads', async () => {
  const page = await newPage(context);
  await page.emulate({viewport: {width: 1180, height: 820, hasTouch: true, isMobile: true},
    userAgent: await browser.userAgent()});
  await open(page, paths.get('queue'));
  await page.waitForSelector('.grid-body [role=gridcell]');
  assert.ok(await page.evaluate(() =>
    document.querySelector('.banner.info').textContent.startsWith('Read-only on touch screens')));
  assert.equal(await page.$$eval('[role=row][aria-selected]', (rows) => rows.length), 0);
  const height = await page.$eval('.grid-body [role=row]', (row) => row.offsetHeight);
  assert.equal(height, 44);
  await shot(page, 'queue-touch');
  quiet(page);
  await page.close();
});
