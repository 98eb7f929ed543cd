/** The cells of every notebook hold to the library's own standard: strict TypeScript. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkCells, moduleOf } from '../../scripts/notebooks/cells.mjs';
import { listNotebooks, notebooksDir } from '../../scripts/notebooks/files.mjs';
import { notebookOf } from './helpers.mjs';

test('every notebook passes the strict type check', () => {
  assert.deepEqual(checkCells(listNotebooks()), []);
});

const check = (...sources) =>
  checkCells([{ path: join(notebooksDir, 'zz.ipynb'), notebook: notebookOf(...sources) }]);

test('sound cells pass: imports, top-level await, values of earlier cells', () => {
  assert.deepEqual(
    check(
      "import { Rng } from 'pglab';\nimport * as tf from '@tensorflow/tfjs-node';\nimport * as dfd from 'danfojs-node';",
      'const rng = new Rng(1)',
      'const x = await Promise.resolve(rng.uniform());\nconsole.log(x.toFixed(2), tf.scalar(x).dataSync()[0], new dfd.DataFrame([{ x }]).shape)',
    ),
    [],
  );
});

test('a wrong type is caught, with its cell and line', () => {
  const found = check('const a = 1;', '// a comment\nconst b: string = a;');
  assert.equal(found.length, 1);
  assert.match(
    found[0],
    /^zz\.ipynb, cell 2, line 2: Type 'number' is not assignable to type 'string'.* \(TS2322\)$/,
  );
});

test('what only strict mode forbids is caught', () => {
  assert.match(
    check('function f(x) { return x; }')[0],
    /cell 1, line 1: .*implicitly has an 'any' type.*TS7006/,
  );
  assert.match(
    check('const list: number[] = [];\nlist.find(x => x > 0).toFixed(2);')[0],
    /cell 1, line 2: .*possibly 'undefined'/,
  );
});

test('a name that pglab does not export, and a syntax error, are caught', () => {
  assert.match(check("import { noSuchThing } from 'pglab';")[0], /cell 1, line 1: .*noSuchThing/);
  assert.match(check('const a = 1;', 'const b = (;')[0], /cell 2, line 1/);
});

test('lines map back to cells across Markdown and sources given as lists of lines', () => {
  const notebook = notebookOf('a\nb', '');
  notebook.cells.splice(1, 0, { cell_type: 'markdown', source: '# x', metadata: {}, id: 'm' });
  notebook.cells.push({ ...notebook.cells[0], source: ['c\n', 'd'] });
  const { text, origins } = moduleOf(notebook);
  const lines = text.split('\n');
  assert.equal(lines.length, origins.length);
  assert.deepEqual(origins[lines.indexOf('b')], { cell: 1, line: 2 });
  assert.deepEqual(origins[lines.indexOf('d')], { cell: 4, line: 2 });
});
