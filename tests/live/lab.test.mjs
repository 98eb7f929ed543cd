/**
 * The live notebooks as somebody meets them: static files in a sub-folder, JupyterLab with the first notebook's figures before
 * anything has run, then cells that run, stop and start anew; and the way there from a reading page.
 */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findBrowser } from '../../scripts/notebooks/browser.mjs';
import { venvPython, workDir } from '../../scripts/setup/paths.mjs';
import { firstFigure, startLive } from '../../scripts/site/live/check.mjs';
import { makeLive } from '../../scripts/site/live.mjs';
import { makePages } from '../../scripts/site.mjs';

const skip = findBrowser() ? false : 'no Chromium, Chrome or Edge was found';
let folder;
let live;
let opened;

before(async () => {
  if (skip) return;
  mkdirSync(workDir, { recursive: true });
  folder = mkdtempSync(join(workDir, 'live-'));
  const python = process.env.PGLAB_PYTHON ?? venvPython;
  await makeLive({ out: join(folder, 'live'), python });
  await makePages({ out: folder, python });
  live = await startLive(folder);
  opened = await live.open('00-start-here.ipynb');
});
after(async () => {
  await live?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Runs a text in the first code cell, without waiting for its end. */
const run = source =>
  opened.page.evaluate(async text => {
    const { shell, commands } = globalThis.jupyterapp;
    const { sessionContext, content } = shell.currentWidget;
    await sessionContext.ready;
    content.activeCellIndex = content.widgets.findIndex(({ model }) => model.type === 'code');
    content.activeCell.model.sharedModel.setSource(text);
    commands.execute('notebook:run-cell');
  }, source);

/** Waits until the first code cell shows what fits. */
async function shows(pattern, seconds = 60) {
  const read = () => {
    const { widgets } = globalThis.jupyterapp.shell.currentWidget.content;
    return JSON.stringify(widgets.find(({ model }) => model.type === 'code').model.outputs.toJSON());
  };
  for (const end = Date.now() + 1000 * seconds; ; await opened.page.waitForTimeout(50)) {
    const text = await opened.page.evaluate(read);
    if (pattern.test(text)) return text;
    if (Date.now() > end) assert.fail(`waited ${seconds} s for ${pattern}, but the cell shows ${text}`);
  }
}

const command = name => opened.page.evaluate(id => globalThis.jupyterapp.commands.execute(id), name);

test('a notebook opens with its committed figures, drawn by a plotly.js of the site', { skip }, async () => {
  await firstFigure(opened.page);
  await opened.page
    .locator('.jp-KernelName', { hasText: /^TypeScript/ })
    .first()
    .waitFor(); // 'No Kernel' until it starts
  assert.equal(await opened.page.locator('.jp-Dialog').count(), 0, 'no dialog stands open');
});

test('cells run', { skip }, async () => {
  await run(
    "import { lineChart, show } from 'pglab';\nshow(lineChart({ a: { x: [1, 2], y: [3, 5] } }, { xTitle: 't', yTitle: 'G' }));\nconsole.log(6 * 7);",
  );
  await shows(/vnd\.plotly\.v1\+json.*"42\\n"/);
});

test("cells read the reader's own files, and import a module that lies beside the notebook", {
  skip,
}, async () => {
  await opened.page.evaluate(async () => {
    const { contents } = globalThis.jupyterapp.serviceManager;
    const save = (name, content) =>
      contents.save(`notebooks/${name}`, { type: 'file', format: 'text', content });
    await save('mine.csv', 'a,b\n1,2\n');
    await save('mine.ts', 'export const twice = (x: number): number => 2 * x;\n');
  });
  await run(
    "import { readFileSync } from 'node:fs';\nimport { twice } from './mine';\nconsole.log(readFileSync('mine.csv', 'utf8').length, twice(21));",
  );
  await shows(/8 42\\n/);
  await run("import { twice } from './mine';\ntwice('text');");
  await shows(/is not assignable to parameter of type 'number'/);
});

test('interrupting reaches a cell that waits, and what it knew stays', { skip }, async () => {
  await run("let kept = 5; console.log('on');");
  await shows(/on\\n/);
  await run("console.log('waits'); await new Promise(() => {});");
  await shows(/waits\\n/);
  await command('notebook:interrupt-kernel');
  await shows(/The cell was interrupted\./, 20);
  await run("console.log('kept', kept);");
  await shows(/kept 5\\n/);
});

test('a cell that never pauses is ended with its kernel, and told so; the next cell runs', {
  skip,
}, async () => {
  await run("console.log('on'); for (;;);");
  await shows(/on\\n/);
  await command('notebook:interrupt-kernel');
  await shows(/computed without a pause, so the kernel was ended with it/, 20);
  await run('console.log(typeof kept);');
  await shows(/Cannot find name 'kept'|undefined\\n/);
});

test('restarting forgets', { skip }, async () => {
  await run('const before = 1; console.log(before);');
  await shows(/"1\\n"/);
  await opened.page.evaluate(() =>
    globalThis.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(),
  );
  await run("const before = 2; console.log('again', before);");
  await shows(/again 2\\n/);
});

test('cells import every package that the site has, TensorFlow.js, danfojs and plotly.js among them', {
  skip,
}, async () => {
  await run(`import * as tf from '@tensorflow/tfjs-node';
import { DataFrame } from 'danfojs-node';
import * as Plotly from 'plotly.js-dist';
const product = tf.matMul([[1, 2]], [[3], [4]]);
const table = new DataFrame({ a: [1, 2, 3] });
console.log(tf.getBackend(), product.dataSync()[0], table.a.mean());
await Plotly.newPlot('nowhere', [{ type: 'bar', x: [1, 2], y: [3, 4] }]);`);
  await shows(/wasm 11 2\\n.*vnd\.plotly\.v1\+json":\{.*"y":\[3,4\]/, 120);
});

test("'Run it here' leads from a reading page, and the demo's link from the first, to the notebook; its first cells draw", {
  skip,
}, async () => {
  const context = await live.browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', error => errors.push(String(error)));
  const arrive = async (from, link, notebook) => {
    await page.goto(`${live.server.address}/${from}`);
    await page.locator('article').getByRole('link', { name: link }).click();
    await page.waitForURL(new RegExp(`/some/where/live/lab/.*${notebook}`));
    await page.locator('.jp-NotebookPanel:visible .jp-Cell').first().waitFor({ timeout: 120_000 });
    await page.locator('.jp-mod-current', { hasText: notebook }).first().waitFor();
  };
  await arrive('lecture-live.html', 'Run the demo as a notebook', 'demo.ipynb');
  await arrive('index.html', 'The demo as a notebook to run', 'demo.ipynb');
  await arrive('notebooks/01-reinforce-variance.html', 'Run it here', '01-reinforce-variance.ipynb');
  const outputs = await page.evaluate(async () => {
    const { shell, commands } = globalThis.jupyterapp;
    const { sessionContext, content } = shell.currentWidget;
    await sessionContext.ready;
    const code = content.widgets.filter(({ model }) => model.type === 'code');
    const drawn = ({ model }) => JSON.stringify(model.outputs.toJSON()).includes('vnd.plotly.v1+json');
    const first = code.slice(0, code.findIndex(drawn) + 1);
    for (const { model } of code) model.outputs.clear();
    for (const cell of first) {
      content.activeCellIndex = content.widgets.indexOf(cell);
      await commands.execute('notebook:run-cell');
    }
    return first.map(({ model }) => model.outputs.toJSON());
  });
  assert.doesNotMatch(JSON.stringify(outputs), /"output_type":"error"/);
  assert.ok(outputs.length >= 3);
  assert.match(JSON.stringify(outputs), /vnd\.plotly\.v1\+json/);
  await firstFigure(page);
  assert.deepEqual(errors, []);
  await context.close();
});

test('on a phone the notebook has the window to itself', { skip }, async () => {
  const { page, context } = await live.open('demo.ipynb', { width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector('.jp-NotebookPanel').clientWidth > 300);
  await firstFigure(page);
  await context.close();
});

test('nothing was asked of another machine, and the page threw nothing', { skip }, () => {
  assert.deepEqual(opened.far, []);
  assert.deepEqual(opened.errors, []);
  // JupyterLab asks a server about the paths in an error's traceback, and takes no for an answer.
  const missing = live.server.requests.filter(
    ({ status, path }) => status >= 400 && !path.endsWith('/api/resolvePath'),
  );
  assert.deepEqual(missing, []);
});
