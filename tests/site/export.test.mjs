/** A notebook exported by nbconvert, as anybody would: one file, whole without the network, with words for its figures. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findBrowser, launchBrowser } from '../../scripts/notebooks/browser.mjs';
import { root, venvPython, workDir } from '../../scripts/setup/paths.mjs';

const python = process.env.PGLAB_PYTHON ?? venvPython;

test('jupyter nbconvert --to html makes one file with live, described figures and typeset equations', async () => {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'export-'));
  try {
    const notebook = join(root, 'notebooks', '00-start-here.ipynb');
    const config = join(root, 'jupyter', 'config', 'jupyter_nbconvert_config.py');
    const args = ['-m', 'nbconvert', '--config', config, '--to', 'html', '--output-dir', folder, notebook];
    // As one who has never heard of the project's settings.
    const { JUPYTER_PATH, JUPYTER_CONFIG_PATH, ...env } = process.env;
    const { status, stderr } = spawnSync(python, args, { encoding: 'utf8', env, cwd: folder });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /WARN|lacks/);
    const file = join(folder, '00-start-here.html');
    const html = readFileSync(file, 'utf8');
    assert.doesNotMatch(html, /<(?:script|link|img)\b[^>]*\b(?:src|href)="(?:https?:)?\/\//);
    const body = html.replace(/<script[\s\S]*?<\/script>/g, '');
    const descriptions = [...body.matchAll(/<img [^>]*alt="([^"]*)"/g)].map(([, alt]) => alt);
    assert.equal(descriptions.length, 5);
    for (const alt of descriptions) assert.match(alt, /^(?:Chart|Animation) of /);

    const path = findBrowser();
    if (!path) return;
    const browser = await launchBrowser(path);
    try {
      const page = await browser.newPage();
      const asked = [];
      page.on('request', request => asked.push(request.url()));
      page.on('pageerror', error => assert.fail(String(error)));
      await page.goto(pathToFileURL(file).href);
      const figure = page.locator('.pglab-figure').first();
      await figure.scrollIntoViewIfNeeded();
      await figure.locator('.main-svg .trace').first().waitFor();
      assert.ok((await page.locator('.katex-display math').count()) >= 1);
      assert.equal(await page.locator('.katex-error').count(), 0);
      assert.deepEqual(
        asked.filter(url => /^https?:/.test(url)),
        [],
      );
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
