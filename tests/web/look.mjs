// SPDX-License-Identifier: AGPL-3.0-or-later
// Looks at pages as a person signed in does, for tests that are no browser tests themselves.
// look.mjs PATH...: prints one JSON object a path: its heading, the text of
// its main region, what its cells say, and what the page complained about. Needs BASE, USER_NAME,
// PASSWORD and CHROMIUM as lib.mjs does; SHOTS keeps a picture of each.
import {argv, stdout} from 'node:process';
import {launch, newPage, open, shot, signIn} from './lib.mjs';

async function look(page, path) {
  await open(page, path);
  await page.waitForNetworkIdle({idleTime: 300, timeout: 10_000}).catch(() => undefined);
  const seen = await page.evaluate(() => ({
    heading: document.querySelector('h1')?.textContent.trim() ?? '',
    text: document.querySelector('main')?.innerText ?? '',
    cells: [...document.querySelectorAll('main [role=gridcell], main .well, main td')].map((cell) =>
      cell.getAttribute('aria-label') ?? cell.textContent.trim()),
  }));
  return {path, ...seen, complaints: page.complaints.splice(0)};
}

const browser = await launch();
try {
  const page = await newPage(await browser.createBrowserContext());
  await signIn(page);
  for (const [at, path] of argv.slice(2).entries()) {
    stdout.write(JSON.stringify(await look(page, path)) + '\n');
    await shot(page, `system-${at + 1}`);
  }
} finally {
  await browser.close();
}
