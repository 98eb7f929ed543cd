/**
 * The kernel of the live notebooks in a real browser: what a cell gives is what it gives in Node, to the byte, and nothing is
 * asked of another machine.
 */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findBrowser, launchBrowser } from '../../scripts/notebooks/browser.mjs';
import { differences } from '../../scripts/notebooks/compare.mjs';
import { listNotebooks, readNotebook } from '../../scripts/notebooks/files.mjs';
import { workDir } from '../../scripts/setup/paths.mjs';
import { serve } from '../../scripts/site/live/server.mjs';
import { executeNotebook, startSession } from '../../scripts/site/live/session.mjs';
import { makeParts } from '../../scripts/site/live.mjs';
import { session as nodeSession } from '../kernel/converter.mjs';

const browserPath = findBrowser();
const skip = browserPath ? false : 'no Chromium, Chrome or Edge was found';
let folder;
let server;
let browser;
let urls;
let session;

before(async () => {
  if (skip) return;
  mkdirSync(workDir, { recursive: true });
  folder = mkdtempSync(join(workDir, 'live-'));
  await makeParts(folder);
  server = await serve(folder, { under: '/some/where/' });
  urls = {
    kernel: `${server.address}/extension/static/kernel/worker.js`,
    files: `${server.address}/files/`,
  };
  browser = await launchBrowser(browserPath);
  session = await startSession(browser, urls);
});
after(async () => {
  await browser?.close();
  await server?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const stdout = ({ outputs }) =>
  outputs
    .filter(output => output.output_type === 'stream')
    .map(output => output.text)
    .join('');
const errorOf = ({ outputs }) => outputs.find(output => output.output_type === 'error');

test('notebook 00 gives its committed outputs, by files of the site alone', { skip }, async () => {
  const [path] = listNotebooks(['00']);
  const asked = [];
  const own = await startSession(browser, urls);
  own.page.on('request', request => asked.push(request.url()));
  const committed = readNotebook(path);
  const executed = await executeNotebook(own, committed);
  assert.deepEqual([...differences(committed, executed, '00')], []);
  assert.ok(executed.cells.flatMap(cell => cell.outputs ?? []).length > 15);
  assert.deepEqual(
    asked.filter(url => !url.startsWith(server.address)),
    [],
  );
  assert.deepEqual(
    server.requests.filter(({ status }) => status !== 200 && status !== 304),
    [],
  );
  await own.close();
});

const CELLS = [
  "const o = { a: [1, 2.5, -0], b: new Map([['k', new Set([1])]]), c: new Float64Array(3), f() {}, d: undefined }; o",
  'class Point { constructor(public x: number, private y = 2) {} } new Point(1)',
  "'text'",
  '[..."abc"].map((c, i) => ({ c, i }))',
  'let n = 1; const inc = () => ++n;',
  'inc(); n = n * 10; n',
  'await Promise.resolve(7n)',
  'new Error("shown").message',
  '[Math.exp(1.1), Math.log(3.3), Math.sin(2), Math.cos(3), Math.expm1(0.1), Math.log1p(0.1)]',
  '[Math.sin(1e7), Math.cos(-2e8), Math.hypot(3, 4.1), Math.log10(1000), Math.atan2(1, -3), Math.tan(2)]',
  "import { createHash } from 'node:crypto'; createHash('sha256').update('abc').digest('hex')",
  "import { createHmac } from 'node:crypto'; createHmac('sha256', 'key').update('abc').digest('base64')",
  "import { join, resolve, basename } from 'node:path'; [join('a', '..', 'b'), basename('/x/y.ts', '.ts')]",
  "import { format, inspect } from 'node:util'; format('%s %d %j %o', 'a', 1.5, { b: 1 }, [2])",
  "Buffer.from('grüß').toString('base64')",
];

test('values of cells are what they are in Node', { skip }, async t => {
  const node = nodeSession();
  t.after(() => node.close());
  const { inspect } = await import('node:util');
  for (const code of CELLS) {
    const value = await node.run(code);
    const shown = value === undefined ? '' : `${typeof value === 'string' ? value : inspect(value)}\n`;
    assert.equal(stdout(await session.run(code)), shown, code);
  }
});

test('type errors, thrown errors and their lines are told as in Node', { skip }, async () => {
  const typed = errorOf(await session.run("const wrong: number = 'text';"));
  assert.equal(typed.ename, 'TypeScriptError');
  assert.equal(typed.evalue, "1:7 - Type 'string' is not assignable to type 'number'.");
  const thrown = errorOf(
    await session.run("function inner() {\n  throw new RangeError('no luck');\n}\ninner();"),
  );
  assert.equal(`${thrown.ename}: ${thrown.evalue}`, 'RangeError: no luck');
  assert.deepEqual(thrown.traceback, [
    'RangeError: no luck',
    "    at inner (cell line 2)\n        2 |   throw new RangeError('no luck');",
    '    at cell line 4\n        4 | inner();',
  ]);
  const library = errorOf(await session.run("import { Rng } from 'pglab';\nnew Rng(-1.5);"));
  assert.match(library.evalue, /seed is -1\.5/);
  const later = await session.run(
    'setTimeout(() => { throw new Error("late"); }, 0); await new Promise(r => setTimeout(r, 200));',
  );
  assert.equal(errorOf(later).evalue, 'late');
});

test('completion, inspection and whole cells come from the compiler', { skip }, async () => {
  await session.run("import { cartPole } from 'pglab'; const env = cartPole();");
  const { matches } = await session.request('complete', { code: 'env.observ', cursor_pos: 10 });
  assert.deepEqual(matches, ['observationSpace']);
  const { data } = await session.request('inspect', { code: 'cartPole', cursor_pos: 3 });
  assert.match(data['text/plain'], /function cartPole\(/);
  assert.equal((await session.request('is_complete', { code: 'for (;;) {' })).status, 'incomplete');
  assert.equal((await session.request('kernel_info')).language_info.name, 'typescript');
});

test('files: those of the site are read, what is written stays in memory, what is missing says so', {
  skip,
}, async () => {
  const read =
    await session.run(`import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
const dir = mkdtempSync(tmpdir() + '/test-');
writeFileSync(dir + '/a.txt', 'hello');
console.log(readFileSync(dir + '/a.txt', 'utf8'), existsSync('00-start-here.ipynb'), existsSync('nothing.ipynb'));
console.log(readFileSync('../data/lecture-map/lecture-map.csv', 'utf8').length > 100, readdirSync('../data/lecture-map').sort());
rmSync(dir, { recursive: true });
existsSync(dir)`);
  assert.equal(stdout(read), "hello true false\ntrue [ 'README.md', 'lecture-map.csv' ]\nfalse\n");
  const missing = errorOf(await session.run("readFileSync('nothing.txt')"));
  assert.equal(missing.evalue, "ENOENT: no such file or directory, open 'nothing.txt'");
  const node = errorOf(await session.run("import { spawn } from 'node:child_process'; spawn('ls');"));
  assert.equal(
    node.evalue,
    'node:child_process is a part of Node, which a browser has not: run this notebook on your machine.',
  );
});

test("a notebook in a folder of the reader's own knows what its earlier cells declared", {
  skip,
}, async () => {
  const own = await startSession(browser, urls, '/mine/today');
  await own.run("const runs = { 'a b': [1, 2], c: [3] };");
  assert.equal(
    stdout(await own.run('Object.values(runs).map(list => list.map(x => x + 1))')),
    '[ [ 2, 3 ], [ 4 ] ]\n',
  );
  assert.match(errorOf(await own.run('runs.d')).evalue, /Property 'd' does not exist/);
  assert.equal(stdout(await own.run('process.cwd()')), '/mine/today\n');
  await own.close();
});

test('a cell may define a module for later ones', { skip }, async () => {
  await session.run('/** @module tools */\nexport const half = (x: number) => x / 2;');
  assert.equal(stdout(await session.run("import { half } from './tools'; half(5)")), '2.5\n');
});

test('interrupting stops what awaits; what earlier cells made survives', { skip }, async () => {
  await session.run("import { checkpoint } from 'pglab'; let rounds = 0;");
  for (const code of [
    'for (;;) { rounds++; await checkpoint(); }',
    'await new Promise(() => {});',
    "import { mlp, mlpPolicy, ppoClip } from 'pglab';\n" +
      'await ppoClip({ env, policy: mlpPolicy({ env, seed: 1 }), critic: mlp({ inputs: 4, outputs: 1, seed: 2 }), totalSteps: 1e9 });',
  ]) {
    const running = session.run(code);
    await new Promise(resolve => setTimeout(resolve, 1500));
    await session.request('interrupt', {}, 'control');
    assert.equal(errorOf(await running).ename, 'Interrupted', code);
  }
  const first = stdout(await session.run('rounds'));
  assert.ok(Number(first) > 0);
  assert.equal(stdout(await session.run('rounds')), first, 'nothing goes on');
});
