/** Every notebook, executed on the real kernel, gives the outputs that are committed, in time and in size. */

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { executeAndCompare } from '../../scripts/notebooks/compare.mjs';
import { figuresOf, listNotebooks, readNotebook, SVG } from '../../scripts/notebooks/files.mjs';
import { runNotebooks } from '../../scripts/notebooks/run.mjs';
import { NotebookFailure, SECONDS_ALLOWED, startWorker } from '../../scripts/notebooks/worker.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { notebookOf, scratchFolder, writeNotebook } from './helpers.mjs';

const MEGABYTES = 2;

let worker;
before(() => {
  worker = startWorker();
});
after(() => worker.close());

for (const path of listNotebooks()) {
  const name = basename(path);

  test(`${name} gives its committed outputs`, async t => {
    const { seconds, difference } = await executeAndCompare(worker, path);
    t.diagnostic(`${name}: ${seconds} s`);
    assert.equal(difference, null);
    if (seconds > SECONDS_ALLOWED)
      t.diagnostic(`${name} took more than ${SECONDS_ALLOWED} s on this machine`);
  });

  test(`${name} is small, whole and free of this machine's paths`, () => {
    const size = statSync(path).size;
    assert.ok(size < MEGABYTES * 1e6, `${name} has ${size} bytes; ${MEGABYTES} MB are allowed`);
    const notebook = readNotebook(path);
    assert.equal(notebook.metadata.kernelspec.name, 'tslab');
    for (const { cell, output, alt } of figuresOf(notebook)) {
      assert.ok(
        output.data[SVG],
        `the figure of cell ${cell} has no picture: run npm run notebooks with a browser`,
      );
      assert.ok(alt.length > 10, `the figure of cell ${cell} has no alternative text`);
    }
    assert.ok(
      !readFileSync(path, 'utf8').includes(JSON.stringify(root).slice(1, -1)),
      `${name} names ${root}`,
    );
  });
}

const plot = `import { lineChart, progress, show, table } from 'pglab';
show(lineChart({ a: { x: [1, 2], y: [3, 5] } }, { xTitle: 't', yTitle: 'G' }));
const bar = progress({ total: 3, label: 'loop' });
for (let i = 0; i < 3; i++) {
  bar.iteration({ iteration: i, meanReturn: i });
  await new Promise(resolve => setTimeout(resolve, 120));
}
bar.done();
table([{ n: 1 }]);
console.log('one');
console.log('two');`;

test('npm run notebooks fills a notebook in place and, run twice, changes no byte', async t => {
  const path = writeNotebook(scratchFolder(t), '01-fill.ipynb', notebookOf(plot));
  const lines = [];
  const say = line => lines.push(line);
  assert.equal(await runNotebooks([path], { say }), 0, lines.join('\n'));
  const once = readFileSync(path, 'utf8');
  const { outputs, execution_count } = JSON.parse(once).cells[0];
  assert.equal(execution_count, 1);
  assert.deepEqual(
    outputs.map(output =>
      output.output_type === 'stream' ? output.text.join('') : Object.keys(output.data).at(-1),
    ),
    ['text/plain', 'text/plain', 'text/plain', 'one\ntwo\n'],
  );
  assert.deepEqual(
    outputs[1].data,
    { 'text/plain': ['loop: 3 of 3 done, mean return 2'] },
    'only the final line is kept',
  );
  assert.equal(await runNotebooks([path], { say }), 0, lines.join('\n'));
  assert.equal(readFileSync(path, 'utf8'), once);
  assert.match(lines.at(-1), /01-fill\.ipynb: \d+\.\d s, .*unchanged|No Chromium/);
  assert.equal((await executeAndCompare(worker, path)).difference, null);
});

test('a failing cell is named, and the notebook stays as it was', async t => {
  const notebook = notebookOf('const a = 1;', "throw new RangeError('no such luck');");
  const path = writeNotebook(scratchFolder(t), '02-fail.ipynb', notebook);
  const was = readFileSync(path, 'utf8');
  const lines = [];
  assert.equal(await runNotebooks([path], { say: line => lines.push(line) }), 1);
  assert.match(lines[0], /^02-fail\.ipynb: cell 2 failed: RangeError: no such luck/);
  assert.equal(readFileSync(path, 'utf8'), was);
});

test('a cell that runs too long is named', async t => {
  const path = writeNotebook(
    scratchFolder(t),
    '03-slow.ipynb',
    notebookOf('await new Promise(r => setTimeout(r, 60_000));'),
  );
  await assert.rejects(worker.execute(path, { limit: 2 }), error => {
    assert.ok(error instanceof NotebookFailure);
    assert.equal(error.message, '03-slow.ipynb: cell 1 was still running after 2 seconds.');
    return true;
  });
});

test('a Python that is not there is named', async () => {
  const missing = startWorker({ python: join(root, 'no-such-python') });
  await assert.rejects(missing.execute('x.ipynb'), /no-such-python could not be started/);
  await missing.close();
});
