/** A real JupyterLab on a copy of the notebooks, in a real browser without a window. */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findBrowser, launchBrowser } from '../../scripts/notebooks/browser.mjs';
import { listNotebooks } from '../../scripts/notebooks/files.mjs';
import { trust } from '../../scripts/setup/notebooks.mjs';
import { jupyterEnvironment, root, venvPython, workDir } from '../../scripts/setup/paths.mjs';

export const browserPath = findBrowser();

/** Starts JupyterLab with the project's configuration on a copy of notebooks/ and data/ inside the checkout. */
export async function startLab() {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'lab-'));
  for (const name of ['notebooks', 'data']) cpSync(join(root, name), join(folder, name), { recursive: true });
  const port = await freePort();
  const env = { ...jupyterEnvironment(), JUPYTER_CONFIG_DIR: join(folder, 'config') };
  const args = [
    '-m',
    'jupyterlab',
    '--no-browser',
    `--ServerApp.root_dir=${folder}`,
    '--ServerApp.ip=127.0.0.1',
  ];
  args.push(
    `--ServerApp.port=${port}`,
    '--IdentityProvider.token=test',
    '--allow-root',
    '--ServerApp.answer_yes=True',
  );
  const python = process.env.PGLAB_PYTHON ?? venvPython;
  await trust(python, listNotebooks([], join(folder, 'notebooks')));
  const server = spawn(python, args, { cwd: root, env });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', chunk => (log += chunk));
  const address = `http://127.0.0.1:${port}`;
  await until(
    () => fetch(`${address}/api/status?token=test`).then(response => response.ok),
    60,
    () => log,
  );

  const browser = await launchBrowser(browserPath);
  return {
    folder,
    log: () => log,
    /** Opens a notebook: the page, with a list of what its console called an error. */
    async open(notebook, { width = 1400, height = 1000, theme } = {}) {
      const page = await browser.newPage({ viewport: { width, height } });
      const errors = [];
      page.on('pageerror', error => errors.push(String(error)));
      if (theme) await set(address, '@jupyterlab/apputils-extension:themes', { theme });
      // All cells at once, not only those near the window.
      await set(address, '@jupyterlab/notebook-extension:tracker', { windowingMode: 'none' });
      await page.goto(`${address}/lab/tree/notebooks/${notebook}?token=test&reset`);
      await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: 60_000 });
      return { page, errors };
    },
    async close() {
      await browser.close();
      const ended = new Promise(resolve => server.once('close', resolve));
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs all cells and waits until the kernel has answered the last one: until it has been idle for two seconds. */
export async function runAll(page, seconds = 180) {
  const status = async () =>
    (await page.locator('#jp-main-statusbar').innerText()).match(/TypeScript \| (\w+)/)?.[1];
  const stays = async (wanted, milliseconds) => {
    for (let waited = 0; waited < milliseconds; waited += 100) {
      if ((await status()) !== wanted) return false;
      await page.waitForTimeout(100);
    }
    return true;
  };
  await until(
    () => stays('Idle', 500),
    60,
    () => 'the kernel did not come up',
  );
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Run$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: /^Run All Cells$/ }).click();
  await until(
    async () => (await status()) === 'Busy',
    20,
    () => 'no cell began',
  );
  await until(
    () => stays('Idle', 2000),
    seconds,
    () => 'the cells did not come to an end',
  );
}

async function until(condition, seconds, describe = () => '') {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await Promise.resolve(condition()).catch(() => false)) return;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${condition}\n${describe()}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

const set = (address, plugin, settings) =>
  fetch(`${address}/lab/api/settings/${plugin}?token=test`, {
    method: 'PUT',
    body: JSON.stringify({ raw: JSON.stringify(settings) }),
  });

const freePort = () =>
  new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
