/** The homework that is committed: made of its sources, whole, strict, and kept from harm. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { homeworkDir, isChanged, listAssignments } from '../../scripts/homework/files.mjs';
import { copyForStudent, makeHomework, makeStarter } from '../../scripts/homework/make.mjs';
import { checkCells } from '../../scripts/notebooks/cells.mjs';
import { executeAndCompare } from '../../scripts/notebooks/compare.mjs';
import { figuresOf, joined, readNotebook, SVG } from '../../scripts/notebooks/files.mjs';
import { startWorker } from '../../scripts/notebooks/worker.mjs';
import { idOf, python, smallCourse, withoutNbgrader } from './course.mjs';

const skip = withoutNbgrader;
const MEGABYTES = 2;
const assignments = listAssignments();

let worker;
before(() => {
  worker = startWorker({ python });
});
after(() => worker.close());

test('there are four assignments, and starters and solutions are theirs', () => {
  const ids = assignments.map(({ id }) => id);
  assert.deepEqual(ids, ['hw1', 'hw2', 'hw3', 'hw4']);
  for (const made of ['starter', 'solutions'])
    assert.deepEqual(
      readdirSync(join(homeworkDir, made), { recursive: true })
        .filter(name => name.endsWith('.ipynb'))
        .sort(),
      assignments.map(({ id, name }) => join(id, `${name}.ipynb`)),
    );
});

for (const assignment of assignments) {
  const { id, name, source, starter, solution } = assignment;

  test(`${id}: the starter is what its source makes now`, { skip }, async () => {
    const made = await makeStarter(assignment, { python });
    assert.ok(made.equals(readFileSync(starter)), `run npm run homework -- ${id}`);
    assert.ok(!isChanged(starter) && !isChanged(solution), 'made.json knows both');
  });

  test(`${id}: the solution is the source, executed, and holds to strict TypeScript`, async t => {
    const cells = readNotebook(source).cells.map(cell => joined(cell.source));
    assert.deepEqual(
      readNotebook(solution).cells.map(cell => joined(cell.source)),
      cells,
      `run npm run homework -- ${id}`,
    );
    assert.deepEqual(checkCells([solution]), []);
    const { seconds, difference } = await executeAndCompare(worker, solution);
    t.diagnostic(`${name}: ${seconds} s`);
    assert.equal(difference, null);
    assert.ok(statSync(solution).size < MEGABYTES * 1e6);
    for (const { cell, output, alt } of figuresOf(readNotebook(solution)))
      assert.ok(
        output.data[SVG] && alt.length > 10,
        `the figure of cell ${cell} has its picture and its text`,
      );
  });

  test(`${id}: the starter gives nothing away, and fails first at its first stub, with the stub's message`, async () => {
    const notebook = readNotebook(starter);
    const text = JSON.stringify(notebook);
    assert.doesNotMatch(text, /(BEGIN|END) (SOLUTION|HIDDEN TESTS)/);
    for (const [, link] of text.matchAll(/\]\(([^)#\s]+\.(?:ipynb|md))\)/g))
      assert.ok(existsSync(join(dirname(starter), link)), `${link} is there`);
    assert.ok(notebook.cells.every(cell => cell.cell_type === 'markdown' || cell.outputs.length === 0));
    assert.ok(
      notebook.cells.some(cell => /YOUR ANSWER HERE/.test(joined(cell.source))),
      'answers have their place',
    );
    const stub = notebook.cells.find(cell => /not implemented yet: /.test(joined(cell.source)));
    await assert.rejects(worker.execute(starter), error => {
      const [, cell, message] = error.message.match(/: cell (\d+) failed: (?:CheckError|Error): (.*)/) ?? [];
      assert.equal(message, `not implemented yet: ${idOf(stub)}`, error.message);
      const failed = notebook.cells[Number(cell) - 1];
      assert.ok(
        [idOf(stub), `check-${idOf(stub)}`].includes(idOf(failed)),
        `it is ${idOf(failed)} that fails`,
      );
      return true;
    });
  });
}

test('making twice changes no byte; a changed starter or solution is never written over', {
  skip,
}, async t => {
  const { course, assignment } = smallCourse(t);
  const { starter, solution } = assignment;
  const lines = [];
  const make = () => makeHomework([assignment], { python, course, say: line => lines.push(line) });
  assert.equal(await make(), 0, lines.join('\n'));
  const first = [starter, solution].map(path => readFileSync(path, 'utf8'));
  assert.equal(await make(), 0);
  assert.deepEqual(
    [starter, solution].map(path => readFileSync(path, 'utf8')),
    first,
  );
  assert.match(first[1], /"6\\n"/, 'the solution has its outputs');

  for (const path of [starter, solution]) {
    const was = readFileSync(path, 'utf8');
    const work = was.replace('twice', 'doubled');
    writeFileSync(path, work);
    lines.length = 0;
    assert.equal(await make(), 1);
    assert.match(
      lines[0],
      new RegExp(`${basename(path)} was changed since it was made, and is left as it is\\.`),
    );
    assert.equal(readFileSync(path, 'utf8'), work);
    writeFileSync(path, was);
  }
  rmSync(join(course, 'made.json'));
  assert.equal(await make(), 1, 'files that it does not know as made are left alone too');
});

test('students get fresh copies under new names, also after they worked in the starter', {
  skip,
}, async t => {
  const { course, assignment } = smallCourse(t);
  await makeHomework([assignment], { python, course, say: () => {} });
  const fresh = readFileSync(assignment.starter, 'utf8');
  const copy = async () => (await copyForStudent([assignment], { python, course }))[0];
  const first = await copy();
  assert.equal(basename(first), 'small.ipynb');
  writeFileSync(first, 'my work');
  writeFileSync(assignment.starter, fresh.replace('twice', 'my own'));
  const second = await copy();
  assert.equal(basename(second), 'small-2.ipynb');
  assert.equal(readFileSync(second, 'utf8'), fresh);
  assert.equal(readFileSync(first, 'utf8'), 'my work');
  assert.match(readFileSync(assignment.starter, 'utf8'), /my own/);
});

test('an assignment that does not exist is named', () => {
  assert.throws(
    () => listAssignments(['hw9']),
    /There is no assignment hw9; there are: hw1, hw2, hw3, hw4\./,
  );
});
