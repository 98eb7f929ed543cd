/**
 * `npm run live:check [-- 01 02 ...]`: opens the notebooks of site/live in a real JupyterLab in a real browser, from
 * the loopback address and below a sub-folder, runs all cells, and holds every output against what is committed: texts,
 * tables, animations and the data of figures, to the byte. Says for each notebook how long it took, what it fetched and where it
 * differs, and what was asked of another machine, which must be nothing.
 */

import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser, launchBrowser } from '../../notebooks/browser.mjs';
import { differences } from '../../notebooks/compare.mjs';
import { listNotebooks, PLOTLY, readNotebook } from '../../notebooks/files.mjs';
import { root } from '../../setup/paths.mjs';
import { runMain, SetupFailure, say } from '../../setup/report.mjs';
import { serve } from './server.mjs';

/** Outputs that differ with a reason: a notebook, a cell from 1, why. */
export const EXCEPTIONS = [];

const SECONDS = 900;

/**
 * Serves the site in a folder and starts a browser.
 * @returns open(notebook), which gives a page of its own; close
 */
export async function startLive(folder) {
  const server = await serve(folder, { under: '/some/where/' });
  const browser = await launchBrowser(findBrowser());
  return {
    server,
    browser,
    /** Opens a notebook as a newcomer does. `context` is kept for a second visit. */
    async open(notebook, { context, width = 1200, height = 900 } = {}) {
      context ??= await browser.newContext({ viewport: { width, height } });
      const page = await context.newPage();
      const errors = [];
      const far = [];
      page.on('pageerror', error => errors.push(String(error)));
      context.on('request', request => {
        const { protocol, origin } = new URL(request.url());
        if (/^http/.test(protocol) && origin !== new URL(server.address).origin) far.push(request.url());
      });
      await page.goto(`${server.address}/live/lab/index.html?path=notebooks/${notebook}`);
      await page.locator('.jp-Notebook .jp-Cell').first().waitFor({ timeout: 120_000 });
      return { page, context, errors, far };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Scrolls the open notebook to its first figure, and waits until it stands; other notebooks may be open behind it. */
export async function firstFigure(page, seconds = 120) {
  await page.evaluate(() => {
    const { content } = globalThis.jupyterapp.shell.currentWidget;
    const drawn = ({ model }) => JSON.stringify(model.outputs?.toJSON() ?? '').includes('vnd.plotly.v1+json');
    content.scrollToItem(content.widgets.findIndex(drawn), 'center');
  });
  await page
    .locator('.jp-NotebookPanel:visible .js-plotly-plot .main-svg')
    .first()
    .waitFor({ timeout: seconds * 1000 });
}

/** Runs all cells of the open notebook; gives it as it stands then. */
export async function runNotebook(page, seconds = SECONDS) {
  await page.evaluate(async () => {
    const { shell, commands } = globalThis.jupyterapp;
    const { sessionContext, content } = shell.currentWidget;
    await sessionContext.ready;
    for (const cell of content.model.cells) cell.outputs?.clear();
    globalThis.ended = commands.execute('notebook:run-all-cells').then(() => true);
  });
  await page.waitForFunction(() => globalThis.ended, undefined, { timeout: seconds * 1000 });
  // The last messages follow the last reply.
  await page.waitForTimeout(500);
  return page.evaluate(() => globalThis.jupyterapp.shell.currentWidget.content.model.toJSON());
}

/** What a run leaves in a notebook besides what is committed: `npm run notebooks` drops it, too. */
function asCommitted(executed, committed) {
  for (const [i, cell] of executed.cells.entries())
    for (const [k, output] of (cell.outputs ?? []).entries()) {
      delete output.transient;
      // plotly's renderer leaves a picture of what it drew beside a figure.
      if (output.data?.[PLOTLY]) delete output.data['image/png'];
      if (committed.cells[i]?.outputs?.[k]?.metadata === undefined) delete output.metadata;
    }
  return executed;
}

export async function checkNotebook(live, path) {
  const name = basename(path);
  const before = live.server.requests.length;
  const began = performance.now();
  const { page, context, errors, far } = await live.open(name);
  const committed = readNotebook(path);
  const executed = asCommitted(await runNotebook(page), committed);
  await context.close();
  const found = [...differences(committed, executed, name)];
  const reasoned = found.filter(text =>
    EXCEPTIONS.some(([notebook, cell]) => text.startsWith(`${notebook}, cell ${cell},`)),
  );
  const bytes = live.server.requests.slice(before).reduce((sum, request) => sum + request.bytes, 0);
  return {
    name,
    seconds: (performance.now() - began) / 1000,
    outputs: committed.cells.reduce((sum, cell) => sum + (cell.outputs?.length ?? 0), 0),
    differing: found.filter(text => !reasoned.includes(text)),
    reasoned,
    errors,
    far,
    requests: live.server.requests.length - before,
    megabytes: bytes / 1e6,
  };
}

if (fileURLToPath(import.meta.url) === process.argv[1])
  await runMain(async () => {
    if (!findBrowser())
      throw new SetupFailure(
        'No Chromium, Chrome or Edge was found.',
        'Install one, or name its path in PGLAB_BROWSER, then run the same command again.',
      );
    const live = await startLive(join(root, 'site'));
    let failed = 0;
    try {
      for (const path of listNotebooks(process.argv.slice(2))) {
        const checked = await checkNotebook(live, path);
        const wrong = [
          ...checked.differing,
          ...checked.errors,
          ...checked.far.map(url => `asked for ${url}`),
        ];
        if (wrong.length > 0) failed++;
        say(
          `${checked.name}: ${checked.seconds.toFixed(0)} s, ${checked.outputs} outputs, ${wrong.length === 0 ? 'all as committed' : `${checked.differing.length} differ`}` +
            `${checked.reasoned.length > 0 ? `, ${checked.reasoned.length} differ with a reason` : ''}; ` +
            `${checked.requests} requests, ${checked.megabytes.toFixed(1)} MB`,
        );
        for (const line of wrong.slice(0, 10)) say(`  ${line}`);
      }
    } finally {
      await live.close();
    }
    for (const [notebook, cell, why] of EXCEPTIONS)
      say(`Differs with a reason: ${notebook}, cell ${cell}: ${why}`);
    return failed > 0 ? 1 : 0;
  });
