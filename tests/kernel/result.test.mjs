/** The last expression of a cell: tables, figures, animations and a user's own class show; anything else is printed. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kernel } from './client.mjs';

let kernel;
before(async () => {
  kernel = await Kernel.start();
});
after(() => kernel?.close());

/** The MIME bundle of a cell's last expression, and that of the same thing shown by `by`, if given. */
async function shown(code) {
  const result = await kernel.run(code, { timeout: 60_000 });
  assert.equal(result.error, undefined, result.error?.evalue);
  const [bundle, ...more] = result.iopub.filter(
    m => m.type === 'execute_result' || m.type === 'display_data',
  );
  assert.deepEqual(more, []);
  return { ...bundle, stdout: result.stdout, count: result.reply.execution_count };
}

test('a danfojs DataFrame or Series, whole or computed, shows as `table` shows it', async () => {
  await kernel.run("import { DataFrame, Series } from 'danfojs-node';\nimport { table } from 'pglab';", {
    timeout: 60_000,
  });
  await kernel.run(
    "const df = new DataFrame([{ env: 'a', G: 1.25 }, { env: 'b', G: 7 }, { env: 'a', G: 3 }]);",
  );
  for (const value of [
    'df',
    'df.head(2)',
    "df['G']",
    "df.groupby(['env']).col(['G']).mean()",
    'new Series([1, 2])',
  ]) {
    const result = await shown(value);
    const table = await shown(`table(${value})`);
    assert.equal(result.type, 'execute_result');
    assert.equal(result.content.execution_count, result.count);
    assert.deepEqual(result.content.data, table.content.data, value);
    assert.match(result.content.data['text/html'], /^<table/);
    assert.equal(result.stdout, '');
  }
});

test('a figure shows as `show` shows it, an animation as `animate` does', async () => {
  await kernel.run(`import { animate, animation, cartPole, lineChart, mlpPolicy, Rng, rollout, show } from 'pglab';
const env = cartPole();
const walk = rollout(env, mlpPolicy({ env, seed: 1 }), { rng: new Rng(1) });
const figure = lineChart({ a: { x: [1, 2], y: [3, 4] } }, { xTitle: 't', yTitle: 'G' });`);
  for (const [value, way] of [
    ['figure', 'show(figure)'],
    ['animation(env, walk)', 'animate(env, walk)'],
  ]) {
    const result = await shown(value);
    assert.equal(result.type, 'execute_result', value);
    assert.deepEqual(result.content.data, (await shown(way)).content.data, value);
  }
});

test("an object's own MIME bundle shows, at once or when it is ready", async () => {
  await kernel.run(`class Grid {
  constructor(readonly size: number) {}
  [Symbol.for('Jupyter.display')]() { return { 'text/html': '<i>' + this.size + '</i>', 'image/png': new Uint8Array([1, 2]) }; }
}
class Later { async [Symbol.for('Jupyter.display')]() { await null; return { 'text/plain': 'later' }; } }`);
  const grid = await shown('new Grid(3)');
  assert.deepEqual(grid.content.data, {
    'text/plain': 'Grid { size: 3 }',
    'text/html': '<i>3</i>',
    'image/png': 'AQI=',
  });
  assert.deepEqual((await shown('new Later()')).content.data, { 'text/plain': 'later' });
  const wrong = await kernel.run("({ [Symbol.for('Jupyter.display')]: () => 5 })");
  assert.match(wrong.error.evalue, /gave 5, but must give an object \{ MIME type: content \}\.$/);
});

test('anything else is printed as before', async () => {
  for (const [code, text] of [
    ['({ data: [1], layout: {} })', '{ data: [ 1 ], layout: {} }\n'],
    ['({ columns: 3, values: [] })', '{ columns: 3, values: [] }\n'],
    ['[1, 2]', '[ 1, 2 ]\n'],
    ["'text'", 'text\n'],
    ['null', ''],
    ['undefined', ''],
    ['0', '0\n'],
    ['false', 'false\n'],
    ['class A {}\nA', '[class A]\n'],
  ]) {
    const result = await kernel.run(code);
    assert.equal(result.stdout, text, code);
    assert.ok(!result.iopub.some(m => m.type === 'execute_result'), code);
  }
  const silent = await kernel.run('figure', { silent: true });
  assert.ok(!silent.iopub.some(m => m.type === 'execute_result'));
});
