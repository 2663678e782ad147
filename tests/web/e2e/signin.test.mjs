// SPDX-License-Identifier: AGPL-3.0-or-later
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {launch, newPage, open, quiet, ready, signIn, textOf, waitForText, BASE, USER}
  from '../lib.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('a wrong password says one thing, keeps the user and puts the focus on the password', async () => {
  const context = await browser.createBrowserContext();
  const page = await newPage(context);
  await page.goto(BASE + '/');
  await ready(page, 'sign-in');
  for (const user of [USER, 'nobody-of-this-name']) {
    await page.$eval('input[name=user]', (field) => {
      field.value = '';
    });
    await page.type('input[name=user]', user);
    await page.type('input[name=password]', 'not the password');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      document.querySelector('#sign-in-trouble').textContent.trim() !== '' &&
      document.activeElement.name === 'password');
    assert.equal(await textOf(page, '#sign-in-trouble'), 'User or password is wrong.');
    assert.equal(await page.$eval('input[name=user]', (field) => field.value), user);
  }
  quiet(page);
  await context.close();
});

test('signing in opens the page that was asked for, signing out ends the session', async () => {
  const context = await browser.createBrowserContext();
  const page = await newPage(context);
  await signIn(page, '/projects');
  assert.equal(await textOf(page, 'h1'), 'Projects');
  await page.evaluate(() =>
    [...document.querySelectorAll('button')].find((one) => one.textContent === 'Sign out').click());
  await ready(page, 'sign-in');
  await page.goto(BASE + '/');
  await ready(page, 'sign-in');
  quiet(page);
  await context.close();
});

test('a session that ends shows the sign-in over the page, which stays', async () => {
  const context = await browser.createBrowserContext();
  const page = await newPage(context);
  await signIn(page);
  await page.evaluate(async () => {
    const me = await (await fetch('/auth/v1/me')).json();
    await fetch('/auth/v1/logout', {method: 'POST', headers: {'X-CSRF-Token': me.csrf,
      'Content-Type': 'application/json'}, body: '{}'});
    dispatchEvent(new Event('focus'));
  });
  await waitForText(page, 'dialog h2', 'Your session has ended');
  assert.equal(await textOf(page, 'h1'), 'Lab View');
  assert.equal(await page.$eval('dialog input[name=user]', (field) => field.value), USER);
  quiet(page);
  await context.close();
});

test('what the page may load is told in its headers', async () => {
  const answer = await fetch(BASE + '/');
  const policy = answer.headers.get('content-security-policy');
  for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'",
    "require-trusted-types-for 'script'", "trusted-types 'none'", "frame-ancestors 'none'"])
    assert.ok(policy.includes(part), `${part} in ${policy}`);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  const html = await answer.text();
  const script = /src="(\/assets\/[^"]+)"/.exec(html)[1];
  const asset = await fetch(BASE + script);
  assert.match(asset.headers.get('cache-control'), /immutable/);
  assert.ok(asset.headers.get('content-encoding'), 'assets come packed');
  const again = await fetch(BASE + script,
    {headers: {'If-None-Match': asset.headers.get('etag')}});
  assert.equal(again.status, 304);
  const missing = await fetch(BASE + '/assets/none.js');
  assert.equal(missing.status, 404);
});

test('an address that does not exist says so', async () => {
  const context = await browser.createBrowserContext();
  const page = await newPage(context);
  await signIn(page);
  await open(page, '/no/such/page');
  assert.equal(await textOf(page, 'h1'), 'There is no such page');
  quiet(page);
  await context.close();
});
