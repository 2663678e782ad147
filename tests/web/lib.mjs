// SPDX-License-Identifier: AGPL-3.0-or-later
// What the browser tests share: a server with data, a browser, pages that must not complain.
// BASE, USER_NAME and PASSWORD say where to go and who to be; run.sh sets them.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {mkdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import puppeteer from 'puppeteer-core';

const here = dirname(fileURLToPath(import.meta.url));
const AXE = readFileSync(join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
const AXE_RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PATIENCE_MS = 15_000;

export const BASE = process.env.BASE ?? '';
export const USER = process.env.USER_NAME ?? '';
export const PASSWORD = process.env.PASSWORD ?? '';
export const SHOTS = process.env.SHOTS ?? '';

/** What a page of ours may say in the console without failing the test. */
const EXPECTED = [/status of (401|409|422|429)/, /net::ERR_INTERNET_DISCONNECTED/,
  /net::ERR_INCOMPLETE_CHUNKED_ENCODING/ /* the server ends the event stream with its session */];

export async function launch() {
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM, headless: true, acceptInsecureCerts: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page in a window of its own: a second one in the same window would hide the first. */
async function newWindow(context) {
  const session = await context.browser().target().createCDPSession();
  const {targetId} = await session.send('Target.createTarget',
    {url: 'about:blank', newWindow: true, browserContextId: context.id});
  await session.detach();
  const target = await context.waitForTarget((one) => one._targetId === targetId);
  return target.page();
}

/** A page that collects everything it complains about; check with quiet(). */
export async function newPage(context,
  {scheme = 'light', width = 1280, height = 800, window = false} = {}) {
  const page = window ? await newWindow(context) : await context.newPage();
  page.complaints = [];
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport({width, height});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.some((known) => known.test(message.text())))
      page.complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (fault) => page.complaints.push(`error: ${fault.message}`));
  await page.exposeFunction('complain', (text) => page.complaints.push(text));
  await page.evaluateOnNewDocument(() => {
    addEventListener('securitypolicyviolation', (event) =>
      window.complain(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return page;
}

export function quiet(page) {
  assert.deepEqual(page.complaints, []);
}

/** Waits until the screen says that its picture is complete. */
export async function ready(page, path) {
  await page.waitForFunction((wanted) => {
    const shown = document.documentElement.dataset.ready;
    return wanted === undefined ? Boolean(shown) : shown === wanted;
  }, {}, path);
}

export async function open(page, path) {
  await page.goto(BASE + path, {waitUntil: 'domcontentloaded'});
  await ready(page, path);
}

export async function signIn(page, path = '/') {
  await page.goto(BASE + path, {waitUntil: 'domcontentloaded'});
  await ready(page, 'sign-in');
  await page.type('input[name=user]', USER);
  await page.type('input[name=password]', PASSWORD);
  await page.keyboard.press('Enter');
  await ready(page, path);
}

/** Runs axe in the page; a script tag would be stopped by the page's policy, this is not. */
export async function axe(page) {
  const session = await page.createCDPSession();
  try {
    await session.send('Runtime.evaluate', {expression: AXE});
    const {result, exceptionDetails} = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, {runOnly: ${JSON.stringify(AXE_RULES)}}).then((found) =>
        JSON.stringify({passes: found.passes.length, violations: found.violations.map((one) =>
          one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160)).join(' | '))}))`,
      awaitPromise: true, returnByValue: true,
    });
    assert.equal(exceptionDetails, undefined);
    return JSON.parse(result.value);
  } finally {
    await session.detach();
  }
}

export async function shot(page, name) {
  if (!SHOTS)
    return;
  mkdirSync(SHOTS, {recursive: true});
  await page.screenshot({path: join(SHOTS, `web-${name}.png`)});
}

/** Text of the first element that matches. */
export function textOf(page, selector) {
  return page.$eval(selector, (element) => element.textContent.trim());
}

export async function waitForText(page, selector, text) {
  await page.waitForFunction((query, wanted) =>
    [...document.querySelectorAll(query)].some((one) => one.textContent.includes(wanted)),
  {}, selector, text);
}

// ---- The server without a browser ----

/** Gives commands and reads views as a script would, with cookie and token. */
export class Api {
  #cookie = '';
  #csrf = '';

  async call(method, path, body) {
    const headers = {Accept: 'application/json'};
    if (this.#cookie)
      headers.Cookie = this.#cookie;
    if (body !== undefined)
      headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && this.#csrf)
      headers['X-CSRF-Token'] = this.#csrf;
    const answer = await fetch(BASE + path,
      {method, headers, body: body === undefined ? undefined : JSON.stringify(body)});
    const cookie = answer.headers.get('set-cookie');
    if (cookie)
      this.#cookie = cookie.split(';')[0];
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async signIn() {
    const session = await this.call('POST', '/auth/v1/login', {user: USER, password: PASSWORD});
    this.#csrf = session.csrf;
    return this;
  }

  async do(command, args, expect) {
    const answer = await this.call('POST', `/json/v1/do/${command}`,
      {cmd_id: randomUUID(), performed_at: Date.now() * 1000, args, expect});
    return answer.result;
  }

  async view(name, args = {}) {
    const query = new URLSearchParams(args).toString();
    const page = await this.call('GET', `/json/v1/view/${name}?${query}`);
    return page.rows.map((row) => Object.fromEntries(page.cols.map((col, i) => [col, row[i]])));
  }
}

/** A device that was offline: its commands arrive late, by push. */
export class Device {
  #token = '';
  #hello = {};
  #n = 0;

  async #post(path, body) {
    const answer = await fetch(BASE + path, {method: 'POST', body: JSON.stringify(body), headers: {
      'Content-Type': 'application/json',
      ...(this.#token ? {Authorization: `Bearer ${this.#token}`} : {})}});
    const text = await answer.text();
    assert.ok(answer.ok, `POST ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  async signIn() {
    const session = await this.#post('/auth/v1/login',
      {user: USER, password: PASSWORD, device: {name: 'bench', app: '0'}});
    this.#token = session.token;
    this.#hello = await this.#post('/sync/v1/hello',
      {client: session.client, app: '0', proto: 1, schema: 1});
    return this;
  }

  /** Pushes a command that was given an hour ago; answers what became of it. */
  async push(cmd, args, expect) {
    const {client, epoch, proto} = this.#hello;
    const id = `01${randomUUID().slice(2, 14)}7${randomUUID().slice(15)}`;
    const performed = (Date.now() - 3_600_000) * 1000;
    const {results} = await this.#post('/sync/v1/push', {client, epoch, proto, schema: 1, app: '0',
      commands: [{n: ++this.#n, id, cmd, performed_at: performed, args, expect}]});
    return results[0];
  }
}

/** A conflict over two values of a sample: someone else changed both meanwhile. */
export async function makeConflict(api, sample, name) {
  await api.do('sample.set@1', {cells: [{sample, field: 'Concentration', value: 14.3}]});
  const device = await new Device().signIn();
  const result = await device.push('sample.set@1',
    {cells: [{sample, field: 'name', value: `${name} mine`},
      {sample, field: 'Concentration', value: 13.4}]},
    {[`sample:${sample}`]: {name: `${name} seen`, Concentration: null}});
  assert.equal(result.res, 'conflict');
  return result.conflict;
}

const LONGEST_LIST = 3456; // samples that one command takes

/** A project with @n samples in the queue of a workflow's first step, made once a test file. */
export async function makeLab(api, name, n) {
  const project = await api.do('project.create@1', {name});
  const [workflow] = await api.view('workflows', {status: 'ACTIVE'});
  const [stage] = await api.view('stages', {workflow: workflow.workflow_id});
  const all = [];
  for (let first = 0; first < n; first += LONGEST_LIST) {
    const samples = Array.from({length: Math.min(LONGEST_LIST, n - first)}, (_unused, i) =>
      ({name: `${name}-${String(first + i + 1).padStart(5, '0')}`}));
    const made = await api.do('sample.import@1', {project: project.project, samples});
    await api.do('workflow.assign@1', {workflow: workflow.workflow_id, samples: made.samples});
    all.push(...made.samples);
  }
  return {project, step: stage.step_id, samples: all, workflow};
}
