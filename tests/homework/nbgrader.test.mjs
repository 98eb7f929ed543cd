/** Real nbgrader on the project's kernel: generate_assignment, autograde, generate_feedback. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { homeworkDir, listAssignments } from '../../scripts/homework/files.mjs';
import { nbgrader } from '../../scripts/homework/nbgrader.mjs';
import { readNotebook } from '../../scripts/notebooks/files.mjs';
import { scratchFolder } from '../notebooks/helpers.mjs';
import { idOf, python, SUBMISSIONS, smallCourse, submissionOf, submit, withoutNbgrader } from './course.mjs';

const skip = withoutNbgrader;

function run(course, ...args) {
  const { status, output } = nbgrader(python, args, { course });
  assert.equal(status, 0, output);
  return output;
}

/** nbgrader's scores in its gradebook: { student: { exercise: points, or null where a person has to read } }. */
function gradebook(course) {
  const program = `
import json, sys
from nbgrader.api import Gradebook
scores = {}
with Gradebook(sys.argv[1]) as book:
    for assignment in book.assignments:
        for submission in book.assignment_submissions(assignment.name):
            for notebook in submission.notebooks:
                mine = scores.setdefault(submission.student.id, {})
                for grade in notebook.grades:
                    mine[grade.name.removeprefix("check-")] = None if grade.needs_manual_grade else grade.auto_score
print(json.dumps(scores))`;
  const { stdout, stderr } = spawnSync(
    python,
    ['-W', 'ignore', '-c', program, `sqlite:///${join(course, 'gradebook.db')}`],
    { encoding: 'utf8' },
  );
  assert.ok(stdout, stderr);
  return JSON.parse(stdout);
}

const sum = numbers => numbers.reduce((a, b) => a + b, 0);

test('each submission gets the points that are due to it; hidden tests stay hidden', { skip }, t => {
  const { course, assignment } = smallCourse(t);
  run(course, 'generate_assignment', 'small');
  const release = readNotebook(join(course, 'release', 'small', 'small.ipynb'));
  assert.doesNotMatch(JSON.stringify(release), /3141|HIDDEN|SOLUTION|2 \* x/);
  const source = readNotebook(assignment.source);
  // nbgrader's ids of students are names of folders.
  const idOfStudent = student => student.replaceAll(' ', '-');
  for (const [student, { ids, edit }] of Object.entries(SUBMISSIONS))
    submit(course, assignment, idOfStudent(student), submissionOf(release, source, ids, edit));

  const said = run(course, 'autograde', 'small', '--Execute.timeout=4');
  assert.doesNotMatch(said, /Traceback|checksum|IPython/, 'nothing frightening is printed');
  const scores = gradebook(course);
  for (const [student, { due }] of Object.entries(SUBMISSIONS)) {
    t.diagnostic(`${student}: ${JSON.stringify(scores[idOfStudent(student)])}`);
    const mine = scores[idOfStudent(student)];
    assert.deepEqual(mine, { ...mine, ...due }, student);
  }
  const loop = readFileSync(join(course, 'autograded', 'infinite-loop', 'small', 'small.ipynb'), 'utf8');
  assert.match(loop, /CellTimeoutError: The cell was still running after 4 s: interrupted\./);

  run(course, 'generate_feedback', 'small');
  for (const student of ['complete', 'empty', 'infinite-loop']) {
    const feedback = readFileSync(join(course, 'feedback', student, 'small', 'small.html'), 'utf8');
    assert.doesNotMatch(feedback, /3141|HIDDEN/, student);
    assert.match(feedback, /check-rewardToGo/);
  }
});

for (const assignment of skip ? [] : listAssignments())
  test(`${assignment.id}: a complete solution earns full points, an empty starter none, a half-done one its half`, t => {
    const course = scratchFolder(t);
    cpSync(join(homeworkDir, 'source', assignment.id), join(course, 'source', assignment.id), {
      recursive: true,
    });
    run(course, 'generate_assignment', assignment.id);
    const starter = readNotebook(join(course, 'release', assignment.id, `${assignment.name}.ipynb`));
    const source = readNotebook(assignment.source);
    const marks = source.cells.map(cell => cell.metadata.nbgrader).filter(Boolean);
    const solutions = marks.filter(({ solution }) => solution).map(({ grade_id }) => grade_id);
    const checks = marks.filter(({ grade, solution }) => grade && !solution);
    const half = solutions.slice(0, Math.ceil(solutions.length / 2));
    for (const [student, ids] of Object.entries({ complete: solutions, empty: [], half }))
      submit(course, assignment, student, submissionOf(starter, source, ids));
    run(course, 'autograde', assignment.id);

    const scores = gradebook(course);
    const byChecks = student =>
      sum(checks.map(({ grade_id }) => scores[student][grade_id.replace(/^check-/, '')]));
    const full = sum(checks.map(({ points }) => points));
    t.diagnostic(
      `${assignment.id}: complete ${byChecks('complete')}, half ${byChecks('half')}, empty ${byChecks('empty')} of ${full}`,
    );
    assert.equal(byChecks('complete'), full);
    assert.equal(byChecks('empty'), 0);
    assert.equal(sum(Object.values(scores.empty)), 0, 'an empty answer needs no reader');
    // The checks of what was filled in, and no others.
    const done = checks.filter(({ grade_id }) => half.includes(grade_id.replace(/^check-/, '')));
    assert.equal(byChecks('half'), sum(done.map(({ points }) => points)));
    assert.ok(byChecks('half') > 0 && byChecks('half') < full);
    for (const { grade_id } of marks.filter(({ grade, solution }) => grade && solution))
      assert.equal(scores.complete[grade_id], null, `${grade_id} waits for a reader`);
    assert.equal(sum(marks.map(({ points = 0 }) => points)), 100);
    assert.ok(new Set(starter.cells.map(idOf).filter(Boolean)).size === marks.length);
  });

if (skip) test('nbgrader with the homework', { skip }, () => {});
