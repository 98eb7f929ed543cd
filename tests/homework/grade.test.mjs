/** `npm run grade`: points without nbgrader's gradebook, whatever a submission does. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listAssignments } from '../../scripts/homework/files.mjs';
import {
  gradeNotebook,
  gradescopeResults,
  report,
  totals,
  withSourceTests,
} from '../../scripts/homework/grade.mjs';
import { readNotebook } from '../../scripts/notebooks/files.mjs';
import { root } from '../../scripts/setup/paths.mjs';
import { scratchFolder, writeNotebook } from '../notebooks/helpers.mjs';
import { idOf, python, readJson, SUBMISSIONS, smallCourse, submissionOf, submit } from './course.mjs';

/** A starter of the small course as grading sees it, without nbgrader: each solution is its stub. */
function stubs(source) {
  const notebook = structuredClone(source);
  for (const cell of notebook.cells)
    if (cell.metadata.nbgrader?.solution)
      cell.source =
        cell.cell_type === 'markdown'
          ? 'YOUR ANSWER HERE'
          : cell.source.replace(
              /\/\/ BEGIN[\s\S]*END SOLUTION/,
              `throw new Error('not implemented yet: ${idOf(cell)}');`,
            );
  return notebook;
}

test('each submission gets the points that are due to it, and each failure says why', async t => {
  const { course, assignment } = smallCourse(t);
  const source = readNotebook(assignment.source);
  for (const [student, { ids, edit, due, says }] of Object.entries(SUBMISSIONS)) {
    const path = submit(course, assignment, student, submissionOf(stubs(source), source, ids, edit));
    const before = readFileSync(path, 'utf8');
    const { exercises } = await gradeNotebook(path, { python, course, limit: 4 });
    t.diagnostic(`${student}: ${totals(exercises).score} of ${totals(exercises).points}`);
    const scores = Object.fromEntries(exercises.map(({ name, score }) => [name, score]));
    assert.deepEqual(scores, { ...scores, ...due }, `${student}\n${report(exercises).join('\n')}`);
    if (says) assert.match(exercises[0].output, says);
    assert.equal(readFileSync(path, 'utf8'), before, 'the submission itself is only read');
  }
});

test('results are what Gradescope reads; what a person grades is named, not counted', () => {
  const exercises = [
    { name: 'rewardToGo', points: 4, byPerson: false, score: 4, output: 'right' },
    { name: 'q1', points: 3, byPerson: true, score: null, output: '' },
    { name: 'twice', points: 6, byPerson: false, score: 0, output: 'CheckError: wrong' },
  ];
  const { score, output, tests } = gradescopeResults(exercises);
  assert.equal(score, 4);
  assert.match(output, /A person gives 3 points: q1 \(3\)\./);
  assert.deepEqual(
    tests.map(({ number, name, score, max_score, status }) => [number, name, score, max_score, status]),
    [
      ['1', 'rewardToGo', 4, 4, 'passed'],
      ['2', 'twice', 0, 6, 'failed'],
    ],
  );
  assert.deepEqual(totals(exercises), { score: 4, points: 13, open: 3 });
});

test('locked cells are those of the source: changed ones, copies, and deleted ones', t => {
  const source = readNotebook(smallCourse(t).assignment.source);
  const submission = submissionOf(stubs(source), source, [], (cellOf, notebook) => {
    cellOf('check-twice').source = '';
    notebook.cells.push(structuredClone(cellOf('check-twice')));
    notebook.cells = notebook.cells.filter(
      cell => idOf(cell) !== 'setup' && idOf(cell) !== 'check-rewardToGo',
    );
  });
  const { cells } = withSourceTests(submission, source);
  assert.deepEqual(cells.map(idOf), [
    'setup',
    undefined,
    'rewardToGo',
    'check-rewardToGo',
    'q1',
    'twice',
    'check-twice',
    'plot-twice',
  ]);
  assert.equal(cells.find(cell => idOf(cell) === 'check-twice').source, source.cells[6].source);
});

const grade = (...args) =>
  spawnSync(process.execPath, ['scripts/grade.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, INIT_CWD: root },
  });

test('the command prints points per exercise and writes results.json', t => {
  const [{ starter, name }] = listAssignments(['hw1']);
  const folder = scratchFolder(t);
  const results = join(folder, 'results.json');
  const { status, stdout, stderr } = grade(starter, '--results', results);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, new RegExp(`${name}: 0 of 100 points`));
  assert.match(stdout, /rewardToGo +0 of \d+ +CheckError: not implemented yet: rewardToGo/);
  // The stubs of the real starter are known as no answers.
  for (const id of ['q1-2', 'plot-episodes'])
    assert.match(stdout, new RegExp(`${id} +0 of \\d+ +No answer\\.`));
  const { score, tests } = readJson(results);
  assert.equal(score, 0);
  assert.ok(tests.length > 3 && tests.every(({ score, max_score }) => score === 0 && max_score > 0));
  assert.equal(grade(starter, '--results', results).status, 0, 'results of an earlier run are replaced');
});

test('what cannot be graded is told in a sentence, and no file of somebody else is written over', t => {
  const folder = scratchFolder(t);
  const other = join(folder, 'notes.json');
  writeFileSync(other, '{"mine": 1}');
  const [{ starter }] = listAssignments(['hw1']);
  assert.match(
    grade(starter, '--results', other).stderr,
    /notes\.json is there already, and is not a results file\./,
  );
  assert.equal(readFileSync(other, 'utf8'), '{"mine": 1}');
  assert.match(grade().stderr, /0 notebooks are named, but one must be\./);
  assert.match(
    grade('x.ipynb', '--limit', 'soon').stderr,
    /--limit is soon, but must be a number of seconds above 0\./,
  );
  assert.match(grade('x.ipynb', '--limti', '3').stderr, /\] Unknown option '--limti'\.\n/);
  assert.match(grade('no-such.ipynb').stderr, /no-such\.ipynb does not exist\./);
  assert.match(grade(other).stderr, /notes\.json is no notebook of format 4/);
  for (const nonsense of ['null', '{"cells": [null]}', '\uFEFF{"cells": 1}']) {
    writeFileSync(join(folder, 'nonsense.ipynb'), nonsense);
    assert.match(grade(join(folder, 'nonsense.ipynb')).stderr, /nonsense\.ipynb is no notebook of format 4/);
  }
  writeFileSync(join(folder, 'nonsense.ipynb'), 'hello');
  assert.match(
    grade(join(folder, 'nonsense.ipynb')).stderr,
    /nonsense\.ipynb is no notebook: Unexpected token/,
  );
  const foreign = writeNotebook(folder, 'foreign.ipynb', {
    cells: [],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });
  assert.match(grade(foreign).stderr, /foreign\.ipynb is no homework of this project/);
});
